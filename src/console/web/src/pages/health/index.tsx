// SPDX-License-Identifier: GPL-3.0-or-later
// Whether the data come, in time and whole, and what was refused.
import { useEffect, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { may, type DataHealth, type Page, type Reject } from '../../core/api';
import {
  measures, watermarkState, watermarkTone, type Measure, type MeasureKey, type Tone,
} from '../../core/completeness';
import { count, dateTimeSeconds, decimal, percent } from '../../core/i18n';
import { useGet } from '../../core/load';
import { AsOf, Badge, Button, Empty, ErrorBox, Loading, When } from '../../core/ui';
import './style.css';
import { measureName, reasonName, t, troubleWord, watermarkWord } from './text';
import { calendarTone, refusedTone, tonesOf } from './tones';
import { keep, rangeOf, ratePerSecond, Trend } from './trend';

const REFRESH_MS = 5000;

function toneWord(tone: Tone): string {
  return tone === 'none' ? t('noneYet') : t(tone);
}

function said(unit: Measure['unit'], value: number): string {
  switch (unit) {
    case 'share':
      return percent(value, value > 0 && value < 0.001 ? 3 : 2);
    case 'records':
      return t('records', { n: value });
    default:
      return t('seconds', { n: decimal(value, value < 10 ? 2 : 0) });
  }
}

function limit(unit: Measure['unit'], value: number): string {
  return unit === 'records' ? count(value) : said(unit, value);
}

function Line({ name, value, note, tone, state, limits, trend }: {
  name: string;
  value: ComponentChildren;
  note?: ComponentChildren;
  tone: Tone;
  state: string;
  limits?: string;
  trend?: ComponentChildren;
}) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="num value">{value}</td>
      <td class="muted note">{note}</td>
      <td><Badge tone={tone === 'none' ? 'outline' : tone}>{state}</Badge></td>
      <td class="muted limits">{limits}</td>
      <td class="trend">{trend}</td>
    </tr>
  );
}

function MeasureLine({ one, at }: { one: Measure; at: number }) {
  const readings = keep(one.key, at, one.value);
  const [low, high] = rangeOf(readings);
  const name = measureName(one.key);
  return (
    <Line
      name={name}
      value={one.value === null ? '–' : said(one.unit, one.value)}
      note={one.value !== null && one.part !== null && one.whole !== null &&
        t('partOf', { part: one.part, whole: one.whole })}
      tone={one.tone} state={toneWord(one.tone)}
      limits={t('limitsOf', { warn: limit(one.unit, one.warn), bad: limit(one.unit, one.bad) })}
      trend={
        <Trend
          readings={readings}
          label={t('trendOf', { name, low: said(one.unit, low), high: said(one.unit, high) })}
        />
      }
    />
  );
}

// A figure that is only told: no limit says whether it is good.
function Told({ name, value, counter, at }: {
  name: string;
  value: number;
  counter: string;
  at: number;
}) {
  const readings = keep(counter, at, value);
  const rate = ratePerSecond(readings);
  const [low, high] = rangeOf(readings);
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="num value">{count(value)}</td>
      <td class="muted note">{rate !== null && rate > 0 && t('perSecond', { n: decimal(rate, 1) })}</td>
      <td class="trend">
        <Trend readings={readings} label={t('trendOf', { name, low: count(low), high: count(high) })} />
      </td>
    </tr>
  );
}

