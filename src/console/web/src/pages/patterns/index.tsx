// SPDX-License-Identifier: GPL-3.0-or-later
// The rules that accuse, and what is known of how right they are.
import { useMemo, useState } from 'preact/hooks';
import type { Pattern, Patterns, Verdicts } from '../../core/api';
import { count, language } from '../../core/i18n';
import { useKeys } from '../../core/keys';
import { useGet } from '../../core/load';
import { kindName } from '../../core/names';
import { go, href, replaceQuery, type PageProps } from '../../core/router';
import {
  AsOf, Badge, DataTable, Empty, ErrorBox, Loading, ResultBadge, SeverityBadge, Tabs, type Column,
} from '../../core/ui';
import { PatternDetail } from './detail';
import { Fairness } from './fairness';
import { microseconds, perMany, rangeOf, rateKept, type Verdict } from './precision';
import { RangeMark } from './range';
import './style.css';
import { t } from './text';

type Precisions = ReadonlyMap<string, Verdict>;

function Declared({ pattern }: { pattern: Pattern }) {
  const declared = pattern.false_alarms_per_month;
  return declared !== null && declared > 0
    ? <span>{t('atMostOfMany', { rate: perMany(declared) })}</span>
    : <span class="muted">{t('rule')}</span>;
}

function Realised({ pattern }: { pattern: Pattern }) {
  const { realised } = pattern;
  if (!realised) {
    return <span class="muted">–</span>;
  }
  const [rate, low, high] = [realised.rate, realised.low, realised.high].map(perMany) as [string, string, string];
  return (
    <span>
      {rateKept(pattern) === 'broken' && <><Badge tone="bad">{t('tooMany')}</Badge> </>}
      {t('ofMany', { rate, low, high })}
    </span>
  );
}

// What was opened, and what of it came to nothing: where that is none, no word of it.
function Alerts({ counts }: { counts: Pattern['counts'] }) {
  if (counts === null) {
    return <span class="muted">–</span>;
  }
  const { withdrawn, suppressed_late: late } = counts;
  return (
    <span>
      {count(counts.opened)}
      {withdrawn > 0 && <> <span class="muted nowrap">· {t('ofWithdrawn', { n: withdrawn })}</span></>}
      {late > 0 && <> <span class="muted nowrap">· {t('ofLate', { n: late })}</span></>}
    </span>
  );
}

function Precision({ verdict }: { verdict: Verdict | undefined }) {
  if (verdict === undefined) {
    return <span class="muted">{t('undecided')}</span>;
  }
  const range = rangeOf(verdict);
  return (
    <span class="row">
      <RangeMark range={range} />
      {range.share !== null && range.few && (
        <Badge tone="outline" title={t('fewWhat')}>{t('few', { n: range.decided })}</Badge>
      )}
    </span>
  );
}

function columnsOf(precisions: Precisions): Column<Pattern>[] {
  return [
    {
      key: 'id', title: t('id'), width: '48px',
      cell: (one) => <a href={href(`patterns/${one.id}`)} tabIndex={-1}><code>{one.id}</code></a>,
    },
    {
      key: 'name', title: t('name'), width: 'minmax(224px, 3fr)', wraps: true,
      cell: (one) => (
        <span title={one.titles[language.value]}>
          {one.shadow && <><Badge tone="warn" title={t('shadowWhat')}>{t('shadow')}</Badge> </>}
          {one.titles[language.value]}
        </span>
      ),
    },
    { key: 'version', title: t('version'), width: '48px', spare: 3, cell: (one) => `v${one.version}` },
    {
      key: 'subject', title: t('subject'), width: 'minmax(84px, 0.6fr)', spare: 1,
      cell: (one) => kindName(one.subject),
    },
    {
      key: 'kind', title: t('kind'), width: '94px',
      cell: (one) => <ResultBadge result={one.result_type} />,
    },
    {
      key: 'severity', title: t('severity'), width: '76px',
      cell: (one) => <SeverityBadge severity={one.severity} />,
    },
    {
      key: 'declared', title: t('declaredColumn'), width: '104px', hint: t('declaredWhat'), right: true,
      cell: (one) => <Declared pattern={one} />,
    },
    {
      key: 'realised', title: t('realisedColumn'), width: 'minmax(136px, 0.8fr)', right: true,
      wraps: true, hint: t('realisedWhat'), cell: (one) => <Realised pattern={one} />,
    },
    {
      key: 'alerts', title: t('alerts'), width: 'minmax(132px, 0.6fr)', hint: t('alertsWhat'),
      right: true, wraps: true, cell: (one) => <Alerts counts={one.counts} />,
    },
    {
      // Before the first verdict there is nothing to draw.
      key: 'precision', title: t('precision'), hint: t('precisionWhat'),
      width: precisions.size === 0 ? '112px' : 'minmax(194px, 1fr)',
      cell: (one) => <Precision verdict={precisions.get(one.id)} />,
    },
    {
      key: 'cost', title: t('costColumn'), width: '100px', spare: 2, hint: t('costWhat'), right: true,
      cell: (one) => one.cost
        ? t('microseconds', { n: microseconds(one.cost) })
        : <span class="muted">–</span>,
    },
  ];
}

