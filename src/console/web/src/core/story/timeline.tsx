// SPDX-License-Identifier: GPL-3.0-or-later
import { useContext } from 'preact/hooks';
import { DataZoomSliderComponent } from 'echarts/components';
import { dateTime, dateTimeSeconds, decimal, money } from '../i18n';
import { colour } from '../theme';
import { Chart, use as register } from '../ui/chart';
import {
  Context, eventTip, markSize, onAxis, Section, span, timeAxis, useOption,
} from './common';
import { isTakenBack, lanesOf, type StoryEvent } from './model';
import { eventName, t } from './text';

register([DataZoomSliderComponent]);

// A ring that is crossed out.
const CROSSED = 'path://M8 0a8 8 0 1 0 0 16A8 8 0 1 0 8 0zM1 15.6L.4 15 15 .4l.6.6z';
const ROWS_MAX = 500;

export function shortRef(id: string): string {
  return id.startsWith('P-') && id.length > 10 ? `${id.slice(0, 6)}…${id.slice(-3)}` : id;
}

export function Timeline({ events }: { events: readonly StoryEvent[] }) {
  const { nameOf, open } = useContext(Context);
  const lanes = lanesOf(events);
  const most = Math.max(0, ...events.map((one) => one.money));
  const others = events.filter((one) => !one.isChosen).length;
  const back = events.filter((one) => isTakenBack(one.exhibit)).length;
  const laneName = (id: string) =>
    id === '' ? t('laneRest')
    : lanes.kind === 'event' ? eventName(id)
    : lanes.kind === 'insured' ? shortRef(id)
    : nameOf(id);
  const laneKind = { institution: 'laneInstitution', insured: 'laneInsured', event: 'laneEvent' } as const;

  const option = useOption(() => {
    const deep = colour('critical-mark');
    const plain = colour('series-5');
    const point = (one: StoryEvent) => ({
      value: [onAxis(one.at), lanes.laneOf(one)],
      event: one,
      symbol: isTakenBack(one.exhibit) ? CROSSED : 'circle',
      symbolSize: markSize(one.money, most),
      itemStyle: {
        color: one.isChosen ? deep : plain,
        opacity: one.isChosen ? 0.3 + 0.6 * one.weight : 0.4,
        borderColor: one.isChosen ? deep : plain, borderWidth: 1,
      },
    });
    const series = (name: string, isChosen: boolean) => ({
      type: 'scatter', name, data: events.filter((one) => one.isChosen === isChosen).map(point),
      itemStyle: { color: isChosen ? deep : plain }, z: isChosen ? 3 : 2,
    });
    return {
      useUTC: true,
      grid: { left: 8, right: 20, top: 28, bottom: 56, containLabel: true },
      legend: others > 0 ? { top: 0, right: 8, data: [t('mine'), t('others')] } : undefined,
      tooltip: {
        trigger: 'item', confine: true,
        formatter: ({ data }: { data: { event: StoryEvent } }) => eventTip(data.event, nameOf),
      },
      xAxis: { ...timeAxis(), splitLine: { show: true } },
      yAxis: {
        type: 'category', data: lanes.lanes.map(laneName), inverse: true,
        axisLabel: { width: 150, overflow: 'truncate', color: colour('text'), interval: 0 },
        splitLine: { show: true }, axisTick: { show: false },
      },
      dataZoom: [
        { type: 'inside', zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false },
        {
          type: 'slider', height: 16, bottom: 6, showDetail: false, brushSelect: false,
          borderColor: colour('border'), fillerColor: colour('selected'), handleStyle: { color: colour('accent') },
          dataBackground: { lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 } },
        },
      ],
      series: [series(t('mine'), true), ...(others > 0 ? [series(t('others'), false)] : [])],
    };
  }, [events]);

  const first = events[0]!;
  const last = events.at(-1)!;
  const says = [
    t('timelineSays', { n: events.length, ...span(first.at, last.at), lane: t(laneKind[lanes.kind]) }),
    others > 0 ? t('timelineOthers', { n: others }) : '',
    back > 0 ? t('timelineBack', { n: back }) : '',
  ].join(' ');
  return (
    <Section title={t('timeline')} says={says}>
      <Chart
        option={option} height={96 + Math.max(2, lanes.lanes.length) * 28} description={says}
        onClick={(params) => {
          const { event } = params.data as { event?: StoryEvent };
          if (event !== undefined) {
            open(event);
          }
        }}
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
                  <td>{laneName(lanes.lanes[lanes.laneOf(one)]!)}</td>
                  <td>{eventName(one.exhibit.event)}</td>
                  <td class="num">{one.money > 0 ? money(one.money) : '–'}</td>
                  <td class="num">{one.isChosen ? decimal(one.exhibit.weight ?? 0, 3) : '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        }
      />
    </Section>
  );
}
