// SPDX-License-Identifier: GPL-3.0-or-later
// Observed against expected: as multiples, and where it lies in the group it is held against.
import type { Alert, Expected as ExpectedGroups, Group } from '../api';
import { count, oddsOf, percent, rough } from '../i18n';
import type { Loaded } from '../load';
import { patterns } from '../patterns';
import { colour } from '../theme';
import { Chart } from '../ui/chart';
import { exactDuration, Section, tip, useOption } from './common';
import { expectedKindName, measureTitle, quantity, segmentText, timesText } from './finding';
import { expectationsOf, medianOf, type Expectation } from './model';
import { measureName, t } from './text';

// Beyond a million only the tail of a family speaks, and no subject that was seen.
function oddsSaid(chance: number): string {
  return chance < 1e-6 ? t('orRarer', { n: count(1e6) }) : oddsOf(chance);
}

function saysOf(one: Expectation): string {
  const values = {
    measure: measureTitle(one),
    observed: quantity(one.evidence.observed, one.evidence.unit),
    expected: quantity(one.evidence.expected!, one.evidence.unit),
    kind: expectedKindName(one),
    times: timesText(one.ratio!),
    odds: oddsSaid(one.evidence.p_value!),
  };
  const n = one.evidence.baseline?.subjects;
  return n === undefined ? t('expectedSaysAlone', values) : t('expectedSays', { ...values, n });
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

/* ---- the group ---- */

function shareText(chance: number): string {
  return chance >= 0.1 ? t('aShare', { n: percent(chance) }) : t('oneIn', { n: oddsSaid(chance) });
}

const OF_TICKETS = new Set(['amount', 'multiple', 'drain']);

// What the baseline counts once.
function eachOf(one: Expectation, group: Group): string {
  if (one.evidence.measure === 'travel') {
    return t('eachWay');
  }
  if (OF_TICKETS.has(one.evidence.measure)) {
    return t('eachTicket');
  }
  const time = group.window_s === 0 ? t('month')
    : group.window_s === 86_400 ? t('day')
    : exactDuration(group.window_s * 1000);
  return t(group.counts ? 'eachWindow' : 'eachActive', { time });
}

// x as a reader knows it; scores are chances.
function xText(one: Expectation, group: Group, x: number): string {
  return group.scale === 'ratio' ? `×${rough(x)}`
    : group.scale === 'score' ? (x === 0 ? '1' : `1/${oddsOf(Math.exp(-x))}`)
    : quantity(x, one.evidence.unit);
}

function groupSays(one: Expectation, group: Group, mark: number, chance: number): string {
  const values = { measure: measureTitle(one), share: shareText(chance) };
  return group.scale === 'score'
    ? t('groupSaysScore', { ...values, own: t('onceIn', { n: oddsSaid(Math.exp(-mark)) }) })
    : t('groupSays', { ...values, median: xText(one, group, medianOf(group)), mark: xText(one, group, mark) });
}

// Upright by powers of ten: who is far out is drawn as such, and not as a line beside a hill. The
// powers themselves are drawn, since an axis of logarithms takes what is below 1e-15 for 0.
function curveOption(one: Expectation, group: Group, mark: number, chance: number) {
  const name = group.scale === 'ratio' ? t('timesQuickest')
    : group.scale === 'score' ? t('ownChance')
    : t('atLeast', { measure: measureName(one.evidence.measure) });
  const least = Math.min(-4, Math.floor(Math.log10(Math.max(chance, 1e-300))));
  const beyond = group.points.findIndex(([, share]) => Math.log10(share) < least);
  // Scores are drawn by powers of ten, so that the axis has whole ones.
  const unit = group.scale === 'score' ? Math.LN10 : 1;
  const shown = group.points
    .slice(0, beyond < 0 ? undefined : beyond + 1)
    .map(([x, share]): [number, number] => [x / unit, Math.max(Math.log10(share), least)]);
  const look = { color: colour('series-5') };
  return {
    grid: { left: 8, right: 24, top: 30, bottom: 28, containLabel: true },
    tooltip: {
      trigger: 'axis',
      formatter: ([point]: { data: [number, number] }[]) =>
        tip([shareText(10 ** point!.data[1])], `≥ ${xText(one, group, point!.data[0] * unit)}`),
    },
    xAxis: {
      type: 'value', min: 0, max: Math.max((mark / unit) * 1.08, shown.at(-1)?.[0] ?? 0), name, nameLocation: 'middle', nameGap: 24,
      splitLine: { show: false },
      axisLabel: {
        hideOverlap: true, showMaxLabel: false,
        formatter: (x: number) => (group.scale === 'value' ? rough(x, 3) : xText(one, group, x * unit)),
      },
    },
    yAxis: {
      type: 'value', min: least, max: 0, minInterval: 1, name: t('reaches'), nameTextStyle: { align: 'left' },
      axisLabel: { hideOverlap: true, formatter: (power: number) => (power === 0 ? '100%' : `1/${oddsOf(10 ** power)}`) },
    },
    series: [{
      type: 'line', data: shown, showSymbol: false, ...(group.counts ? { step: 'start' } : {}),
      lineStyle: { ...look, width: 2 }, itemStyle: look, areaStyle: { ...look, opacity: 0.18, origin: 'start' },
      markLine: {
        symbol: ['none', 'none'], silent: true,
        lineStyle: { color: colour('critical-mark'), width: 2, type: 'solid' },
        label: {
          formatter: t('here', { n: xText(one, group, mark) }), color: colour('critical-mark'), fontWeight: 600,
          position: 'end',
        },
        data: [{ xAxis: mark / unit }],
      },
    }],
  };
}

function Distribution({ one, group, pack }: { one: Expectation; group: Group; pack: string }) {
  const { mark, chance } = group;
  const option = useOption(() => curveOption(one, group, mark!, chance!), [one, group]);
  const says = groupSays(one, group, mark!, chance!);
  const name = segmentText({ ...one, segment: group.segment === '' ? [] : one.segment }) || t('everybody');
  return (
    <figure class="distribution">
      <p class="says">{says}</p>
      <Chart
        option={option} height={200} description={says}
        table={
          <table class="table">
            <thead>
              <tr><th class="num">{measureName(one.evidence.measure)} ≥</th><th class="num">{t('reaches')}</th></tr>
            </thead>
            <tbody>
              {group.points.map(([x, share]) => (
                <tr key={x}><td class="num">{xText(one, group, x)}</td><td class="num">{rough(share)}</td></tr>
              ))}
            </tbody>
          </table>
        }
      />
      <figcaption class="muted">
        {t('groupNote', { pack, group: name, n: group.subjects, each: eachOf(one, group) })}
        {one.kind === 'mean' && <> {t('ownPast', { p: rough(one.evidence.p_value!) })}</>}
      </figcaption>
    </figure>
  );
}

export function Expected({ alert, expected }: { alert: Alert; expected: Loaded<ExpectedGroups> }) {
  const pattern = patterns.value.get(alert.pattern.id);
  const all = expectationsOf(alert, pattern, expected.data?.items);
  const rows = all.filter((one) => one.ratio !== null && one.ratio > 0);
  const drawn = all.filter(({ group }) => group !== null && group.mark !== null && (group.chance ?? 1) < 0.5);
  const strongest = rows.reduce(
    (best, one) => (one.evidence.p_value! < best.evidence.p_value! ? one : best), rows[0]!,
  );
  if (rows.length === 0) {
    return null;
  }
  return (
    <Section title={t('expectedTitle')} says={saysOf(strongest)}>
      <Multiples rows={rows} />
      {drawn.map((one, i) => (
        <Distribution key={i} one={one} group={one.group!} pack={expected.data?.pack?.version ?? ''} />
      ))}
      {expected.error !== null && <p class="muted">{t('groupUnread')}</p>}
      {expected.data !== null && expected.data.pack === null && <p class="muted">{t('groupUnknown')}</p>}
    </Section>
  );
}
