// SPDX-License-Identifier: GPL-3.0-or-later
import { useEffect, useRef, useState } from 'preact/hooks';
import {
  address, may, outcomes, post, type Case, type CaseRow, type Outcome, type State, type Verb,
} from '../../core/api';
import { actNow } from '../../core/case/act';
import { CaseDialog, type Asked } from '../../core/case/dialog';
import { useKeys, type Key } from '../../core/keys';
import { asApiError } from '../../core/load';
import { errorName } from '../../core/names';
import { go, replaceQuery, type PageProps } from '../../core/router';
import {
  AsOf, Button, DataTable, Empty, ErrorBox, Icon, Loading, toast,
} from '../../core/ui';
import { columns } from './columns';
import { readFilter, readSort, same, sortsDown, views } from './filter';
import { FilterBar, SavedMenu, Views } from './filters';
import { useLive } from './live';
import { Preview } from './preview';
import './style.css';
import { t } from './text';

interface Asking {
  verb: Asked;
  rows: CaseRow[];
  outcome?: Outcome;
}

const workable: State[] = ['new', 'assigned', 'investigating', 'returned'];
const asked: Partial<Record<Asked, 'conclude' | 'snooze' | 'approveIt' | 'returnIt' | 'assign'>> = {
  decide: 'conclude', snooze: 'snooze', approve: 'approveIt', return: 'returnIt', assign: 'assign',
};

// Those whose state lets it be asked at all; the service judges the rest.
function suitableFor(verb: Asked, rows: CaseRow[]): CaseRow[] {
  const inStates = (states: State[]) => rows.filter((row) => states.includes(row.state));
  switch (verb) {
    case 'decide':
      return rows.every((row) => row.state === 'approved') ? rows : inStates(workable);
    case 'snooze':
      return inStates(workable);
    case 'approve':
    case 'return':
      return inStates(['proposed']);
    default:
      return rows;
  }
}

// Where the reader was, when they come back from a case.
let last = { filter: '', cursor: null as number | null, previewing: false };

async function takeNext(): Promise<void> {
  try {
    const taken = await post<Case>('/cases/next');
    toast(t('tookNext', { id: String(taken.id) }));
    go(`case/${taken.id}`);
  } catch (error) {
    const { code } = asApiError(error);
    toast(code === 'not_found' ? t('nothingFree') : errorName(code), { tone: 'bad' });
  }
}

