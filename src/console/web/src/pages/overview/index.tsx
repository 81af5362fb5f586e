// SPDX-License-Identifier: GPL-3.0-or-later
// The first look of the day: how much, what got worse, where, and whose time runs out.
import { useEffect, useRef } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { may, type DataHealth, type Overview, type Page, type UnmaskRequest } from '../../core/api';
import { watermarkState, watermarkTone } from '../../core/completeness';
import { clockTime, count, date, moneyShort, percent, relative } from '../../core/i18n';
import { useGet } from '../../core/load';
import { outcomeName, resultName, stateName } from '../../core/names';
import { regionName } from '../../core/regions';
import { href, replaceQuery, type PageProps } from '../../core/router';
import { onChanges, streamMissed } from '../../core/stream';
import {
  AsOf, Badge, Due, Empty, ErrorBox, Loading, Money, PatternName, Select,
} from '../../core/ui';
import { daysOf, overviewAsk, periods } from './ask';
import { Completeness } from './completeness';
import { Days } from './days';
import {
  alertsOf, caseLines, caseMoney, dayAfter, isDayOver, regionChoices, worseOf,
} from './figures';
import { RegionMap } from './map';
import './style.css';
import { t } from './text';

const REFRESH_MS = 20_000;

function Figure({ name, value, what, tone = '', link }: {
  name: string;
  value: ComponentChildren;
  what: ComponentChildren;
  tone?: string;
  link?: string;
}) {
  return (
    <div class={`figure ${tone}`}>
      <dt>{name}</dt>
      <dd>
        {link === undefined ? <strong>{value}</strong> : <a href={link}><strong>{value}</strong></a>}
        <small>{what}</small>
      </dd>
    </div>
  );
}

// How far the newest day has come; null: it is over, or nobody can tell.
function dayUntil(overview: Overview, health: DataHealth | null): string | null {
  const watermark = health?.watermark ?? null;
  if (watermark === null || overview.newest_day === null) {
    return null;
  }
  return isDayOver(overview, date(watermark)) ? null : clockTime(watermark).slice(0, 5);
}

function Newest({ overview, health }: { overview: Overview; health: DataHealth | null }) {
  const day = overview.newest_day;
  if (day === null) {
    return <Figure name={t('newest')} value="0" what={t('newestNone')} />;
  }
  const today = alertsOf(overview, day);
  const before = alertsOf(overview, dayAfter(day, -1));
  const until = dayUntil(overview, health);
  return (
    <Figure
      name={t('newest')} value={count(today)} link={href('feed')}
      what={
        until === null
          ? t('newestDay', { day: day.slice(5), before })
          : t('newestUntil', { day: day.slice(5), time: until, before })
      }
    />
  );
}

function FeedFigure({ health }: { health: DataHealth | null }) {
  if (health === null) {
    return <Figure name={t('feed')} value="–" what=" " />;
  }
  const { ok, fed_at: fedAt } = health.feed;
  const lag = health.feed.lag ?? '–';
  return (
    <Figure
      name={t('feed')} tone={ok ? '' : 'bad'} link={href('health')}
      value={<><span class={`dot ${ok ? 'ok' : 'bad'}`} /> {t(ok ? 'feedOk' : 'feedStopped')}</>}
      what={
        fedAt === null
          ? t('feedNever', { lag })
          : t('feedWhat', { lag, when: relative(fedAt, new Date(health.as_of).getTime()) })
      }
    />
  );
}

function Figures({ overview, health, region }: {
  overview: Overview;
  health: DataHealth | null;
  region: string;
}) {
  const sums = caseMoney(overview.cases);
  const clock = (wanted: number) =>
    overview.clocks.find((one) => one.clock === wanted)?.cases ?? 0;
  const escalated = overview.escalated[0]?.cases ?? 0;
  const soon = clock(1);
  const breached = clock(2);
  return (
    <section class="panel figures" aria-label={t('figures')}>
      <dl>
        <Figure
          name={t('atRisk')} value={moneyShort(sums.atRisk)} what={t('atRiskWhat')}
          link={href('queue', { region })}
        />
        <Figure
          name={t('confirmed')} value={moneyShort(sums.confirmedMoney)} tone="apart"
          what={t('confirmedWhat', { cases: sums.confirmed })}
          link={href('queue', { region, state: 'closed', open: 'all' })}
        />
        <Figure
          name={t('open')} value={count(sums.open)} what={t('openWhat')}
          link={href('queue', { region })}
        />
        <Figure
          name={t('soon')} value={count(soon)} what={t('soonWhat')} tone={soon > 0 ? 'warn' : ''}
          link={href('queue', { region, clock: 'soon' })}
        />
        <Figure
          name={t('breached')} value={count(breached)} what={t('breachedWhat')}
          tone={breached > 0 ? 'bad' : ''} link={href('queue', { region, clock: 'breached' })}
        />
        <Figure
          name={t('escalated')} value={count(escalated)} what={t('escalatedWhat')}
          tone={escalated > 0 ? 'warn' : ''}
        />
        <Newest overview={overview} health={health} />
        <FeedFigure health={health} />
      </dl>
      <AsOf at={overview.as_of}><Completeness health={health} /></AsOf>
    </section>
  );
}

