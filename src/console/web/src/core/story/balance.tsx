// SPDX-License-Identifier: GPL-3.0-or-later
import { useContext } from 'preact/hooks';
import { dateTimeSeconds, money, moneyShort, percent } from '../i18n';
import { colour } from '../theme';
import { Chart } from '../ui/chart';
import { Context, Section, eventTip, onAxis, opens, span, timeAxis, useOption, yuan } from './common';
import { DRAIN_SHARE, different, type Balance, type StoryEvent } from './model';
import { t } from './text';

const LABELS_MAX = 12;

export function BalanceOverTime({ balance }: { balance: Balance }) {
  const { nameOf, open } = useContext(Context);
  const steps = balance.steps;
  const first = steps[0]!.event;
  const last = steps.at(-1)!.event;
  const other = balance.start - balance.end - balance.taken;
  const drains = steps.filter((one) => (one.share ?? 0) >= DRAIN_SHARE);

  const option = useOption(() => {
    const level = steps.flatMap((one) => {
      const x = onAxis(one.event.at);
      return one.before === null ? [[x, yuan(one.after)]] : [[x, yuan(one.before)], [x, yuan(one.after)]];
    });
    // What it was before, and what it is afterwards, is seen as a little of both.
    const lead = Math.max(60_000, (last.at - first.at) * 0.04);
    return {
      useUTC: true,
      grid: { left: 8, right: 96, top: 28, bottom: 24, containLabel: true },
      tooltip: {
        trigger: 'item', confine: true,
        formatter: ({ data }: { data: { event: StoryEvent } }) => eventTip(data.event, nameOf),
      },
      xAxis: timeAxis(),
      yAxis: { type: 'value', name: t('balanceAxis'), min: 0 },
      series: [
        {
          type: 'line', step: 'end', symbol: 'none', silent: true, data: [
            [onAxis(first.at - lead), yuan(balance.start)], ...level, [onAxis(last.at + lead), yuan(balance.end)],
          ],
          lineStyle: { color: colour('accent'), width: 2 }, areaStyle: { color: colour('accent'), opacity: 0.08 },
        },
        {
          type: 'scatter', z: 3,
          data: steps.map((one) => {
            const isDrain = (one.share ?? 0) >= DRAIN_SHARE;
            return {
              value: [onAxis(one.event.at), yuan(one.after)], event: one.event,
              symbol: isDrain ? 'triangle' : 'circle', symbolRotate: isDrain ? 180 : 0,
              symbolSize: isDrain ? 12 : 6,
              itemStyle: { color: colour(isDrain ? 'critical-mark' : 'accent') },
              label: {
                show: isDrain && drains.length <= LABELS_MAX, position: 'right', fontSize: 11,
                color: colour('critical-mark'), fontWeight: 600,
                backgroundColor: colour('surface'), padding: [1, 4], borderRadius: 3, // the line passes behind it
                formatter: `−${moneyShort((one.before ?? 0) - one.after)} · ${percent(one.share ?? 0)}`,
              },
            };
          }),
          labelLayout: { dy: -10, hideOverlap: true },
        },
      ],
    };
  }, [balance]);

  const says = [
    t('balanceSays', {
      person: different([first], 'insured')[0] ?? '', start: money(balance.start), end: money(balance.end),
      taken: money(balance.taken), ...span(first.at, last.at),
    }),
    other > 0 ? t('balanceLess', { other: money(other) }) : other < 0 ? t('balanceMore', { other: money(-other) }) : '',
    drains.length > 0 ? t('balanceDrains', { n: drains.length, share: percent(DRAIN_SHARE) }) : '',
  ].join(' ');
  return (
    <Section title={t('balance')} says={says}>
      <Chart
        option={option} height={220} description={says}
        onClick={opens(open)}
        table={
          <table class="table">
            <thead>
              <tr>
                <th>{t('at')}</th><th>{t('institution')}</th><th class="num">{t('before')}</th>
                <th class="num">{t('after')}</th><th class="num">{t('share')}</th>
              </tr>
            </thead>
            <tbody>
              {steps.map((one) => (
                <tr key={one.event.msgid}>
                  <td class="nowrap">{dateTimeSeconds(one.event.at)}</td>
                  <td>{one.event.exhibit.institution && nameOf(one.event.exhibit.institution)}</td>
                  <td class="num">{one.before === null ? '–' : money(one.before)}</td>
                  <td class="num">{money(one.after)}</td>
                  <td class="num">{one.share === null ? '–' : percent(one.share)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        }
      />
    </Section>
  );
}