function Measures({ title, id, children }: {
  title: string;
  id: string;
  children: ComponentChildren;
}) {
  return (
    <section class="panel" aria-labelledby={id}>
      <header><h2 id={id}>{title}</h2></header>
      <table class="table measures">
        <thead>
          <tr>
            <th scope="col">{t('measure')}</th>
            <th scope="col" class="num">{t('value')}</th>
            <th scope="col"><span class="seen-by-readers">{t('totals')}</span></th>
            <th scope="col">{t('state')}</th>
            <th scope="col">{t('limits')}</th>
            <th scope="col" title={t('trendWhat')}>{t('trend')}</th>
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

const told = [
  ['read', 'events_read_total'],
  ['published', 'alerts_published_total'],
  ['reversals', 'reversals_applied_total'],
  ['pending', 'reversals_pending_total'],
  ['unbalanced', 'unbalanced_total'],
  ['evicted', 'evicted_by_count_total'],
] as const;

function Totals({ health, at }: { health: DataHealth; at: number }) {
  const { service, feed } = health;
  return (
    <section class="panel" aria-labelledby="totals">
      <header><h2 id="totals">{t('totals')}</h2></header>
      <table class="table measures">
        <thead>
          <tr>
            <th scope="col">{t('measure')}</th>
            <th scope="col" class="num">{t('value')}</th>
            <th scope="col"><span class="seen-by-readers">{t('perSecond', { n: '' })}</span></th>
            <th scope="col" title={t('trendWhat')}>{t('trend')}</th>
          </tr>
        </thead>
        <tbody>
          <Told name={t('taken')} value={feed.taken} counter="feed.taken" at={at} />
          {service !== null && told.map(([name, counter]) => {
            const value = service[counter];
            return value !== undefined && (
              <Told key={counter} name={t(name)} value={value} counter={counter} at={at} />
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Reasons({ health }: { health: DataHealth }) {
  const rows = Object.entries(health.rejects)
    .filter(([, n]) => n > 0)
    .sort(([, a], [, b]) => b - a);
  const most = Math.max(1, ...rows.map(([, n]) => n));
  const read = health.service?.['events_read_total'] ?? 0;
  return (
    <section class="panel" aria-labelledby="reasons">
      <header><h2 id="reasons">{t('reasons')}</h2></header>
      {rows.length === 0 ? <Empty title={t('reasonsNone')} /> : (
        <table class="table measures">
          <thead>
            <tr>
              <th scope="col">{t('reason')}</th>
              <th scope="col" class="num">{t('number')}</th>
              <th scope="col" class="num">{t('share')}</th>
              <th scope="col"><span class="seen-by-readers">{t('number')}</span></th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([reason, n]) => (
              <tr key={reason}>
                <th scope="row">{reasonName(reason)} <code class="muted">{reason}</code></th>
                <td class="num value">{count(n)}</td>
                <td class="num">{read > 0 ? percent(n / read, 3) : '–'}</td>
                <td class="bar"><span style={{ width: percent(n / most, 1) }} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function SampleTable({ rows }: { rows: readonly Reject[] }) {
  return (
    <div class="samples">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{t('at')}</th><th scope="col">{t('reason')}</th>
            <th scope="col">{t('detail')}</th><th scope="col">{t('source')}</th>
            <th scope="col" class="num">{t('size')}</th><th scope="col">{t('sample')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((one) => (
            <tr key={`${one.source.partition} ${one.source.offset}`}>
              <td class="nowrap">{dateTimeSeconds(one.at)}</td>
              <td class="nowrap" title={one.reason}>{reasonName(one.reason)}</td>
              <td>{one.detail}</td>
              <td class="nowrap">
                <code>{one.source.topic} {one.source.partition}/{one.source.offset}</code>
              </td>
              <td class="num">{count(one.size)}</td>
              <td><code class="content">{one.sample}</code></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Samples() {
  const [open, setOpen] = useState(false);
  const { data, error, loading, reload } = useGet<Page<Reject>>(
    open ? '/health/rejects' : null, { query: { limit: 20 } },
  );
  return (
    <section class="panel" aria-labelledby="samples">
      <header>
        <h2 id="samples" class="grow">{t('samples')}</h2>
        {may('read_record') && (
          <Button disabled={loading} onClick={() => (open ? reload() : setOpen(true))}>
            {t(open ? 'samplesAgain' : 'samplesOpen')}
          </Button>
        )}
      </header>
      <p class="body muted">{t(may('read_record') ? 'samplesWhy' : 'samplesMay')}</p>
      {loading && data === null && <div class="body"><Loading lines={3} /></div>}
      {error !== null && (
        error.status === 404
          ? <Empty title={t('notAvailable')} />
          : <div class="body"><ErrorBox error={error} /></div>
      )}
      {data !== null && (
        data.items.length === 0
          ? <Empty title={t('samplesNone')} />
          : <SampleTable rows={data.items} />
      )}
    </section>
  );
}

function Body({ health }: { health: DataHealth }) {
  const at = new Date(health.as_of).getTime();
  const all = measures(health);
  const state = watermarkState(health.watermark, health.as_of);
  const line = (key: MeasureKey) => {
    const one = all.find((each) => each.key === key)!;
    return <MeasureLine key={key} one={one} at={at} />;
  };
  const { feed } = health;
  return (
    <>
      <Measures title={t('feed')} id="feed">
        <Line
          name={t('fed')} value={feed.fed_at === null ? t('never') : <When at={feed.fed_at} as="relative" />}
          note={feed.trouble !== null && troubleWord(feed.trouble)}
          tone={feed.ok ? 'ok' : 'bad'} state={t(feed.ok ? 'working' : 'stopped')}
        />
        {line('feedLag')}
        <Line
          name={t('refused')} value={t('records', { n: feed.rejected })}
          tone={refusedTone(health)} state={toneWord(refusedTone(health))}
        />
      </Measures>
      <Measures title={t('stream')} id="stream">
        <Line
          name={t('watermark')}
          value={health.watermark === null ? t('watermarkNone') : <When at={health.watermark} />}
          note={health.watermark !== null && <When at={health.watermark} as="relative" />}
          tone={watermarkTone[state]} state={watermarkWord(state)}
        />
        {(['ingestLag', 'detectLag', 'checkpointAge'] as const).map(line)}
      </Measures>
      <Measures title={t('quality')} id="quality">
        {([
          'rejected', 'late', 'duplicates', 'unevaluated', 'unknownInstitutions', 'unknownFields',
        ] as const).map(line)}
      </Measures>
      {calendarTone(health) !== 'ok' && (
        <p class="muted">
          <Badge tone={calendarTone(health)}>{toneWord(calendarTone(health))}</Badge>{' '}
          {health.calendar.until === null
            ? t('calendarNone')
            : t('calendarEnds', { until: health.calendar.until })}
        </p>
      )}
      {health.service === null && <p class="muted">{t('uncounted')}</p>}
      <div class="two">
        <Totals health={health} at={at} />
        <Reasons health={health} />
      </div>
      <Samples />
    </>
  );
}

function Summary({ health }: { health: DataHealth }) {
  const tones = tonesOf(health);
  const bad = tones.filter((one) => one === 'bad').length;
  const warn = tones.filter((one) => one === 'warn').length;
  const words = [bad > 0 && t('summaryBad', { n: bad }), warn > 0 && t('summaryWarn', { n: warn })];
  return (
    <Badge tone={bad > 0 ? 'bad' : warn > 0 ? 'warn' : 'ok'}>
      {words.filter(Boolean).join(' · ') || t('summaryOk')}
    </Badge>
  );
}

export default function HealthPage() {
  const { data, error, reload } = useGet<DataHealth>('/health/data');
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && reload(), REFRESH_MS);
    return () => clearInterval(timer);
  }, [reload]);
  return (
    <div class="page health-page">
      <div class="page-head">
        <h1>{t('title')}</h1>
        {data !== null && <Summary health={data} />}
        {data !== null && error !== null && <Badge tone="bad">{t('silent')}</Badge>}
        <span class="grow" />
        {data !== null && <AsOf at={data.as_of}>{t('every')}</AsOf>}
      </div>
      {data === null && error !== null && <ErrorBox error={error} retry={reload} />}
      {data === null ? (error === null && <Loading lines={12} />) : <Body health={data} />}
    </div>
  );
}