function matches(pattern: Pattern, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return [pattern.id, pattern.name, pattern.titles['zh-CN'], pattern.titles.en]
    .some((one) => one.toLowerCase().includes(wanted));
}

// Statistical ones and rules each in the order of their numbers: T2 before T10.
function byId(a: Pattern, b: Pattern): number {
  return a.id.localeCompare(b.id, 'en', { numeric: true });
}

function All({ items, precisions, opened }: {
  items: readonly Pattern[];
  precisions: Precisions;
  opened: string;
}) {
  const [text, setText] = useState('');
  const [cursor, setCursor] = useState(-1);
  const rows = useMemo(
    () => items.filter((one) => matches(one, text)).sort(byId),
    [items, text],
  );
  const open = (one: Pattern | undefined) => one && go(`patterns/${one.id}`);
  const step = (by: number) => setCursor(Math.max(0, Math.min(rows.length - 1, cursor + by)));
  useKeys(() => t('title'), [
    { key: 'j', label: () => t('next'), run: () => step(1) },
    { key: 'k', label: () => t('previous'), run: () => step(-1) },
    { key: 'Enter', label: () => t('open'), run: () => open(rows[cursor]) },
  ]);
  const shown = items.find((one) => one.id === opened);
  return (
    <>
      {opened !== '' && shown === undefined && (
        <p class="notice" role="alert">
          {t('notHere', { id: opened })} <a href={href('patterns')}>{t('table')}</a>
        </p>
      )}
      <div class="row">
        <input
          class="input filter" type="search" aria-label={t('filter')} placeholder={t('filterHint')}
          value={text}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setCursor(-1);
          }}
        />
        <p class="muted grow legend">{t('legend')}</p>
      </div>
      <div class="panel grow">
        <DataTable
          label={t('table')} columns={columnsOf(precisions)} rows={rows} rowKey={(one) => one.id}
          rowHeight={34}
          cursor={cursor} onCursor={setCursor} onOpen={open}
          empty={<Empty title={t('none')} />}
        />
      </div>
      {shown !== undefined && (
        <PatternDetail
          pattern={shown} verdict={precisions.get(shown.id)} onClose={() => go('patterns')}
        />
      )}
    </>
  );
}

export default function PatternsPage({ path, query }: PageProps) {
  const { data, error, reload } = useGet<Patterns>('/patterns');
  const verdicts = useGet<Verdicts>('/verdicts', { query: { by: 'pattern' } });
  const view = query.get('view') === 'fairness' ? 'fairness' : 'table';
  const precisions = useMemo<Precisions>(
    () => new Map(verdicts.data?.items.map((one) => [one.key, one])),
    [verdicts.data],
  );
  // The pack and the counters of its patterns are told as they are when they are read.
  const readAt = useMemo(() => (data === null ? null : new Date().toISOString()), [data]);
  return (
    <div class={`page patterns-page ${view === 'table' ? 'fills' : ''}`}>
      <div class="page-head">
        <h1>{t('title')}</h1>
        {data !== null && (
          <span class="muted" title={data.pack?.sha256}>
            {data.pack === null
              ? t('packNone')
              : <>{t('pack', data.pack)} <code>{data.pack.sha256.slice(0, 12)}</code></>}
            {' · '}{t('counted', { n: data.items.length })}
          </span>
        )}
        <span class="grow" />
        {readAt !== null && <AsOf at={readAt} />}
      </div>
      {error !== null && data === null && <ErrorBox error={error} retry={reload} />}
      <Tabs
        label={t('views')} chosen={view}
        tabs={[{ key: 'table', text: t('table') }, { key: 'fairness', text: t('fairness') }]}
        onChoose={(key) => replaceQuery({ view: key === 'table' ? '' : key })}
      >
        {view === 'fairness' ? <Fairness /> : data === null ? (error === null && <Loading lines={12} />) : (
          <All items={data.items} precisions={precisions} opened={path[0] ?? query.get('id') ?? ''} />
        )}
      </Tabs>
    </div>
  );
}
