// SPDX-License-Identifier: GPL-3.0-or-later
import { t } from './text';

export default function FeedPage() {
  return (
    <div class="page">
      <div class="page-head"><h1>{t('title')}</h1></div>
    </div>
  );
}
