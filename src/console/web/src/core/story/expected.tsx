// SPDX-License-Identifier: GPL-3.0-or-later
// Observed against expected. A distribution is drawn only where the alert holds what it needs.
import type { Alert } from '../api';
import { count, percent, rough } from '../i18n';
import { patterns } from '../patterns';
import { colour } from '../theme';
import { Chart } from '../ui/chart';
import { Section, tip, useOption } from './common';
import { expectedKindName, measureTitle, quantity, timesText } from './finding';
import { expectationsOf, hasDistribution, poisson, poissonTail, type Expectation } from './model';
import { measureName, t } from './text';

function saysOf(one: Expectation): string {
  const values = {
    measure: measureTitle(one),
    observed: quantity(one.evidence.observed, one.evidence.unit),
    expected: quantity(one.evidence.expected!, one.evidence.unit),
    kind: expectedKindName(one),
    times: timesText(one.ratio!),
    odds: one.evidence.p_value! > 0 ? oddsOf(one.evidence.p_value!) : '∞',
  };
  const n = one.evidence.baseline?.subjects;
  return n === undefined ? t('expectedSaysAlone', values) : t('expectedSays', { ...values, n });
}

// 1 in 20,000; beyond a million 1 in 5e7.
function oddsOf(p: number): string {
  const odds = 1 / p;
  return odds < 1e6 ? count(Number(odds.toPrecision(2))) : rough(odds, 1);
}

// Every measure as a multiple of what it is held against: one scale for all.
function Multiples({ rows }: { rows: readonly Expectation[] }) {
  const option = useOption(() => {
    const most = Math.max(2, ...rows.map((one) => one.ratio!));
    const bad = colour('critical-mark');
    return {
      grid: { left: 8, right: 72, top: 24, bottom: 24, containLabel: true },
      tooltip: {
        trigger: 'item',
        formatter: ({ dataIndex }: { dataIndex: number }) => {
          const one = rows[dataIndex]!;
          return tip(
            [
              `${t('observed')}  ${quantity(one.evidence.observed, one.evidence.unit)}`,
              `${t('expected')}  ${quantity(one.evidence.expected!, one.evidence.unit)} (${expectedKindName(one)})`,
              `p  ${rough(one.evidence.p_value!)}`,
            ],
            measureTitle(one),
          );
        },
      },
      xAxis: {
        type: 'log', name: t('timesAxis'), nameLocation: 'middle', nameGap: 22,
        min: Math.min(1, ...rows.map((one) => one.ratio! / 1.5)), max: most * 1.1,
        axisLabel: {
          hideOverlap: true, showMaxLabel: false,
          formatter: (value: number) => (value >= 1 ? `×${count(value)}` : `×${rough(value)}`),
        },
      },
      yAxis: {
        type: 'category', inverse: true, data: rows.map(measureTitle),
        axisLabel: { width: 190, overflow: 'break', color: colour('text') },
        axisTick: { show: false }, axisLine: { show: false },
      },
      series: [{
        type: 'bar', barWidth: 14, data: rows.map((one) => ({
          value: one.ratio!, itemStyle: { color: one.ratio! > 1 ? bad : colour('series-5') },
        })),
        label: {
          show: true, position: 'right', color: colour('text'), fontWeight: 600,
          formatter: ({ dataIndex }: { dataIndex: number }) => `×${timesText(rows[dataIndex]!.ratio!)}`,
        },
        markLine: {
          symbol: 'none', silent: true, lineStyle: { color: colour('text'), width: 1.5, type: 'solid' },
          label: { formatter: t('line'), position: 'start', color: colour('text-2'), distance: 4 },
          data: [{ xAxis: 1 }],
        },
      }],
    };
  }, [rows]);
  return (
    <Chart
      option={option} height={56 + rows.length * 34} description={rows.map(saysOf).join(' ')}
      table={
        <table class="table">
          <thead>
            <tr>
              <th>{t('measure')}</th><th class="num">{t('observed')}</th>
              <th class="num">{t('expected')}</th><th class="num">{t('times')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((one, i) => (
              <tr key={i}>
                <td>{measureTitle(one)}</td>
                <td class="num">{quantity(one.evidence.observed, one.evidence.unit)}</td>
                <td class="num">{quantity(one.evidence.expected!, one.evidence.unit)}</td>
                <td class="num">×{timesText(one.ratio!)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      }
    />
  );
}

function Distribution({ one }: { one: Expectation }) {
  const mean = one.evidence.expected!;
  const observed = one.evidence.observed;
  const upTo = Math.max(observed + 2, Math.ceil(mean * 2));
  const chances = poisson(mean, upTo);
  const says = t('distributionSays', {
    mean: rough(mean, 3), observed: String(observed), chance: rough(poissonTail(mean, observed)),
  });
  const option = useOption(() => ({
    grid: { left: 8, right: 16, top: 28, bottom: 28, containLabel: true },
    tooltip: {
      trigger: 'axis',
      formatter: (points: { dataIndex: number }[]) =>
        tip(
          [`${t('chance')}  ${rough(chances[points[0]!.dataIndex]!)}`],
          `${measureName(one.evidence.measure)} = ${points[0]!.dataIndex}`,
        ),
    },
    xAxis: {
      type: 'category', data: chances.map((_, k) => k), name: t('countAxis'), nameLocation: 'middle', nameGap: 24,
    },
    yAxis: {
      type: 'value', name: t('chance'), nameTextStyle: { align: 'left' },
      axisLabel: { formatter: (value: number) => percent(value) },
    },
    series: [{
      type: 'bar', barCategoryGap: '20%', data: chances, itemStyle: { color: colour('series-5') },
      markLine: {
        symbol: ['none', 'none'], silent: true,
        lineStyle: { color: colour('critical-mark'), width: 2, type: 'solid' },
        label: {
          formatter: t('observedHere', { n: observed }), color: colour('critical-mark'), fontWeight: 600,
          position: 'end',
        },
        data: [{ xAxis: observed }],
      },
    }],
  }), [one]);
  return (
    <figure class="distribution">
      <p class="says">{says}</p>
      <Chart
        option={option} height={190} description={says}
        table={
          <table class="table">
            <thead><tr><th class="num">{t('countAxis')}</th><th class="num">{t('chance')}</th></tr></thead>
            <tbody>
              {chances.map((chance, k) => (
                <tr key={k}><td class="num">{k}</td><td class="num">{rough(chance)}</td></tr>
              ))}
            </tbody>
          </table>
        }
      />
      <figcaption class="muted">{t('distributionNote', { p: rough(one.evidence.p_value!) })}</figcaption>
    </figure>
  );
}

export function Expected({ alert }: { alert: Alert }) {
  const pattern = patterns.value.get(alert.pattern.id);
  const rows = expectationsOf(alert, pattern).filter((one) => one.ratio !== null && one.ratio > 0);
  const counted = rows.filter(hasDistribution);
  const strongest = rows.reduce(
    (best, one) => (one.evidence.p_value! < best.evidence.p_value! ? one : best), rows[0]!,
  );
  if (rows.length === 0) {
    return null;
  }
  return (
    <Section title={t('expectedTitle')} says={saysOf(strongest)}>
      <Multiples rows={rows} />
      {counted.map((one, i) => <Distribution key={i} one={one} />)}
      {counted.length === 0 && <p class="muted">{t('noPrecise')}</p>}
    </Section>
  );
}
