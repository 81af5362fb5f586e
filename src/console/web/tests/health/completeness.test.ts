// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, test } from 'vitest';
import type { DataHealth } from '../../src/core/api';
import { measure, measures, toneOf, watermarkState } from '../../src/core/completeness';

function health(service: Record<string, number> | null): DataHealth {
  return {
    as_of: '2026-03-18T09:00:00+08:00',
    feed: { lag: 0, fed_at: null, taken: 0, rejected: 0, ok: true, trouble: null },
    calendar: { until: '2026-12-31', ends: false },
    watermark: null,
    service,
    rejects: {},
  };
}

describe('shares', () => {
  test('are of what they are said to be of', () => {
    const all = health({
      events_read_total: 1000, events_rejected_total: 20, late_total: 10,
      duplicates_total: 0, evaluated_total: 75, not_evaluated_total: 25,
      unknown_institutions_total: 1, unknown_fields_total: 0,
    });
    expect(measure(all, 'rejected')).toMatchObject({ value: 0.02, tone: 'bad' });
    expect(measure(all, 'late')).toMatchObject({ value: 0.01, tone: 'bad', part: 10, whole: 1000 });
    expect(measure(all, 'duplicates')).toMatchObject({ value: 0, tone: 'ok' });
    expect(measure(all, 'unevaluated')).toMatchObject({ value: 0.25, tone: 'warn', whole: 100 });
    expect(measure(all, 'unknownInstitutions')).toMatchObject({ value: 0.001, tone: 'warn' });
  });
  test('of nothing are unknown, never zero', () => {
    const counted = health({ events_read_total: 0, events_rejected_total: 0 });
    expect(measure(counted, 'rejected')).toMatchObject({ value: null, tone: 'none' });
    expect(measure(counted, 'late').value).toBeNull();
  });
  test('are unknown when the service is not reached, all but the feed of this one', () => {
    const known = measures(health(null)).filter((one) => one.value !== null);
    expect(known.map((one) => one.key)).toEqual(['feedLag']);
  });
});

test('a limit belongs to what it warns of', () => {
  expect([0, 1, 2, 5].map((value) => toneOf(value, 1, 5))).toEqual(['ok', 'warn', 'warn', 'bad']);
});

test.each([
  [null, 'unknown'], ['2026-03-18T08:50:00+08:00', 'live'], ['2026-03-18T08:45:00+08:00', 'behind'],
  ['2026-03-18T08:00:00+08:00', 'stale'], ['2026-02-01T00:00:00+08:00', 'replay'],
])('data up to %s are %s', (watermark, state) => {
  expect(watermarkState(watermark, '2026-03-18T09:00:00+08:00')).toBe(state);
});
