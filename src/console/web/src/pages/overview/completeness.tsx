// SPDX-License-Identifier: GPL-3.0-or-later
// On what the figures stand: said beside each group of them.
import type { DataHealth } from '../../core/api';
import { measure, type MeasureKey } from '../../core/completeness';
import { count, dateTime, percent } from '../../core/i18n';
import { t } from './text';

export function Completeness({ health }: { health: DataHealth | null }) {
  if (health === null) {
    return null;
  }
  const share = (key: MeasureKey) => {
    const { value } = measure(health, key);
    return value === null ? t('uncounted') : percent(value, 2);
  };
  const parts = [
    health.watermark === null
      ? t('watermarkNone')
      : t('watermark', { time: dateTime(health.watermark) }),
    health.feed.lag === null ? t('lagNone') : t('lag', { lag: count(health.feed.lag) }),
    ...(health.service === null
      ? [t('uncountedAll')]
      : [
          t('late', { share: share('late') }),
          t('rejected', { share: share('rejected') }),
          t('unevaluated', { share: share('unevaluated') }),
        ]),
  ];
  return <>{parts.join(' · ')}</>;
}
