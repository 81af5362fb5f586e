// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';
import { fits, merge, readFilter, ROWS_MAX } from '../src/pages/feed/rows';
import { alertRow } from './rows';

const none = readFilter(new URLSearchParams());

describe('the rows held', () => {
  it('stand newest first, each alert once', () => {
    const rows = merge([alertRow({ alert_id: 'A' }), alertRow({ alert_id: 'B' })], [
      alertRow({ alert_id: 'C' }), alertRow({ alert_id: 'B', rev: 2 }), alertRow({ alert_id: 'C', rev: 2 }),
    ]);
    expect(rows.map((row) => `${row.alert_id}${row.rev}`)).toEqual(['C2', 'B2', 'A1']);
  });
  it('are never more than a bound', () => {
    const many = Array.from({ length: ROWS_MAX + 50 }, (_, i) => alertRow({ alert_id: `A${i}` }));
    const rows = merge([alertRow({ alert_id: 'old' })], many);
    expect(rows.length).toBe(ROWS_MAX);
    expect(rows[0]!.alert_id).toBe(`A${ROWS_MAX + 49}`);
  });
});

it('filters by everything it offers', () => {
  const row = alertRow({ subject: 'P-0123456789ABCDEF', severity: 3 });
  expect(fits(row, none)).toBe(true);
  expect(fits(row, { ...none, severity: 'critical' })).toBe(true);
  expect(fits(row, { ...none, severity: 'high' })).toBe(false);
  expect(fits(row, { ...none, text: 'p-01234' })).toBe(true);
  expect(fits(row, { ...none, text: 'nobody' })).toBe(false);
  expect(fits(row, { ...none, region: '2101' })).toBe(true);
  expect(fits(row, { ...none, region: '31' })).toBe(false);
});
