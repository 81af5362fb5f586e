// SPDX-License-Identifier: GPL-3.0-or-later
// Who did and read what, and whether the record of it is whole.
import { useMemo, useState } from 'preact/hooks';
import type { ApiError, AuditRecord, AuditReport, Colleague } from '../../core/api';
import { address, may, post } from '../../core/api';
import { dateTimeSeconds } from '../../core/i18n';
import { useKeys } from '../../core/keys';
import { asApiError, useGet, usePages } from '../../core/load';
import { purposeName } from '../../core/names';
import { href, replaceQuery, type PageProps } from '../../core/router';
import {
  AsOf, Button, DataTable, Dialog, Empty, ErrorBox, Field, Icon, Loading, type Column,
} from '../../core/ui';
import { CopyButton } from '../../core/ui/copy';
import { accountNames, detailText, objectText, type AccountNames } from './detail';
import { askOf, caseOf, filterNames, filterOf, type Filter, type FilterName } from './query';
import './style.css';
import { actionName, t } from './text';

interface Heads {
  items: { day: string; seq: number; hash: string }[];
  as_of: string;
}

function ObjectName({ object, names }: { object: string; names: AccountNames }) {
  const id = caseOf(object);
  const text = objectText(object, names);
  return id === null || !may('read')
    ? <span title={object}>{text}</span>
    : <a href={href(`case/${id}`)} title={object}>{text}</a>;
}

function columnsOf(names: AccountNames): Column<AuditRecord>[] {
  return [
    { key: 'seq', title: t('seq'), width: '64px', right: true, cell: (one) => one.seq },
    {
      key: 'at', title: t('at'), width: '156px',
      cell: (one) => <time dateTime={one.at}>{dateTimeSeconds(one.at)}</time>,
    },
    { key: 'actor', title: t('actor'), width: 'minmax(96px, 0.6fr)', cell: (one) => one.actor },
    {
      key: 'action', title: t('action'), width: 'minmax(144px, 1fr)', wraps: true,
      cell: (one) => <span title={one.action}>{actionName(one.action)}</span>,
    },
    {
      key: 'object', title: t('object'), width: 'minmax(196px, 1fr)',
      cell: (one) => <ObjectName object={one.object} names={names} />,
    },
    {
      key: 'purpose', title: t('purpose'), width: '96px', spare: 1,
      cell: (one) => (one.purpose === '' ? <span class="muted">–</span> : purposeName(one.purpose)),
    },
    {
      key: 'detail', title: t('detail'), width: 'minmax(160px, 2fr)', spare: 3, wraps: true,
      cell: (one) => {
        const text = detailText(one.detail, names);
        return text === '' ? <span class="muted">–</span> : <span title={text}>{text}</span>;
      },
    },
    {
      key: 'hash', title: t('hash'), width: '112px', spare: 2,
      cell: (one) => <code class="muted" title={one.hash}>{one.hash.slice(0, 12)}</code>,
    },
  ];
}

