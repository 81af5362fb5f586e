// SPDX-License-Identifier: GPL-3.0-or-later
// A share with its interval: the bar is as wide as what is not known.
import { percent } from '../../core/i18n';
import type { Range } from './precision';
import { t } from './text';

const at = (share: number) => `${(share * 100).toFixed(2)}%`;

export function RangeMark({ range, overall }: { range: Range; overall?: number | null }) {
  if (range.share === null) {
    return <span class="muted">{t('undecided')}</span>;
  }
  const words = { share: percent(range.share), low: percent(range.low), high: percent(range.high) };
  return (
    <span class={`range ${range.few ? 'few' : ''}`} title={t('rangeOf', { ...words, n: range.decided })}>
      <span class="track" aria-hidden="true">
        <span class="span" style={{ left: at(range.low), width: at(range.high - range.low) }} />
        {overall !== null && overall !== undefined && (
          <span class="overall" style={{ left: at(overall) }} />
        )}
        <span class="point" style={{ left: at(range.share) }} />
      </span>
      <span class="said">{words.share}</span>
      <span class="muted said">
        {t('between', { low: Math.round(range.low * 100), high: words.high })}
      </span>
    </span>
  );
}
