// SPDX-License-Identifier: GPL-3.0-or-later
// The queue's filters: as the address of the page, as the query of /cases, and judged here for
// what the stream brings.
import { clocks, severities, type CaseRow } from '../../core/api';

export const filterNames = [
  'state', 'assignee', 'region', 'pattern', 'clock', 'tag', 'result_type', 'severity', 'subject',
  'open', 'snoozed', 'origin', 'escalated',
] as const;
export type FilterName = (typeof filterNames)[number];
export type QueueFilter = Partial<Record<FilterName, string>>;

export const sorts = ['rank', 'due', 'news', 'amount'] as const;
export type Sort = (typeof sorts)[number];

// How the service orders each: the soonest clock first, all else the most first.
export const sortsDown: Record<Sort, boolean> = { rank: true, due: false, news: true, amount: true };

export function readFilter(query: URLSearchParams): QueueFilter {
  const filter: QueueFilter = {};
  for (const name of filterNames) {
    const value = query.get(name);
    if (value !== null && value !== '') {
      filter[name] = value;
    }
  }
  return filter;
}

export function readSort(query: URLSearchParams): Sort {
  return sorts.find((one) => one === query.get('sort')) ?? 'rank';
}

export const views = {
  open: {},
  mine: { assignee: 'me' },
  unassigned: { assignee: 'none' },
  soon: { clock: 'soon' },
  breached: { clock: 'breached' },
  escalated: { escalated: 'yes' },
  returned: { state: 'returned', assignee: 'me' },
  approve: { state: 'proposed' },
  appealed: { state: 'appealed' },
  snoozed: { snoozed: 'only' },
  control: { origin: 'control', open: 'all' },
  closed: { open: 'no' },
} satisfies Record<string, QueueFilter>;
export type ViewName = keyof typeof views;

export function same(one: QueueFilter, other: QueueFilter): boolean {
  return filterNames.every((name) => (one[name] ?? '') === (other[name] ?? ''));
}

export function viewOf(filter: QueueFilter): ViewName | null {
  const names = Object.keys(views) as ViewName[];
  return names.find((name) => same(views[name], filter)) ?? null;
}

function isAssigned(row: CaseRow, assignee: string, me: number): boolean {
  switch (assignee) {
    case 'me':
      return row.assignee === me;
    case 'none':
      return row.assignee === null;
    default:
      return row.assignee === Number(assignee);
  }
}

// As the service would judge it, but for `subject`, which only it can look up among all involved.
export function fits(row: CaseRow, filter: QueueFilter, me: number): boolean {
  const isOpen = row.state !== 'closed';
  const is = (name: FilterName, value: string) => filter[name] === undefined || filter[name] === value;
  return (
    (filter.open === 'all' || isOpen === (filter.open !== 'no')) &&
    (filter.snoozed === 'all' || (row.snoozed_until !== null) === (filter.snoozed === 'only')) &&
    is('state', row.state) &&
    is('clock', clocks[row.clock]) &&
    is('severity', severities[row.severity]) &&
    is('result_type', row.result_type) &&
    is('origin', row.origin) &&
    (filter.escalated === undefined || row.escalated !== null) &&
    row.region.startsWith(filter.region ?? '') &&
    (filter.assignee === undefined || isAssigned(row, filter.assignee, me)) &&
    (filter.pattern === undefined || row.patterns.includes(filter.pattern)) &&
    (filter.tag === undefined || row.tags.includes(filter.tag)) &&
    filter.subject === undefined
  );
}

function sortKey(row: CaseRow, sort: Sort): number {
  switch (sort) {
    case 'rank':
      return row.rank;
    case 'due':
      return row.due === null ? 0 : Date.parse(row.due);
    case 'news':
      return row.news === null ? 0 : Date.parse(row.news);
    case 'amount':
      return row.amount_fen;
  }
}

// Would `row` stand above `other`?
export function isAbove(row: CaseRow, other: CaseRow, sort: Sort): boolean {
  const difference = sortKey(row, sort) - sortKey(other, sort);
  return sortsDown[sort] ? difference > 0 : difference < 0;
}
