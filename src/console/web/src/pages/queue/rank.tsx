// SPDX-License-Identifier: GPL-3.0-or-later
// A rank with its parts: chance to hold up x money x urgency.
import type { CaseRow } from '../../core/api';
import { count, decimal, moneyShort, percent } from '../../core/i18n';
import { t } from './text';

const MONEY_MIN_YUAN = 100;
const SEVERITY = [1, 1.5, 2, 3];
const CLOCK = [1, 2, 3];
const URGENCY_MAX = 18;
const MONEY_LOG_MAX = 7; // ten million yuan fill the bar

function parts(row: CaseRow) {
  const yuan = Math.max(row.amount_fen / 100, MONEY_MIN_YUAN);
  return [
    { name: t('probability'), share: row.probability, text: percent(row.probability) },
    {
      name: t('moneyPart'),
      share: (Math.log10(yuan) - 2) / (MONEY_LOG_MAX - 2),
      text: moneyShort(yuan * 100),
    },
    {
      name: t('urgency'),
      share: Math.log(row.urgency) / Math.log(URGENCY_MAX),
      text: `×${decimal(row.urgency, 1)}`,
    },
  ];
}

export function rankText(rank: number): string {
  return rank >= 10_000 ? moneyShort(rank * 100).replace('¥', '') : count(rank);
}

export function Rank({ row }: { row: CaseRow }) {
  const all = parts(row);
  const said = all.map((one) => `${one.name} ${one.text}`).join(' · ');
  return (
    <span class="rank" title={`${count(row.rank)} = ${said}`}>
      <span>{rankText(row.rank)}</span>
      <span class="bars" aria-hidden="true">
        {all.map((one) => (
          <i key={one.name} style={{ height: `${Math.max(8, Math.min(100, one.share * 100))}%` }} />
        ))}
      </span>
    </span>
  );
}

export function RankParts({ row }: { row: CaseRow }) {
  return (
    <div class="rank-parts">
      <dl>
        {parts(row).map((one) => (
          <div key={one.name}>
            <dt>{one.name}</dt>
            <dd>{one.text}</dd>
            <span class="meter" aria-hidden="true">
              <i style={{ width: `${Math.max(2, Math.min(100, one.share * 100))}%` }} />
            </span>
          </div>
        ))}
      </dl>
      <p class="muted">
        {t('probabilityWhat')}{' '}
        {t('urgencyParts', {
          severity: decimal(SEVERITY[row.severity] ?? 1, 1),
          clock: CLOCK[row.clock] ?? 1,
          escalated: row.escalated === null ? 1 : 2,
        })}
      </p>
    </div>
  );
}
