// SPDX-License-Identifier: GPL-3.0-or-later
// The events one by one, and the record that stands behind each.
import { useContext, useState } from 'preact/hooks';
import { get, may, type ApiError, type Purpose, type RecordReading } from '../api';
import { dateTimeSeconds, money, percent } from '../i18n';
import { asApiError } from '../load';
import { purposeName } from '../names';
import { Button, DataTable, Dialog, ErrorBox, Field, Select, type Column } from '../ui';
import { Context, Section } from './common';
import { isTakenBack, type StoryEvent } from './model';
import { credentialName, eventName, t } from './text';

const ROW_HEIGHT = 28;
const ROWS_IN_SIGHT = 10;

function fen(value: number | undefined): string {
  return value === undefined ? '' : money(value);
}

function useColumns(events: readonly StoryEvent[]): Column<StoryEvent>[] {
  const { nameOf } = useContext(Context);
  const has = (field: keyof StoryEvent['exhibit']) => events.some((one) => one.exhibit[field] !== undefined);
  const code = (value: string | undefined) => value !== undefined && <code title={value}>{value}</code>;
  const all: (Column<StoryEvent> & { if?: boolean })[] = [
    { key: 'at', title: t('at'), width: '160px', cell: (one) => dateTimeSeconds(one.at) },
    {
      key: 'event', title: t('event'), width: '136px', spare: 6,
      cell: (one) => `${eventName(one.exhibit.event)}${isTakenBack(one.exhibit) ? ` · ${t('takenBack')}` : ''}`,
    },
    { key: 'insured', title: t('person'), width: '164px',
      if: has('insured'), cell: (one) => code(one.exhibit.insured) },
    {
      key: 'institution', title: t('institution'), width: 'minmax(96px, 1fr)', if: has('institution'),
      cell: (one) => (
        <span title={one.exhibit.institution}>{one.exhibit.institution && nameOf(one.exhibit.institution)}</span>
      ),
    },
    {
      key: 'amount', title: t('amount'), width: '96px', right: true, if: has('amount_fen'),
      cell: (one) => fen(one.exhibit.amount_fen),
    },
    {
      key: 'account', title: t('account'), width: '96px', spare: 2, right: true, if: has('account_fen'),
      cell: (one) => fen(one.exhibit.account_fen),
    },
    {
      key: 'mulaid', title: t('mulaid'), width: '88px', right: true,
      if: events.some((one) => (one.exhibit.mulaid_fen ?? 0) > 0), cell: (one) => fen(one.exhibit.mulaid_fen),
    },
    {
      key: 'fund', title: t('fund'), width: '92px', spare: 3, right: true,
      if: events.some((one) => (one.exhibit.fund_fen ?? 0) > 0), cell: (one) => fen(one.exhibit.fund_fen),
    },
    {
      key: 'balance', title: t('balanceAfter'), width: '100px', right: true, if: has('balance_fen'),
      cell: (one) => fen(one.exhibit.balance_fen),
    },
    {
      key: 'credential', title: t('credential'), width: '132px', spare: 4, if: has('credential'),
      cell: (one) => one.exhibit.credential && credentialName(one.exhibit.credential),
    },
    {
      key: 'operator', title: t('operator'), width: '148px', spare: 5, if: has('operator'),
      cell: (one) => code(one.exhibit.operator),
    },
    {
      key: 'weight', title: t('weight'), width: '64px', spare: 1, right: true,
      cell: (one) => percent(one.exhibit.weight ?? 0, 1),
    },
  ];
  return all.filter((one) => one.if !== false);
}