export default function QueuePage({ query }: PageProps) {
  const filter = readFilter(query);
  const sort = readSort(query);
  const live = useLive(filter, sort);
  const { rows } = live;
  const filterKey = JSON.stringify([filter, sort]);
  const [cursorId, setCursorId] = useState(last.filter === filterKey ? last.cursor : null);
  const [previewing, setPreviewing] = useState(last.previewing);
  const [selected, setSelected] = useState<ReadonlySet<string | number>>(new Set());
  const [asking, setAsking] = useState<Asking | null>(null);
  const filterBar = useRef<HTMLElement>(null);
  const place = useRef(0);

  const at = rows.findIndex((row) => row.id === cursorId);
  const here = rows[at];
  const chosen = rows.filter((row) => selected.has(row.id));
  const targets = chosen.length > 0 ? chosen : here === undefined ? [] : [here];

  useEffect(() => {
    last = { filter: filterKey, cursor: cursorId, previewing };
  }, [filterKey, cursorId, previewing]);
  useEffect(() => {
    setSelected(new Set());
    place.current = 0;
  }, [filterKey]);
  // When its row has gone, the cursor stays where it was.
  useEffect(() => {
    if (at >= 0) {
      place.current = at;
    } else if (rows.length > 0 && !live.loading) {
      setCursorId(rows[Math.min(place.current, rows.length - 1)]!.id);
    }
  }, [at, rows, live.loading]);

  const move = (to: number) =>
    setCursorId(rows[Math.max(0, Math.min(rows.length - 1, to))]?.id ?? null);
  const onTargets = (run: (rows: CaseRow[]) => void) => () =>
    targets.length > 0 ? run(targets) : toast(t('nobodyChosen'));
  const ask = (verb: Asked, outcome?: Outcome) =>
    onTargets((those) => {
      const suitable = suitableFor(verb, those);
      if (suitable.length < those.length) {
        toast(t('unsuitable', { n: those.length - suitable.length, verb: t(asked[verb] ?? 'conclude') }));
      }
      if (suitable.length > 0) {
        setAsking({ verb, rows: suitable, outcome });
      }
    });
  const now = (verb: 'release' | 'start' | 'approve' | 'assign') =>
    onTargets((those) => actNow(those, verb, {}, live.put));
  // Only an approver gives cases to others.
  const assign = may('approve') ? ask('assign') : now('assign');
  const toggle = () => {
    if (here !== undefined) {
      const keys = new Set(selected);
      if (!keys.delete(here.id)) {
        keys.add(here.id);
      }
      setSelected(keys);
    }
  };

  const working: Key[] = !may('work') ? [] : [
    { key: 'n', label: () => t('takeNext'), run: () => void takeNext() },
    { key: 'b', label: () => t('begin'), run: now('start') },
    ...outcomes.map((outcome, i): Key => ({
      key: String(i + 1),
      label: () => t(`conclude${(i + 1) as 1 | 2 | 3 | 4}`),
      run: ask('decide', outcome),
    })),
    { key: 's', label: () => t('snooze'), run: ask('snooze') },
    { key: 'r', label: () => t('release'), run: now('release') },
  ];
  const approving: Key[] = !may('approve') ? [] : [
    { key: 'y', label: () => t('approveIt'), run: ask('approve') },
    { key: 'z', label: () => t('returnIt'), run: ask('return') },
  ];
  useKeys(() => t('title'), [
    { key: 'j', label: () => t('nextRow'), run: () => move(at + 1) },
    { key: 'k', label: () => t('previousRow'), run: () => move(at - 1) },
    { key: 'x', label: () => t('select'), run: toggle },
    { key: 'Enter', label: () => t('openCase'), run: () => here && go(`case/${here.id}`) },
    { key: 'Space', label: () => t('preview'), run: () => setPreviewing(!previewing) },
    { key: 'f', label: () => t('filterKey'), run: () => filterBar.current?.focus() },
    { key: '.', label: () => t('reload'), run: live.reload },
    { key: 'Escape', label: () => t('unselect'), run: () => setSelected(new Set()) },
    ...(working.length + approving.length > 0
      ? [{ key: 'a', label: () => t(may('approve') ? 'assign' : 'assignMe'), run: assign }]
      : []),
    ...working,
    ...approving,
  ]);

  // allowed: of the one case that is read, else any may be tried.
  const actions = (allowed?: Verb[]) => {
    const can = (...verbs: Verb[]) =>
      allowed === undefined || verbs.some((verb) => allowed.includes(verb));
    return (
      <>
        {may('work') && can('close', 'propose') && (
          <Button hint="1–4" onClick={ask('decide')}>{t('conclude')}</Button>
        )}
        {may('approve') && can('approve') && (
          <Button hint="y" onClick={ask('approve')}>{t('approveIt')}</Button>
        )}
        {may('approve') && can('return') && (
          <Button hint="z" onClick={ask('return')}>{t('returnIt')}</Button>
        )}
        {(may('work') || may('approve')) && can('assign') && (
          <Button hint="a" onClick={assign}>{t(may('approve') ? 'assign' : 'assignMe')}</Button>
        )}
        {may('work') && can('start') && (
          <Button hint="b" onClick={now('start')}>{t('begin')}</Button>
        )}
        {may('work') && can('snooze') && (
          <Button hint="s" onClick={ask('snooze')}>{t('snooze')}</Button>
        )}
        {may('work') && can('release') && (
          <Button hint="r" onClick={now('release')}>{t('release')}</Button>
        )}
      </>
    );
  };

  return (
    <div class="page fills queue">
      <div class="page-head">
        <h1 class="grow">{t('title')}</h1>
        <span role="status">
          {live.above > 0 && (
            <Button onClick={live.reload}>{t('newAbove', { n: live.above })}</Button>
          )}
        </span>
        {live.asOf !== null && (
          <AsOf at={live.asOf}>{t(live.more ? 'rowsMore' : 'rows', { n: rows.length })}</AsOf>
        )}
        {may('export') && (
          <a class="button" href={address('/cases.csv', filter)} download>{t('exportCsv')}</a>
        )}
        <Button
          aria-pressed={previewing} hint={t('space')} onClick={() => setPreviewing(!previewing)}
        >
          <Icon name="panel" />{t('preview')}
        </Button>
        {may('work') && (
          <Button kind="primary" hint="n" onClick={() => void takeNext()}>{t('takeNext')}</Button>
        )}
      </div>
      <div class="row">
        <Views filter={filter} />
        <span class="grow" />
        <SavedMenu filter={filter} sort={sort} />
      </div>
      {chosen.length > 0 ? (
        <div class="row wrap chosen">
          <strong>{t('chosen', { n: chosen.length })}</strong>
          {actions()}
          <Button kind="plain" hint="Esc" onClick={() => setSelected(new Set())}>{t('unselect')}</Button>
        </div>
      ) : (
        <FilterBar filter={filter} sort={sort} rows={rows} first={filterBar} />
      )}
      {live.error !== null && <ErrorBox error={live.error} retry={live.reload} />}
      <div class="split">
        <div class="panel grow-down">
          {rows.length === 0 && live.loading ? <div class="body"><Loading lines={14} /></div> : (
            <DataTable
              label={t('title')} columns={columns()} rows={rows} rowKey={(row) => row.id}
              rowHeight={34}
              rowClass={(row) => (live.left.has(row.id) ? 'left' : '')}
              cursor={at} onCursor={move} onOpen={(row) => go(`case/${row.id}`)}
              selected={selected} onSelect={setSelected}
              sort={sort} sortDown={sortsDown[sort]}
              onSort={(by) => replaceQuery({ ...filter, sort: by === 'rank' ? '' : by })}
              more={live.more} onNearEnd={live.readMore}
              empty={live.error === null && (
                <Empty title={t(same(filter, views.open) ? 'emptyQueue' : 'empty')}>
                  {same(filter, views.open)
                    ? <p>{t('emptyWhy')}</p>
                    : <Button onClick={() => replaceQuery({})}>{t('clear')}</Button>}
                </Empty>
              )}
            />
          )}
        </div>
        {previewing && here !== undefined && (
          <Preview row={here} actions={actions} onClose={() => setPreviewing(false)} />
        )}
      </div>
      {asking !== null && (
        <CaseDialog
          rows={asking.rows} verb={asking.verb} outcome={asking.outcome}
          onClose={() => setAsking(null)}
          onDone={(cases) => {
            setSelected(new Set());
            live.put(cases);
          }}
        />
      )}
    </div>
  );
}
