// SPDX-License-Identifier: GPL-3.0-or-later
// Alerts by day: conclusive ones above, suspicious ones below, never in one stack.
import { useMemo } from 'preact/hooks';
import type { Overview, ResultType } from '../../core/api';
import { count, language, moneyShort } from '../../core/i18n';
import { resultName } from '../../core/names';
import { patterns, patternTitle } from '../../core/patterns';
import { go, href } from '../../core/router';
import { colour, theme } from '../../core/theme';
import { Empty, ResultBadge } from '../../core/ui';
import { Chart, type EChartsCoreOption } from '../../core/ui/chart';
import { daysOf, stacksOf, type Stack } from './figures';
import { t } from './text';
import { tooltip } from './tooltip';

const MOST = 6;
const HEIGHT = 300;
const hues = ['series-1', 'series-2', 'series-3', 'series-4', 'series-7', 'series-6', 'series-8'];
const results: ResultType[] = ['conclusive', 'suspicious'];

function hueOf(stack: Stack, i: number): string {
  return colour(stack.pattern === null ? 'series-5' : hues[i % hues.length]!);
}

interface Panel {
  result: ResultType;
  stacks: Stack[];
  total: number;
  patterns: number;
}

function panelsOf(overview: Overview, days: readonly string[]): Panel[] {
  return results.map((result) => ({
    result,
    stacks: stacksOf(overview.by_day, days, result, MOST),
    total: overview.by_day
      .filter((one) => one.result_type === result)
      .reduce((sum, one) => sum + one.alerts, 0),
    patterns: new Set(
      overview.by_day.filter((one) => one.result_type === result).map((one) => one.pattern),
    ).size,
  }));
}

function nameOf(stack: Stack, panel: Panel): string {
  return stack.pattern === null
    ? t('others', { n: panel.patterns - MOST })
    : `${stack.pattern} ${patternTitle(stack.pattern)}`;
}

function optionOf(panels: readonly Panel[], days: readonly string[]): EChartsCoreOption {
  const half = HEIGHT / 2;
  const axis = (i: number) => ({
    type: 'category', gridIndex: i, data: days, axisTick: { show: false },
    axisLabel: { show: i === 1, formatter: (day: string) => day.slice(5) },
  });
  return {
    grid: panels.map((_, i) => ({
      left: 40, right: 8, top: i === 0 ? 12 : half + 2, height: half - 26,
    })),
    xAxis: panels.map((_, i) => axis(i)),
    yAxis: panels.map((_, i) => ({
      type: 'value', gridIndex: i, minInterval: 1, splitNumber: 3,
    })),
    tooltip: {
      trigger: 'item',
      confine: true,
      formatter: (item: { seriesName: string; name: string; value: number }) =>
        tooltip(item.name, [[item.seriesName, count(item.value)]]),
    },
    series: panels.flatMap((panel, i) =>
      panel.stacks.map((stack, n) => ({
        type: 'bar',
        id: `${panel.result} ${stack.pattern ?? ''}`,
        name: nameOf(stack, panel),
        stack: panel.result,
        xAxisIndex: i,
        yAxisIndex: i,
        barMaxWidth: 28,
        barCategoryGap: '25%',
        data: stack.alerts.map((n) => (n === 0 ? null : n)), // no bar, not one of no height
        itemStyle: { color: hueOf(stack, n), borderColor: colour('surface'), borderWidth: 0.5 },
      })),
    ),
  };
}

function Table({ overview, region }: { overview: Overview; region: string }) {
  return (
    <div class="days-table">
      <table class="table">
        <thead>
          <tr>
            <th>{t('day')}</th><th>{t('pattern')}</th><th>{t('result')}</th>
            <th class="num">{t('alerts')}</th><th class="num">{t('money')}</th>
          </tr>
        </thead>
        <tbody>
          {[...overview.by_day].reverse().map((one) => (
            <tr key={`${one.day} ${one.pattern} ${one.result_type}`}>
              <td class="nowrap">{one.day}</td>
              <td>
                <a href={href('queue', { pattern: one.pattern, region })}>
                  {one.pattern} {patternTitle(one.pattern)}
                </a>
              </td>
              <td><ResultBadge result={one.result_type} /></td>
              <td class="num">{count(one.alerts)}</td>
              <td class="num">{moneyShort(one.amount_fen)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Legend({ panel, region }: { panel: Panel; region: string }) {
  return (
    <section aria-label={resultName(panel.result)}>
      <h3 class="row">
        <ResultBadge result={panel.result} /><span class="muted">{count(panel.total)}</span>
      </h3>
      <ul>
        {panel.stacks.map((stack, i) => (
          <li key={stack.pattern ?? ''} class="row">
            <span class="swatch" style={{ background: hueOf(stack, i) }} />
            {stack.pattern === null ? (
              <span class="grow cut muted">{nameOf(stack, panel)}</span>
            ) : (
              <a
                class="grow cut" title={nameOf(stack, panel)}
                href={href('queue', { pattern: stack.pattern, region })}
              >
                {nameOf(stack, panel)}
              </a>
            )}
            <span>{count(stack.total)}</span>
          </li>
        ))}
      </ul>
      {panel.stacks.length === 0 && <p class="muted">{t('none')}</p>}
    </section>
  );
}

export function Days({ overview, region }: { overview: Overview; region: string }) {
  const days = useMemo(() => daysOf(overview), [overview]);
  const panels = useMemo(() => panelsOf(overview, days), [overview, days]);
  const look = theme.value;
  const words = language.value;
  const titles = patterns.value;
  const option = useMemo(
    () => optionOf(panels, days),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- colours and words are read anew
    [panels, days, look, words, titles],
  );
  if (panels.every((panel) => panel.total === 0)) {
    return <Empty title={t('noAlerts')} />;
  }
  return (
    <div class="days">
      <Chart
        option={option}
        height={HEIGHT}
        description={t('byDayChart', {
          from: days[0]!, to: days.at(-1)!, conclusive: panels[0]!.total,
          suspicious: panels[1]!.total,
        })}
        table={<Table overview={overview} region={region} />}
        onClick={(params) => {
          const pattern = params.seriesId?.split(' ')[1] ?? '';
          if (pattern !== '') {
            go('queue', { pattern, region });
          }
        }}
      />
      <div class="legend">
        {panels.map((panel) => <Legend key={panel.result} panel={panel} region={region} />)}
      </div>
    </div>
  );
}