// On paper there is nothing to scroll, and what is the same in every row is said once, above.
function PaperTable({ events }: { events: readonly StoryEvent[] }) {
  const { nameOf } = useContext(Context);
  const all = useColumns(events);
  const constant = (['event', 'insured', 'institution', 'operator', 'credential'] as const).flatMap((field) => {
    const values = new Set(events.map((one) => one.exhibit[field]));
    const [value] = values;
    return values.size === 1 && value !== undefined ? [{ field, value }] : [];
  });
  const columns = all.filter(({ key }) => !constant.some((one) => one.field === key));
  const said = constant.map(({ field, value }) =>
    field === 'event' ? eventName(value)
    : field === 'credential' ? credentialName(value)
    : field === 'institution' ? `${nameOf(value)} ${value}`
    : value,
  );
  return (
    <>
      {said.length > 0 && <p class="muted">{said.join(' · ')}</p>}
      <table class="table exhibits-paper">
        <thead>
          <tr>{columns.map((one) => <th key={one.key} class={one.right ? 'num' : ''}>{one.title}</th>)}</tr>
        </thead>
        <tbody>
          {events.map((event) => (
            <tr key={event.msgid} class={isTakenBack(event.exhibit) ? 'struck' : ''}>
              {columns.map((one) => <td key={one.key} class={one.right ? 'num' : ''}>{one.cell(event)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function ScreenTable({ events }: { events: readonly StoryEvent[] }) {
  const { open } = useContext(Context);
  const [cursor, setCursor] = useState(0);
  const height = 34 + Math.min(events.length, ROWS_IN_SIGHT) * ROW_HEIGHT + 12;
  return (
    <div class="exhibits-box" style={{ height: `${height}px` }}>
      <DataTable
        label={t('exhibits')} columns={useColumns(events)} rows={events} rowKey={(one) => one.msgid}
        rowHeight={ROW_HEIGHT} cursor={cursor} onCursor={setCursor} onOpen={open}
        rowClass={(one) => (isTakenBack(one.exhibit) ? 'struck' : '')}
      />
    </div>
  );
}

export function Exhibits({ events, onPaper }: { events: readonly StoryEvent[]; onPaper: boolean }) {
  return (
    <Section title={t('exhibits')} says={onPaper ? undefined : t('exhibitsSays')}>
      {onPaper ? <PaperTable events={events} /> : <ScreenTable events={events} />}
    </Section>
  );
}

const purposes: readonly Purpose[] = ['verification', 'approval', 'audit', 'appeal', 'support'];

// path: the call that reads it.
export function OriginalRecord({ path }: { path: string }) {
  const context = useContext(Context);
  const [purpose, setPurpose] = useState<Purpose>(context.purpose);
  const [reading, setReading] = useState<RecordReading | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  if (!may('read_record')) {
    return <p class="muted">{t('notAllowed')}</p>;
  }
  const read = () => {
    setError(null);
    get<RecordReading>(path, { purpose }).then(
      setReading, (failed: unknown) => setError(asApiError(failed)),
    );
  };
  return (
    <section class="original">
      <h3>{t('original')}</h3>
      <p class="muted">{t('originalWhy')}</p>
      {reading === null ? (
        <div class="row">
          <Field label={t('purpose')}>
            <Select
              label={t('purpose')} value={purpose} onChange={setPurpose}
              options={purposes.map((one) => [one, purposeName(one)])}
            />
          </Field>
          <Button onClick={read}>{t('read')}</Button>
        </div>
      ) : (
        <>
          <p class="muted">
            {t('recorded', { n: String(reading.reading) })} · <code>
              {reading.source.topic}/{reading.source.partition}@{reading.source.offset}
            </code>
          </p>
          <pre tabIndex={0} aria-label={t('original')}>{JSON.stringify(reading.record, null, 2)}</pre>
        </>
      )}
      {error !== null && (error.status === 404 ? <p class="notice">{t('gone')}</p> : <ErrorBox error={error} />)}
    </section>
  );
}

export function ExhibitDialog({ event, onClose }: { event: StoryEvent; onClose: () => void }) {
  const { nameOf } = useContext(Context);
  const e = event.exhibit;
  const source = e.source && `${e.source.topic}/${e.source.partition}@${e.source.offset}`;
  const place = e.place && [e.place.admdvs, e.place.lat, e.place.lon].filter((one) => one !== undefined).join(', ');
  const rows: [string, string | undefined][] = [
    [t('at'), dateTimeSeconds(event.at)],
    [t('settledAt'), e.settled_at && dateTimeSeconds(e.settled_at)],
    [t('event'), `${eventName(e.event)}${isTakenBack(e) ? ` · ${t('takenBack')}` : ''}`],
    [t('person'), e.insured],
    [t('institution'), e.institution && (nameOf(e.institution) === e.institution
      ? e.institution : `${nameOf(e.institution)} ${e.institution}`)],
    [t('operator'), e.operator], [t('device'), e.device], [t('doctor'), e.doctor], [t('place'), place],
    [t('credential'), e.credential && credentialName(e.credential)],
    [t('amount'), fen(e.amount_fen)], [t('account'), fen(e.account_fen)], [t('mulaid'), fen(e.mulaid_fen)],
    [t('fund'), fen(e.fund_fen)], [t('balanceAfter'), fen(e.balance_fen)],
    [t('weight'), e.weight === undefined ? undefined : percent(e.weight, 1)], [t('position'), source],
  ];
  return (
    <Dialog title={t('exhibit', { id: event.msgid })} onClose={onClose} wide>
      <dl class="facts">
        {rows.filter(([, value]) => value !== undefined && value !== '').map(([name, value]) => (
          <div key={name}><dt>{name}</dt><dd>{value}</dd></div>
        ))}
      </dl>
      <OriginalRecord path={`/alerts/${event.alert}/records/${event.n}`} />
    </Dialog>
  );
}
