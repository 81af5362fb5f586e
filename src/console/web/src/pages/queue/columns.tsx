// SPDX-License-Identifier: GPL-3.0-or-later
import type { CaseRow } from '../../core/api';
import { dateTime, moneyShort } from '../../core/i18n';
import { kindName, outcomeName, stateName } from '../../core/names';
import { patternTitle } from '../../core/patterns';
import { href } from '../../core/router';
import { Badge, Due, Icon, Ref, Region, SeverityBadge, StateBadge, When, type Column } from '../../core/ui';
import { Rank } from './rank';
import { t } from './text';

// A new case is news itself.
function hasNews(row: CaseRow): boolean {
  return row.state !== 'new' && row.news !== null && row.worked !== null && row.news > row.worked;
}

function Marks({ row }: { row: CaseRow }) {
  return (
    <>
      {hasNews(row) && (
        <span class="mark news" role="img" aria-label={t('news')} title={t('news')}>●</span>
      )}
      {row.escalated !== null && (
        <span
          class="mark escalated" role="img"
          aria-label={t('escalatedOn', { time: dateTime(row.escalated) })}
          title={t('escalatedOn', { time: dateTime(row.escalated) })}
        >
          <Icon name="flag" />
        </span>
      )}
    </>
  );
}

// Of a closed case the outcome says more than that it is closed.
function StateCell({ row }: { row: CaseRow }) {
  if (row.outcome === '') {
    return <StateBadge row={row} />;
  }
  const both = `${stateName(row.state)}: ${outcomeName(row.outcome)}`;
  return row.state === 'closed'
    ? <Badge tone="outline" title={both}>{outcomeName(row.outcome)}</Badge>
    : <span title={both}><StateBadge row={{ state: row.state, outcome: '' }} /></span>;
}

function ClockCell({ row }: { row: CaseRow }) {
  return row.closed === null
    ? <Due due={row.due} clock={row.clock} />
    : <span class="muted"><When at={row.closed} as="relative" /></span>;
}

function PatternsCell({ row }: { row: CaseRow }) {
  const [first, ...others] = row.patterns;
  if (first === undefined) {
    return row.origin === 'control' && <Badge tone="accent" title={t('controlHint')}>{t('controlBadge')}</Badge>;
  }
  return (
    <span title={row.patterns.map((id) => `${id} ${patternTitle(id)}`).join('\n')}>
      <code>{first}</code> {patternTitle(first)}
      {others.length > 0 && <span class="muted"> +{others.join(' ')}</span>}
    </span>
  );
}

function AssigneeCell({ row }: { row: CaseRow }) {
  if (row.assignee === null) {
    return <span class="muted">–</span>;
  }
  const title = row.lease_until === null ? undefined : t('leasedUntil', { time: dateTime(row.lease_until) });
  return <span title={title}>{row.assignee_name}{row.lease_until !== null && ' ⏱'}</span>;
}

export function columns(): Column<CaseRow>[] {
  return [
    {
      key: 'id', title: t('id'), width: '76px',
      cell: (row) => (
        <><a href={href(`case/${row.id}`)} tabIndex={-1}>#{row.id}</a> <Marks row={row} /></>
      ),
    },
    {
      key: 'rank', title: t('rank'), width: '88px', sort: 'rank', right: true, hint: t('rankHint'),
      cell: (row) => <Rank row={row} />,
    },
    {
      key: 'severity', title: t('severity'), width: '76px', spare: 1,
      cell: (row) => row.alerts > 0 && <SeverityBadge severity={row.severity} />,
    },
    { key: 'state', title: t('state'), width: '124px', cell: (row) => <StateCell row={row} /> },
    {
      key: 'patterns', title: t('patterns'), width: 'minmax(186px, 3fr)', wraps: true,
      cell: (row) => <PatternsCell row={row} />,
    },
    {
      key: 'subject', title: t('subjectColumn'), width: 'minmax(164px, 1fr)', spare: 3,
      cell: (row) => (
        <span title={`${kindName(row.subject_kind)} ${row.subject}`}>
          <Ref id={row.subject} name={row.subject_name} />
        </span>
      ),
    },
    { key: 'region', title: t('regionColumn'), width: '112px', spare: 5, cell: (row) => <Region code={row.region} /> },
    {
      key: 'money', title: t('money'), width: '76px', sort: 'amount', right: true,
      cell: (row) => <span title={dateTime(row.opened)}>{moneyShort(row.amount_fen)}</span>,
    },
    { key: 'due', title: t('due'), width: '88px', sort: 'due', cell: (row) => <ClockCell row={row} /> },
    {
      key: 'assignee', title: t('assignee'), width: 'minmax(92px, 0.5fr)', spare: 2,
      cell: (row) => <AssigneeCell row={row} />,
    },
    {
      key: 'news', title: t('newsColumn'), width: '92px', spare: 6, sort: 'news',
      cell: (row) => row.news !== null && <span class="muted"><When at={row.news} as="relative" /></span>,
    },
    {
      key: 'tags', title: t('tags'), width: 'minmax(72px, 0.5fr)', spare: 4,
      cell: (row) => (
        <>
          {row.snoozed_until !== null && (
            <Badge tone="outline">{t('snoozedUntil', { time: dateTime(row.snoozed_until).slice(5) })}</Badge>
          )}
          {row.tags.map((tag) => <Badge key={tag} tone="outline">{tag}</Badge>)}
        </>
      ),
    },
  ];
}
