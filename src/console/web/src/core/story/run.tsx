// SPDX-License-Identifier: GPL-3.0-or-later
// A counter minute by minute: each settlement at its time, each card in the order it came.
import { useContext, useState } from 'preact/hooks';
import { clockTime, dateTime, money, moneyShort } from '../i18n';
import { colour } from '../theme';
import { Select } from '../ui';
import { Chart } from '../ui/chart';
import { Context, Section, eventTip, exactDuration, markSize, onAxis, opens, span, timeAxis, useOption } from './common';
import { commonAmount, median, type Run, type StoryEvent } from './model';
import { t } from './text';

const LABELS_MAX = 24;

export function RunOfCards({ runs, onPaper }: { runs: readonly Run[]; onPaper: boolean }) {
  const { nameOf, open } = useContext(Context);
  const [at, setAt] = useState(0);
  const run = runs[at] ?? runs[0]!;
  const events = run.events;
  const most = Math.max(0, ...events.map((one) => one.money));
  const common = commonAmount(events);
  const first = events[0]!;
  const last = events.at(-1)!;

  const option = useOption(() => ({
    useUTC: true,
    grid: { left: 24, right: 56, top: 16, bottom: 24, containLabel: true },
    tooltip: {
      trigger: 'item', confine: true,
      formatter: ({ data }: { data: { event: StoryEvent } }) => eventTip(data.event, nameOf),
    },
    xAxis: timeAxis(),
    yAxis: {
      type: 'value', name: t('cardNumber'), min: 0, max: run.cards.length + 1, minInterval: 1,
      nameLocation: 'middle', nameGap: 32, inverse: false,
      axisLabel: { showMaxLabel: false, showMinLabel: false },
    },
    series: [
      {
        type: 'line', data: events.map((one) => [onAxis(one.at), run.cards.indexOf(one.exhibit.insured!) + 1]),
        symbol: 'none', silent: true, lineStyle: { color: colour('border-strong'), width: 1 }, z: 1,
      },
      {
        type: 'scatter',
        data: events.map((one) => ({
          value: [onAxis(one.at), run.cards.indexOf(one.exhibit.insured!) + 1],
          event: one, symbolSize: markSize(one.money, most, events.length),
          label: {
            show: events.length <= LABELS_MAX, position: 'right', color: colour('text-2'), fontSize: 11,
            formatter: moneyShort(one.money),
          },
        })),
        itemStyle: { color: colour('critical-mark'), opacity: 0.75 }, z: 3,
      },
    ],
  }), [run]);

  const says = [
    t('runSays', {
      place: nameOf(run.institution), ...span(first.at, last.at), time: exactDuration(last.at - first.at),
      cards: run.cards.length, n: events.length,
      money: money(events.reduce((sum, one) => sum + one.money, 0)),
      gap: exactDuration(median(run.gaps)), longest: exactDuration(Math.max(...run.gaps)),
    }),
    common.times > events.length / 2 ? t('runSame', { n: common.times, money: money(common.fen) }) : '',
    t('runBreak'),
  ].join(' ');
  return (
    <Section
      title={t('run')} says={says}
      aside={runs.length > 1 && (
        <Select
          label={t('runChoose')} value={String(Math.min(at, runs.length - 1))}
          options={runs.map((one, i) => [
            String(i), t('runOption', { from: dateTime(one.events[0]!.at), n: one.cards.length }),
          ])}
          onChange={(value) => setAt(Number(value))}
        />
      )}
    >
      <Chart
        option={option} height={Math.min(onPaper ? 220 : 420, 150 + run.cards.length * 7)} description={says}
        onClick={opens(open)}
        table={
          <table class="table">
            <thead>
              <tr>
                <th class="num">{t('cardNumber')}</th><th>{t('minute')}</th>
                <th class="num">{t('gapBefore')}</th><th>{t('person')}</th><th class="num">{t('amount')}</th>
              </tr>
            </thead>
            <tbody>
              {events.map((one, i) => (
                <tr key={one.msgid}>
                  <td class="num">{run.cards.indexOf(one.exhibit.insured!) + 1}</td>
                  <td>{clockTime(one.at)}</td>
                  <td class="num">{i === 0 ? '–' : exactDuration(run.gaps[i - 1]!)}</td>
                  <td><code>{one.exhibit.insured}</code></td>
                  <td class="num">{money(one.money)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        }
      />
    </Section>
  );
}
