// SPDX-License-Identifier: GPL-3.0-or-later
// What is searched for: the address of the page and the question to the service.
import type { Query } from '../../core/api';

export const filterNames = ['actor', 'action', 'object', 'from', 'until'] as const;
export type FilterName = (typeof filterNames)[number];
export type Filter = Record<FilterName, string>;

export function filterOf(query: URLSearchParams): Filter {
  return Object.fromEntries(filterNames.map((name) => [name, query.get(name) ?? ''])) as Filter;
}

const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text);

// Days are Beijing's; the last one is meant whole.
export function askOf(filter: Filter): Query {
  const after = (day: string) =>
    new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
  return {
    actor: filter.actor,
    action: filter.action,
    object: filter.object,
    since: isDay(filter.from) ? `${filter.from}T00:00:00+08:00` : '',
    until: isDay(filter.until) ? `${after(filter.until)}T00:00:00+08:00` : '',
  };
}

export function caseOf(object: string): string | null {
  return /^case\/(\d+)/.exec(object)?.[1] ?? null;
}
