// SPDX-License-Identifier: GPL-3.0-or-later
// Which alerts the feed holds, and which of them fit the filters.
import { severities, type AlertRow } from '../../core/api';

export const ROWS_MAX = 500;

export interface AlertFilter {
  pattern: string;
  severity: string;
  result_type: string;
  region: string;
  text: string;
}

export function readFilter(query: URLSearchParams): AlertFilter {
  const of = (name: string) => query.get(name) ?? '';
  return {
    pattern: of('pattern'), severity: of('severity'), result_type: of('result_type'),
    region: of('region'), text: of('text'),
  };
}

export function fits(row: AlertRow, filter: AlertFilter): boolean {
  const text = filter.text.trim().toLowerCase();
  return (
    (filter.pattern === '' || row.pattern === filter.pattern) &&
    (filter.severity === '' || severities[row.severity] === filter.severity) &&
    (filter.result_type === '' || row.result_type === filter.result_type) &&
    row.region.startsWith(filter.region) &&
    (text === '' ||
      [
        row.alert_id, row.pattern, row.subject, row.subject_name, row.institution, row.institution_name,
        String(row.case),
      ].some((one) => one.toLowerCase().includes(text)))
  );
}

// Newest on top, each alert once, with its newest revision.
export function merge(rows: readonly AlertRow[], fresh: readonly AlertRow[]): AlertRow[] {
  const newest = new Map<string, AlertRow>();
  for (const row of fresh) {
    newest.delete(row.alert_id); // the last word counts, and its place
    newest.set(row.alert_id, row);
  }
  const top = [...newest.values()].reverse();
  return [...top, ...rows.filter((row) => !newest.has(row.alert_id))].slice(0, ROWS_MAX);
}