function Drawer({ record, filter, names, onClose }: {
  record: AuditRecord;
  filter: Filter;
  names: AccountNames;
  onClose: () => void;
}) {
  const id = caseOf(record.object);
  const detail = record.detail;
  return (
    <aside class="panel drawer" aria-label={t('record', { seq: record.seq })}>
      <header>
        <h2 class="grow">{t('record', { seq: record.seq })}</h2>
        <Button kind="plain" size="icon" aria-label={t('close')} onClick={onClose}>
          <Icon name="close" />
        </Button>
      </header>
      <div class="body stack">
        <dl class="pairs">
          <div><dt>{t('at')}</dt><dd>{dateTimeSeconds(record.at)}</dd></div>
          <div><dt>{t('actor')}</dt><dd>{record.actor}</dd></div>
          <div>
            <dt>{t('action')}</dt>
            <dd>{actionName(record.action)} <code class="muted">{record.action}</code></dd>
          </div>
          <div>
            <dt>{t('object')}</dt>
            <dd>
              <ObjectName object={record.object} names={names} />{' '}
              <code class="muted">{record.object}</code>
            </dd>
          </div>
          <div>
            <dt>{t('purpose')}</dt>
            <dd>{record.purpose === '' ? '–' : purposeName(record.purpose)}</dd>
          </div>
          <div><dt>{t('detail')}</dt><dd>{detailText(detail, names) || '–'}</dd></div>
          <div><dt>{t('hash')}</dt><dd><code class="long">{record.hash}</code></dd></div>
        </dl>
        {detail !== null && detail !== undefined && (
          <div>
            <p class="muted">{t('asWritten')}</p>
            <pre tabIndex={0} aria-label={t('asWritten')}>
              {typeof detail === 'string' ? detail : JSON.stringify(detail, null, 2)}
            </pre>
          </div>
        )}
        <div class="row wrap">
          {id !== null && may('read') && (
            <a class="button" href={href(`case/${id}`)}>{t('toCase', { id })}</a>
          )}
          <Button onClick={() => replaceQuery({ ...filter, object: record.object })}>
            {t('onlyObject')}
          </Button>
          <Button onClick={() => replaceQuery({ ...filter, actor: record.actor })}>
            {t('onlyActor')}
          </Button>
          <CopyButton label={t('copyHash')} text={record.hash} />
        </div>
      </div>
    </aside>
  );
}

function HeadsDialog({ onClose }: { onClose: () => void }) {
  const { data, error, reload } = useGet<Heads>('/audit/heads');
  return (
    <Dialog wide title={t('heads')} onClose={onClose}>
      <p class="muted">{t('headWhat')}</p>
      {error !== null && data === null && <ErrorBox error={error} retry={reload} />}
      {data === null && error === null && <Loading lines={4} />}
      {data !== null && data.items.length === 0 && <Empty title={t('headsNone')} />}
      {data !== null && data.items.length > 0 && (
        <>
          <table class="table heads">
            <thead>
              <tr>
                <th scope="col">{t('day')}</th><th scope="col" class="num">{t('seq')}</th>
                <th scope="col">{t('hash')}</th>
                <th scope="col"><span class="seen-by-readers">{t('copy')}</span></th>
              </tr>
            </thead>
            <tbody>
              {data.items.map((one) => (
                <tr key={one.day}>
                  <td class="nowrap">{one.day}</td>
                  <td class="num">{one.seq}</td>
                  <td><code class="long">{one.hash}</code></td>
                  <td><CopyButton text={`${one.day} ${one.seq} ${one.hash}`} /></td>
                </tr>
              ))}
            </tbody>
          </table>
          <div class="row">
            <AsOf at={data.as_of} />
            <span class="grow" />
            <CopyButton
              label={t('copyAll')}
              text={data.items.map((one) => `${one.day} ${one.seq} ${one.hash}`).join('\n')}
            />
          </div>
        </>
      )}
    </Dialog>
  );
}

function Report({ report, onClose }: { report: AuditReport; onClose: () => void }) {
  return (
    <div class={`report ${report.intact ? 'ok' : 'bad'}`} role="status">
      <div class="grow">
        <strong>{t(report.intact ? 'intact' : 'brokenTitle')}</strong>{' '}
        {report.intact
          ? t('intactWhat', { checked: report.checked })
          : t('brokenWhat', {
              checked: report.checked, first: report.first_bad ?? '?', what: report.what ?? '?',
            })}
        {report.head && <div>{t('head')} <code class="long">{report.head}</code></div>}
      </div>
      {report.head && <CopyButton text={report.head} />}
      <Button kind="plain" onClick={onClose}>{t('closeShort')}</Button>
    </div>
  );
}

function useVerify() {
  const [report, setReport] = useState<AuditReport | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const verify = async () => {
    setBusy(true);
    setError(null);
    setReport(null);
    try {
      setReport(await post<AuditReport>('/audit/verify'));
    } catch (failed) {
      setError(asApiError(failed));
    }
    setBusy(false);
  };
  return { report, error, busy, verify: () => void verify(), clear: () => setReport(null) };
}

