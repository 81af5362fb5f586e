// SPDX-License-Identifier: GPL-3.0-or-later
import { useContext } from 'preact/hooks';
import { DataZoomSliderComponent } from 'echarts/components';
import { clockTime, dateTime, dateTimeSeconds, money, percent } from '../i18n';
import { colour } from '../theme';
import { Chart, use as register } from '../ui/chart';
import { Context, Section, eventTip, gridLine, markSize, onAxis, opens, span, timeAxis, useOption } from './common';
import { isTakenBack, lanesOf, type StoryEvent } from './model';
import { eventName, t } from './text';

register([DataZoomSliderComponent]);

const laneKind = {
  clock: 'laneClock', institution: 'laneInstitution', insured: 'laneInsured', event: 'laneEvent',
} as const;
const ROWS_MAX = 500;
const BACKDROP_MIN = 1000;

export function shortRef(id: string): string {
  return id.startsWith('P-') && id.length > 10 ? `${id.slice(0, 6)}…${id.slice(-3)}` : id;
}

export function Timeline({ events, onPaper }: { events: readonly StoryEvent[]; onPaper: boolean }) {
  const { nameOf, open } = useContext(Context);
  const lanes = lanesOf(events);
  const most = Math.max(0, ...events.map((one) => one.money));
  const otherCount = events.filter((one) => !one.isChosen).length;
  const back = events.filter((one) => isTakenBack(one.exhibit)).length;
  const laneName = (id: string) =>
    id === '' ? t('laneRest')
    : lanes.kind === 'event' ? eventName(id)
    : lanes.kind === 'insured' ? shortRef(id)
    : nameOf(id);
  const isClock = lanes.kind === 'clock';
  const height = isClock ? (onPaper ? 230 : 320) : 96 + Math.max(2, lanes.lanes.length) * 28;

  const first = events[0]!;
  const last = events.at(-1)!;
  const spare = Math.max(60_000, (last.at - first.at) * 0.03);

  const option = useOption(() => {
    const deep = colour('critical-mark');
    const plain = colour('series-5');
    const point = (one: StoryEvent) => ({
      value: [onAxis(one.at), lanes.laneOf(one)],
      event: one,
      symbolSize: markSize(one.money, most, events.length),
      label: {
        show: isTakenBack(one.exhibit), formatter: '×', color: one.isChosen ? deep : plain,
        fontSize: markSize(one.money, most, events.length) + 2, fontWeight: 700,
      },
      itemStyle: {
        color: isTakenBack(one.exhibit) ? colour('surface') : one.isChosen ? deep : plain,
        opacity: isTakenBack(one.exhibit) ? 1 : one.isChosen ? 0.3 + 0.6 * one.weight : 0.4,
        borderColor: one.isChosen ? deep : plain, borderWidth: 1,
      },
    });
    const rest = events.filter((one) => !one.isChosen);
    // Thousands of others are a backdrop: drawn at once, without a word for each.
    const backdrop = {
      type: 'scatter', name: t('others'), large: true, silent: true, symbolSize: 6, z: 2,
      itemStyle: { color: plain, opacity: 0.4 },
      data: rest.map((one) => [onAxis(one.at), lanes.laneOf(one)]),
    };
    const others = {
      type: 'scatter', name: t('others'), data: rest.map(point), itemStyle: { color: plain }, z: 2,
    };
    const mine = {
      type: 'scatter', name: t('mine'), data: events.filter((one) => one.isChosen).map(point),
      itemStyle: { color: deep }, z: 3,
    };
    return {
      useUTC: true,
      grid: { left: 8, right: 20, top: rest.length > 0 ? 28 : 8, bottom: onPaper ? 24 : 56, containLabel: true },
      legend: rest.length > 0 ? { top: 0, right: 8, data: [t('mine'), t('others')] } : undefined,
      tooltip: {
        trigger: 'item', confine: true,
        formatter: ({ data }: { data: { event: StoryEvent } }) => eventTip(data.event, nameOf),
      },
      xAxis: {
        ...timeAxis(), min: onAxis(first.at - spare), max: onAxis(last.at + spare),
      },
      yAxis: isClock
        ? {
          type: 'value', min: 0, max: 24, interval: 3, inverse: true,
          axisLabel: { formatter: (hour: number) => `${String(hour).padStart(2, '0')}:00` },
        }
        : {
          type: 'category', data: lanes.lanes.map(laneName), inverse: true,
          axisLabel: { width: 150, overflow: 'truncate', color: colour('text'), interval: 0 },
          splitLine: gridLine(), axisTick: { show: false },
        },
      dataZoom: onPaper ? [] : [
        { type: 'inside', zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false },
        {
          type: 'slider', height: 16, bottom: 6, showDetail: false, brushSelect: false,
          borderColor: colour('border'), fillerColor: colour('selected'), handleStyle: { color: colour('accent') },
          dataBackground: { lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 } },
        },
      ],
      series: rest.length === 0 ? [mine] : [mine, rest.length > BACKDROP_MIN ? backdrop : others],
    };
  }, [events]);

  const says = [
    t('timelineSays', { n: events.length, ...span(first.at, last.at), lane: t(laneKind[lanes.kind]) }),
    otherCount > 0 ? t('timelineOthers', { n: otherCount }) : '',
    back > 0 ? t('timelineBack', { n: back }) : '',
  ].join(' ');
  return (
    <Section title={t('timeline')} says={says}>
      <Chart
        option={option} height={height} description={says}
        onClick={opens(open)}
        table={
          <table class="table">
            <thead>
              <tr>
                <th>{t('at')}</th><th>{t(laneKind[lanes.kind])}</th><th>{t('event')}</th>
                <th class="num">{t('amount')}</th><th class="num">{t('weight')}</th>
              </tr>
            </thead>
            <tbody>
              {events.slice(0, ROWS_MAX).map((one) => (
                <tr key={one.msgid} class={isTakenBack(one.exhibit) ? 'struck' : ''}>
                  <td class="nowrap" title={dateTimeSeconds(one.at)}>{dateTime(one.at)}</td>
                  <td>
                    {isClock ? clockTime(one.at) : laneName(lanes.lanes[lanes.laneOf(one)]!)}
                  </td>
                  <td>{eventName(one.exhibit.event)}</td>
                  <td class="num">{one.money > 0 ? money(one.money) : '–'}</td>
                  <td class="num">{one.isChosen ? percent(one.exhibit.weight ?? 0, 1) : '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        }
      />
    </Section>
  );
}
