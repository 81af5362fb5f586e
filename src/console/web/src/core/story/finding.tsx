// SPDX-License-Identifier: GPL-3.0-or-later
// The sentence first: what was found, what would have had to be different, and the arithmetic.
import type { Alert, Group } from '../api';
import { count, decimal, language, rough } from '../i18n';
import { kindName, statusName } from '../names';
import { patterns } from '../patterns';
import { Badge, PatternName, ResultBadge } from '../ui';
import { exactDuration, Section } from './common';
import { expectationsOf, type Expectation } from './model';
import { Reading } from './reading';
import { measureName, personType, segmentName, segmentValue, t, unitName } from './text';

export function quantity(value: number, unit = ''): string {
  const shown = Math.abs(value) >= 100 ? count(value) : rough(value, 3);
  return unit === '' || unit === 'different' ? shown : `${shown} ${unitName(unit)}`;
}

export function expectedKindName({ kind, evidence }: Expectation): string {
  if (kind !== 'reference') {
    return t(kind);
  }
  const own = { travel: 'travelReference', runs: 'paceReference', template: 'priceReference' } as const;
  return t(own[evidence.measure as keyof typeof own] ?? 'reference');
}

export function measureTitle({ evidence, window_s }: Expectation): string {
  const name = measureName(evidence.measure);
  return window_s === null ? name
    : window_s === 0 ? `${name} · ${t('month')}`
    : `${name} · ${t('within', { time: exactDuration(window_s * 1000) })}`;
}

export function segmentText(one: Expectation): string {
  return one.segment
    .map(([by, value]) => {
      if (by === 'chronic' && value !== '?') {
        return t(value === '1' ? 'isChronic' : 'isNotChronic');
      }
      const name = by === 'psn_type' ? personType(value) : segmentValue(value);
      return by === '' || name !== value ? name : `${segmentName(by)} ${name}`; // a word speaks for itself
    })
    .join(' · ');
}

function EvidenceTable({ rows }: { rows: readonly Expectation[] }) {
  return (
    <table class="table evidence">
      <caption class="seen-by-readers">{t('arithmetic')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('measure')} · {t('against')}</th>
          <th scope="col" class="num">{t('observed')}</th>
          <th scope="col" class="num">{t('expected')}</th>
          <th scope="col" class="num">{t('pValue')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((one, i) => (
          <tr key={i}>
            <td>
              {measureTitle(one)}
              <br />
              <span class="muted">
                {[segmentText(one), one.evidence.baseline && t('subjects', { n: one.evidence.baseline.subjects })]
                  .filter(Boolean).join(' · ')}
              </span>
            </td>
            <td class="num nowrap"><strong>{quantity(one.evidence.observed, one.evidence.unit)}</strong></td>
            <td class="num">
              <span class="nowrap">{quantity(one.evidence.expected!, one.evidence.unit)}</span>
              <br /><span class="muted">{expectedKindName(one)}</span>
            </td>
            <td class="num nowrap">
              {rough(one.evidence.p_value!)}
              {one.evidence.e_value !== null && (
                <><br /><span class="muted">e = {rough(one.evidence.e_value, 3)}</span></>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Finding({ alert, groups, onPaper }: {
  alert: Alert;
  groups: readonly (Group | null)[] | undefined;
  onPaper: boolean;
}) {
  const pattern = patterns.value.get(alert.pattern.id);
  const rows = expectationsOf(alert, pattern, groups);
  const rate = pattern?.false_alarms_per_month ?? null;
  const counterfactual = alert.counterfactual[language.value];
  return (
    <Section
      title={<PatternName id={alert.pattern.id} />}
      aside={
        <>
          <ResultBadge result={alert.result_type} />
          <Badge tone={alert.status === 'withdrawn' ? 'bad' : 'outline'}>{statusName(alert.status)}</Badge>
        </>
      }
    >
      <p class={alert.status === 'withdrawn' ? 'notice bad' : 'sentence'}>{alert.explanation[language.value]}</p>
      {counterfactual !== '' && (
        <p class="counterfactual">
          <span class="muted">{t('otherwise')}</span> {counterfactual}
        </p>
      )}
      {alert.result_type === 'conclusive'
        ? <p class="muted">{t('breach', { n: alert.event_count })}</p>
        : rows.length > 0 && <EvidenceTable rows={rows} />}
      {rate !== null && rate > 0 && alert.e_value !== null && (
        <p class="muted">
          {t('bound', {
            months: count(1 / rate), unit: kindName(alert.subject.kind).toLowerCase(),
            threshold: count(1 / rate),
            value: alert.e_value < 1e6 ? count(alert.e_value) : rough(alert.e_value),
          })}
        </p>
      )}
      {alert.event_count > alert.exhibits.length && (
        <p class="muted">{t('listed', { all: alert.event_count, n: alert.exhibits.length })}</p>
      )}
      {!onPaper && <Reading alert={alert} />}
    </Section>
  );
}

export function timesText(ratio: number): string {
  return ratio >= 10 ? count(ratio) : decimal(ratio, 1);
}