function FilterBar({ filter }: { filter: Filter }) {
  const change = (name: FilterName, value: string) => replaceQuery({ ...filter, [name]: value });
  const input = (name: FilterName, type: 'text' | 'date', hint = '') => (
    <Field label={t(name)}>
      <input
        key={filter[name]} class="input" type={type} placeholder={hint} value={filter[name]}
        spellcheck={false} list={name === 'action' ? 'actions' : undefined}
        onChange={(event) => change(name, event.currentTarget.value.trim())}
      />
    </Field>
  );
  return (
    <form
      class="row wrap filters" role="search" aria-label={t('filter')}
      onSubmit={(event) => event.preventDefault()}
    >
      {input('actor', 'text')}
      {input('action', 'text', t('actionAny'))}
      <datalist id="actions">
        {Object.keys(actionName.words).map((one) => (
          <option key={one} value={one}>{actionName(one)}</option>
        ))}
      </datalist>
      {input('object', 'text', t('objectHint'))}
      {input('from', 'date')}
      {input('until', 'date')}
      {filterNames.some((name) => filter[name] !== '') && (
        <Button onClick={() => replaceQuery({})}>{t('clear')}</Button>
      )}
    </form>
  );
}

export default function AuditPage({ query }: PageProps) {
  const filter = filterOf(query);
  const ask = askOf(filter);
  const pages = usePages<AuditRecord>('/audit', { query: ask });
  const [cursor, setCursor] = useState(-1);
  const [open, setOpen] = useState(false);
  const [heads, setHeads] = useState(false);
  const { report, error: failed, busy, verify, clear } = useVerify();
  const { rows } = pages;
  // Without them accounts are shown by their numbers: nothing else depends on it.
  const colleagues = useGet<{ items: Colleague[] }>(may('read') ? '/colleagues' : null).data?.items;
  const names = useMemo(() => accountNames(colleagues ?? [], rows), [colleagues, rows]);
  const shown = open ? rows[cursor] : undefined;
  const step = (by: number) =>
    setCursor(Math.max(0, Math.min(rows.length - 1, cursor + by)));
  useKeys(() => t('title'), [
    { key: 'j', label: () => t('next'), run: () => step(1) },
    { key: 'k', label: () => t('previous'), run: () => step(-1) },
    { key: 'Enter', label: () => t('detail'), run: () => setOpen(true) },
    { key: 'Escape', label: () => t('close'), run: () => setOpen(false) },
  ]);
  return (
    <div class="page fills audit-page">
      <div class="page-head">
        <h1>{t('title')}</h1>
        <span class="grow" />
        {pages.asOf !== null && <AsOf at={pages.asOf} />}
        <Button onClick={() => setHeads(true)}>{t('heads')}</Button>
        <a class="button" href={address('/audit.csv', ask)} download>{t('csv')}</a>
        <Button kind="primary" disabled={busy} onClick={verify}>
          {t(busy ? 'verifying' : 'verify')}
        </Button>
      </div>
      <p class="muted">{t('what')}</p>
      {report !== null && <Report report={report} onClose={clear} />}
      {failed !== null && <ErrorBox error={failed} retry={verify} />}
      <FilterBar filter={filter} />
      {pages.error !== null && <ErrorBox error={pages.error} retry={pages.reload} />}
      <div class="list">
        <div class="panel">
          <DataTable
            label={t('records')} columns={columnsOf(names)} rows={rows} rowKey={(one) => one.seq}
            rowHeight={34}
            cursor={cursor} more={pages.more} onNearEnd={pages.readMore}
            onCursor={(at) => {
              setCursor(at);
              setOpen(true);
            }}
            empty={
              pages.loading
                ? <Loading lines={10} />
                : pages.error === null && <Empty title={t('none')} />
            }
          />
        </div>
        {shown !== undefined && (
          <Drawer record={shown} filter={filter} names={names} onClose={() => setOpen(false)} />
        )}
      </div>
      {heads && <HeadsDialog onClose={() => setHeads(false)} />}
    </div>
  );
}
