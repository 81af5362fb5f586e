// SPDX-License-Identifier: GPL-3.0-or-later
import { useEffect, useRef, useState } from 'preact/hooks';
import {
  severities, type AlertRow, type Change, type Page, type ResultType, type SeverityName,
} from '../../core/api';
import { clockTime, decimal, language } from '../../core/i18n';
import { useKeys } from '../../core/keys';
import { useGet } from '../../core/load';
import { kindName, resultName, severityName, statusName } from '../../core/names';
import { patterns } from '../../core/patterns';
import { go, href, replaceQuery, type PageProps } from '../../core/router';
import { setting } from '../../core/settings';
import { onChanges, streamMissed } from '../../core/stream';
import {
  AsOf, Badge, Button, DataTable, Empty, ErrorBox, Icon, Loading, Money, PatternName, Ref,
  Region, RegionFilter, ResultBadge, Select, SeverityBadge, When, type Column,
} from '../../core/ui';
import { fits, merge, readFilter, ROWS_MAX, type AlertFilter } from './rows';
import './style.css';
import { t } from './text';
import { tick } from './tick';

const sound = setting('sound', 'off', ['off', 'on']);
const LOUD = 2; // high and critical

function columns(): Column<AlertRow>[] {
  return [
    { key: 'received', title: t('received'), width: '76px', cell: (row) => clockTime(row.changed) },
    { key: 'severity', title: t('severity'), width: '80px', cell: (row) => <SeverityBadge severity={row.severity} /> },
    {
      key: 'pattern', title: t('pattern'), width: 'minmax(236px, 3fr)', wraps: true,
      cell: (row) => (
        <>
          <PatternName id={row.pattern} />
          {row.rev > 1 && <span class="muted"> · {t('rev', { n: row.rev })}</span>}
          {row.status === 'withdrawn' && <strong> · {statusName('withdrawn')}</strong>}
        </>
      ),
    },
    { key: 'result', title: t('result'), width: '96px', cell: (row) => <ResultBadge result={row.result_type} /> },
    {
      key: 'subject', title: t('subject'), width: 'minmax(164px, 1fr)',
      cell: (row) => <span title={kindName(row.subject_kind)}><Ref id={row.subject} name={row.subject_name} /></span>,
    },
    {
      key: 'institution', title: t('institution'), width: 'minmax(104px, 0.8fr)', spare: 1,
      cell: (row) => row.institution !== '' && <Ref id={row.institution} name={row.institution_name} />,
    },
    { key: 'region', title: t('region_'), width: '112px', spare: 3, cell: (row) => <Region code={row.region} /> },
    { key: 'amount', title: t('amount'), width: '100px', right: true, cell: (row) => <Money fen={row.amount_fen} /> },
    { key: 'events', title: t('events'), width: '60px', spare: 2, right: true, cell: (row) => row.events },
    { key: 'score', title: t('score'), width: '60px', spare: 4, right: true, cell: (row) => decimal(row.score) },
    { key: 'end', title: t('happened'), width: '136px', cell: (row) => <When at={row.end} /> },
    {
      key: 'status', title: t('status'), width: '96px', spare: 5,
      cell: (row) => <Badge tone={row.status === 'open' ? 'accent' : 'outline'}>{statusName(row.status)}</Badge>,
    },
    {
      key: 'case', title: t('case'), width: '60px',
      cell: (row) => <a href={href(`case/${row.case}`)} tabIndex={-1}>#{row.case}</a>,
    },
  ];
}

function Filters({ filter, rows, input }: {
  filter: AlertFilter;
  rows: readonly AlertRow[];
  input: { current: HTMLInputElement | null };
}) {
  const set = (change: Partial<AlertFilter>) => replaceQuery({ ...filter, ...change });
  const isSet = Object.values(filter).some((value) => value !== '');
  return (
    <div class="row wrap">
      <Select
        label={t('pattern')} value={filter.pattern} onChange={(pattern) => set({ pattern })}
        options={[
          ['', t('anyPattern')],
          ...[...patterns.value.values()].map(
            (one): [string, string] => [one.id, `${one.id} ${one.titles[language.value]}`],
          ),
        ]}
      />
      <Select
        label={t('severity')} value={filter.severity} onChange={(severity) => set({ severity })}
        options={[
          ['', t('anySeverity')],
          ...severities.map((one: SeverityName): [string, string] => [one, severityName(one)]),
        ]}
      />
      <Select
        label={t('anyResult')} value={filter.result_type}
        onChange={(result_type) => set({ result_type })}
        options={[
          ['', t('anyResult')],
          ...(['conclusive', 'suspicious'] as ResultType[]).map(
            (one): [string, string] => [one, resultName(one)],
          ),
        ]}
      />
      <RegionFilter
        value={filter.region} label={t('region')} unknown={t('regionUnknown')} rows={rows}
        onChange={(region) => set({ region })}
      />
      <input
        ref={input} class="input grow" style={{ maxWidth: '280px' }} aria-label={t('text')} type="search"
        placeholder={t('text')} value={filter.text}
        onInput={(event) => set({ text: event.currentTarget.value })}
      />
      {isSet && (
        <Button kind="plain" onClick={() => replaceQuery({})}>{t('clear')}</Button>
      )}
    </div>
  );
}

