// SPDX-License-Identifier: GPL-3.0-or-later
import { dictionary } from '../../core/i18n';

export const t = dictionary({
  title: ['盲审复核', 'Blind reviews'],
});
