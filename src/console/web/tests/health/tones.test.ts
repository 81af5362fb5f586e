// SPDX-License-Identifier: GPL-3.0-or-later
import { expect, test } from 'vitest';
import type { DataHealth } from '../../src/core/api';
import { tonesOf } from '../../src/pages/health/tones';

const health: DataHealth = {
  as_of: '2026-03-18T09:00:00+08:00',
  feed: { lag: 0, fed_at: null, taken: 0, rejected: 0, ok: true, trouble: null },
  calendar: { until: '2026-12-31', ends: false },
  watermark: null,
  service: null,
  rejects: {},
};
const odd = (one: DataHealth) => tonesOf(one).filter((tone) => tone === 'warn' || tone === 'bad');

test('every line of the page counts in what is said of all', () => {
  expect(odd(health)).toEqual([]);
  expect(odd({ ...health, calendar: { until: '2026-12-31', ends: true } })).toEqual(['warn']);
  expect(odd({ ...health, feed: { ...health.feed, rejected: 1 } })).toEqual(['warn']);
  expect(odd({ ...health, feed: { ...health.feed, ok: false } })).toEqual(['bad']);
});