// The alerts held: what was there at first, then what comes. Paused, it is counted and waits.
function useFeed(filter: AlertFilter, paused: boolean) {
  const { pattern, severity, result_type, region } = filter;
  const first = useGet<Page<AlertRow>>('/alerts', {
    query: { pattern, severity, result_type, region, limit: 200 },
  });
  const [rows, setRows] = useState<AlertRow[]>([]);
  const [waiting, setWaiting] = useState<AlertRow[]>([]);
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const isPaused = useRef(paused);
  isPaused.current = paused;
  const missed = streamMissed.value;
  const { data, reload } = first;

  useEffect(() => {
    if (data !== null) {
      setRows([...data.items].sort((a, b) => b.changed.localeCompare(a.changed)));
      setFresh(new Set());
    }
  }, [data]);
  useEffect(() => {
    if (missed > 0) {
      reload();
    }
  }, [missed, reload]);
  useEffect(
    () =>
      onChanges((changes: Change[]) => {
        const alerts = changes.flatMap((one) => (one.alert === undefined ? [] : [one.alert]));
        if (isPaused.current) {
          setWaiting((was) => merge(was, alerts));
          return;
        }
        setRows((was) => merge(was, alerts));
        setFresh(new Set(alerts.map((one) => one.alert_id)));
        if (sound.value === 'on' && alerts.some((one) => one.severity >= LOUD)) {
          tick();
        }
      }, 'alert'),
    [],
  );
  useEffect(() => {
    if (!paused && waiting.length > 0) {
      setRows((was) => merge(was, [...waiting].reverse()));
      setWaiting([]);
    }
  }, [paused, waiting]);

  return { first, fresh, rows: rows.filter((row) => fits(row, filter)), waiting: waiting.length };
}

export default function FeedPage({ query }: PageProps) {
  const filter = readFilter(query);
  const [paused, setPaused] = useState(false);
  const { first, rows, fresh, waiting } = useFeed(filter, paused);
  const [cursor, setCursor] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const at = rows.findIndex((row) => row.alert_id === cursor);
  const move = (to: number) =>
    setCursor(rows[Math.max(0, Math.min(rows.length - 1, to))]?.alert_id ?? null);
  const open = (row: AlertRow | undefined) => row !== undefined && go(`case/${row.case}`);

  useKeys(() => t('title'), [
    { key: 'j', label: () => t('down'), run: () => move(at + 1) },
    { key: 'k', label: () => t('up'), run: () => move(at - 1) },
    { key: 'Enter', label: () => t('open'), run: () => open(rows[at]) },
    { key: 'p', label: () => `${t('pause')} / ${t('goOn')}`, run: () => setPaused(!paused) },
    { key: 'f', label: () => t('filter'), run: () => input.current?.focus() },
  ]);

  const isOn = sound.value === 'on';
  const isFiltered = Object.values(filter).some((value) => value !== '');
  return (
    <div class="page fills">
      <div class="page-head">
        <h1>{t('title')}</h1>
        <Button aria-pressed={paused} hint="p" onClick={() => setPaused(!paused)}>
          <Icon name={paused ? 'play' : 'pause'} />{t(paused ? 'goOn' : 'pause')}
        </Button>
        <Button
          size="icon" aria-pressed={isOn} aria-label={t(isOn ? 'soundOff' : 'soundOn')}
          title={t(isOn ? 'soundOff' : 'soundOn')}
          onClick={() => {
            sound.value = isOn ? 'off' : 'on';
            if (!isOn) {
              tick();
            }
          }}
        >
          <Icon name={isOn ? 'sound' : 'mute'} />
        </Button>
        <span role="status">
          {paused && <Badge tone="warn">{t('waiting', { n: waiting })}</Badge>}
        </span>
        <span class="grow" />
        {first.data !== null && (
          <AsOf at={rows[0]?.changed ?? first.data.as_of}>
            {t('kept', { n: rows.length, max: ROWS_MAX })}
          </AsOf>
        )}
      </div>
      <Filters filter={filter} rows={rows} input={input} />
      {first.error !== null && <ErrorBox error={first.error} retry={first.reload} />}
      <div class="panel grow-down">
        {first.data === null && first.loading ? <div class="body"><Loading lines={12} /></div> : (
          <DataTable
            label={t('title')} columns={columns()} rows={rows} rowKey={(row) => row.alert_id}
            rowHeight={34}
            rowClass={(row) => `${fresh.has(row.alert_id) ? 'fresh' : ''} ${row.status === 'withdrawn' ? 'withdrawn' : ''}`}
            cursor={at} onCursor={move} onOpen={open}
            empty={
              <Empty title={t(isFiltered ? 'emptyFiltered' : 'empty')}>
                {isFiltered
                  ? <Button onClick={() => replaceQuery({})}>{t('clear')}</Button>
                  : <p>{t('emptyWhy')}</p>}
              </Empty>
            }
          />
        )}
      </div>
    </div>
  );
}