function WorsePanel({ overview, health, region }: {
  overview: Overview;
  health: DataHealth | null;
  region: string;
}) {
  const rows = worseOf(overview.worse);
  const day = overview.newest_day ?? '';
  const until = dayUntil(overview, health);
  return (
    <section class="panel worse" aria-labelledby="worse">
      <header><h2 id="worse">{t('worse')}</h2></header>
      <div class="scroll">
        {rows.length === 0 ? <Empty title={t('worseNone')} /> : (
          <table class="table">
            <thead>
              <tr>
                <th>{t('pattern')}</th>
                <th class="num">{t('newestBefore')}</th>
                <th class="num">{t('more')}</th>
                <th class="num">{t('moreMoney')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((one) => (
                <tr key={one.pattern} class={one.few ? 'muted' : ''}>
                  <td class="pattern">
                    <a href={href('queue', { pattern: one.pattern, region })}>
                      <PatternName id={one.pattern} />
                    </a>
                    {one.few && <> <Badge tone="outline" title={t('fewWhy')}>{t('few')}</Badge></>}
                  </td>
                  <td class="num nowrap">{count(one.today)} / {count(one.before)}</td>
                  <td class="num">{one.more > 0 ? `+${count(one.more)}` : count(one.more)}</td>
                  <td class="num nowrap">
                    {one.moreMoney > 0 && '+'}<Money fen={one.moreMoney} short />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
      <footer class="asof">
        {until === null
          ? t('worseWhole', { day })
          : t('worsePartial', { day: day.slice(5), time: until })}
      </footer>
    </section>
  );
}

function CasesPanel({ overview, region }: { overview: Overview; region: string }) {
  const lines = caseLines(overview.cases);
  const most = Math.max(1, ...lines.map((one) => one.cases));
  return (
    <section class="panel" aria-labelledby="cases">
      <header><h2 id="cases">{t('cases')}</h2></header>
      {lines.length === 0 ? <Empty title={t('casesNone')} /> : (
        <table class="table bars">
          <thead>
            <tr>
              <th>{t('state')}</th><th class="num">{t('number')}</th>
              <th><span class="seen-by-readers">{t('share')}</span></th>
              <th class="num">{t('money')}</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((one) => (
              <tr key={`${one.state} ${one.outcome}`}>
                <td class="nowrap">
                  <a
                    href={href('queue', {
                      region, state: one.state, open: one.state === 'closed' ? 'all' : null,
                    })}
                  >
                    {stateName(one.state)}
                    {one.outcome !== '' && ` · ${outcomeName(one.outcome)}`}
                  </a>
                </td>
                <td class="num">{count(one.cases)}</td>
                <td class="bar">
                  <span
                    class={one.state === 'closed' ? 'closed' : ''}
                    style={{ width: percent(one.cases / most, 1) }}
                  />
                </td>
                <td class="num"><Money fen={one.amount_fen} short /></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

// Somebody waits for this person's yes or no.
function IdentityRequests() {
  const { data } = useGet<Page<UnmaskRequest>>('/identities/requests');
  const n = data?.items.filter((one) => one.state === 'waiting' && !one.mine).length ?? 0;
  return n === 0 ? null : (
    <p class="notice"><a href={href('admin', { view: 'requests' })}>{t('requestsWait', { n })}</a></p>
  );
}

function DuePanel({ overview }: { overview: Overview }) {
  return (
    <section class="panel" aria-labelledby="due">
      <header><h2 id="due">{t('due')}</h2></header>
      {overview.due_soon.length === 0 ? <Empty title={t('dueNone')} /> : (
        <table class="table due">
          <thead>
            <tr>
              <th>{t('case')}</th><th>{t('pattern')}</th><th class="num">{t('money')}</th>
              <th>{t('assignee')}</th><th>{t('dueIn')}</th>
            </tr>
          </thead>
          <tbody>
            {overview.due_soon.map((one) => (
              <tr key={one.id}>
                <td><a href={href(`case/${one.id}`)}>#{one.id}</a></td>
                <td class="pattern">
                  {one.patterns[0] === undefined
                    ? <span class="muted">{t('control')}</span>
                    : <PatternName id={one.patterns[0]} />}
                </td>
                <td class="num"><Money fen={one.amount_fen} short /></td>
                <td class={one.assignee_name ? 'nowrap' : 'muted nowrap'}>
                  {one.assignee_name || t('nobody')}
                </td>
                <td><Due due={one.due} clock={one.clock} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

// Said where it is not plain: that the newest data are not from now.
function Age({ health }: { health: DataHealth }) {
  const state = watermarkState(health.watermark, health.as_of);
  if (state === 'live' || state === 'unknown') {
    return null;
  }
  return <Badge tone={state === 'replay' ? 'accent' : watermarkTone[state]}>{t(state)}</Badge>;
}

// While something happens, once in 20 seconds.
function useFresh(reload: () => void): void {
  const live = useRef(reload);
  live.current = reload;
  const missed = streamMissed.value;
  useEffect(() => {
    if (missed > 0) {
      live.current();
    }
  }, [missed]);
  useEffect(() => {
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const end = onChanges(() => {
      waiting ??= setTimeout(() => {
        waiting = undefined;
        if (!document.hidden) {
          live.current();
        }
      }, REFRESH_MS);
    });
    return () => {
      end();
      clearTimeout(waiting);
    };
  }, []);
}

// What was shown stays until what is asked for comes: nothing jumps.
function useLast<T>(value: T | null): T | null {
  const last = useRef(value);
  last.current = value ?? last.current;
  return last.current;
}

export default function OverviewPage({ query }: PageProps) {
  const region = query.get('region') ?? '';
  const days = daysOf(query);
  const everywhere = useGet<Overview>('/overview', overviewAsk(query));
  const chosen = useGet<Overview>(region === '' ? null : '/overview', { query: { days, region } });
  const health = useGet<DataHealth>('/health/data');
  const shown = region === '' ? everywhere : chosen;
  const overview = useLast(shown.data);
  const whole = useLast(everywhere.data);

  const setQuery = (changed: { region?: string; days?: string }) =>
    replaceQuery({ region, days: days === '30' ? '' : days, ...changed });
  useFresh(() => {
    everywhere.reload();
    chosen.reload();
    health.reload();
  });

  const codes = whole?.by_region.map((one) => one.region) ?? [];
  const choices = regionChoices(region.length === 6 ? [...codes, region] : codes);
  const known = region === '' || choices.includes(region) ? choices : [...choices, region];
  return (
    <div class="page overview">
      <div class="page-head">
        <h1>{t('title')}</h1>
        <Select
          label={t('region')} value={region} onChange={(code) => setQuery({ region: code })}
          options={[
            ['', t('regionAll')] as const,
            ...known.map((code) => [
              code, code.length < 6 ? t('regionWhole', { code: regionName(code) }) : `\u2003${regionName(code)}`,
            ] as const),
          ]}
        />
        <Select
          label={t('period')} value={days}
          onChange={(one) => setQuery({ days: one === '30' ? '' : one })}
          options={periods.map((one) => [one, t('lastDays', { days: one })] as const)}
        />
        <span class="grow" />
        {health.data !== null && <Age health={health.data} />}
      </div>
      {may('approve') && may('unmask') && <IdentityRequests />}
      {shown.error !== null && <ErrorBox error={shown.error} retry={shown.reload} />}
      {overview === null ? (shown.error === null && <Loading lines={12} />) : (
        <div class="all" aria-busy={shown.data === null}>
          <Figures overview={overview} health={health.data} region={region} />
          <div class="two">
            <section class="panel" aria-labelledby="by-day">
              <header><h2 id="by-day">{t('byDay')}</h2></header>
              <div class="body"><Days overview={overview} region={region} /></div>
              <footer class="asof">
                {t('byDayWhat', {
                  conclusive: resultName('conclusive'), suspicious: resultName('suspicious'),
                })}
              </footer>
            </section>
            <WorsePanel overview={overview} health={health.data} region={region} />
          </div>
          <div class="two">
            <section class="panel" aria-labelledby="map">
              <header><h2 id="map">{t('map')}</h2></header>
              <div class="body">
                {whole !== null && (
                  <RegionMap
                    overview={whole} region={region}
                    onRegion={(code) => setQuery({ region: code })}
                  />
                )}
              </div>
              <footer class="asof">{t('mapWhat')} {t('mapHow')}</footer>
            </section>
            <div class="stack side">
              <DuePanel overview={overview} />
              <CasesPanel overview={overview} region={region} />
            </div>
          </div>
        </div>
      )}
    </div>
  );
}
