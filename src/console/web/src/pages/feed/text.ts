// SPDX-License-Identifier: GPL-3.0-or-later
import { dictionary } from '../../core/i18n';

export const t = dictionary({
  title: ['实时预警', 'Live feed'],
});
