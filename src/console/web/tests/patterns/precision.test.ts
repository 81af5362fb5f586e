// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, test } from 'vitest';
import { outcomes } from '../../src/core/api';
import {
  byKey, matrixOf, microseconds, overallOf, perMany, rangeOf, rateKept, standingOf, type Verdict,
} from '../../src/pages/patterns/precision';

function verdict(key: string, confirmed: number, refuted: number, low = 0, high = 1): Verdict {
  const decided = confirmed + refuted;
  return {
    key, confirmed, refuted, inconclusive: 3, right_to_ask: 2,
    precision: decided === 0 ? null : confirmed / decided, low, high,
  };
}

describe('range', () => {
  test('is of confirmed and refuted alone', () => {
    expect(rangeOf(verdict('a', 30, 10, 0.6, 0.86))).toEqual({
      share: 0.75, low: 0.6, high: 0.86, decided: 40, few: false,
    });
  });
  test('says when cases are few, and when there is none', () => {
    expect(rangeOf(verdict('a', 5, 4)).few).toBe(true);
    expect(rangeOf(verdict('a', 5, 5)).few).toBe(false);
    expect(rangeOf(verdict('a', 0, 0)).share).toBeNull();
  });
});

describe('fairness', () => {
  test('a group stands out when its interval leaves out what holds for all', () => {
    const items = [verdict('a', 90, 10), verdict('b', 10, 90)];
    expect(overallOf(items)).toBe(0.5);
    expect(standingOf(rangeOf(verdict('b', 10, 90, 0.05, 0.17)), 0.5)).toBe('below');
    expect(standingOf(rangeOf(verdict('a', 90, 10, 0.83, 0.95)), 0.5)).toBe('above');
    expect(standingOf(rangeOf(verdict('c', 2, 1, 0.2, 0.9)), 0.5)).toBe('within');
    expect(standingOf(rangeOf(verdict('d', 0, 0)), 0.5)).toBe('within');
  });
  test('there is no overall of nothing', () => {
    expect(overallOf([verdict('a', 0, 0)])).toBeNull();
    expect(standingOf(rangeOf(verdict('a', 9, 1, 0.6, 1)), null)).toBe('within');
  });
  test('groups stand by age, the unknown one last', () => {
    const keys = ['', '80+', '100-', '9-17', '0-8'].map((key) => verdict(key, 1, 1));
    expect(keys.sort(byKey).map((one) => one.key)).toEqual(['0-8', '9-17', '80+', '100-', '']);
  });
});

describe('the declared rate of false alarms', () => {
  const pattern = (declared: number | null, low: number, high: number) => ({
    false_alarms_per_month: declared,
    realised: { refuted: 1, subject_months: 1, rate: (low + high) / 2, low, high },
  });
  test.each([
    [0.01, 0.001, 0.009, 'kept'], [0.01, 0.011, 0.02, 'broken'], [0.01, 0.005, 0.02, 'unsure'],
    [0, 0.1, 0.2, 'unknown'], [null, 0.1, 0.2, 'unknown'],
  ])('%s against %s to %s: %s', (declared, low, high, kept) => {
    expect(rateKept(pattern(declared, low, high))).toBe(kept);
  });
  test('is unknown while nothing was realised', () => {
    expect(rateKept({ false_alarms_per_month: 0.1, realised: null })).toBe('unknown');
  });
});

test('figures are told without powers of ten, and short', () => {
  expect([5e-5, 0.00149925, 3.16e-6, 0, 0.0238095].map(perMany)).toEqual(['5', '150', '0.3', '0', '2,400']);
  const cost = (us: number) => microseconds({ evaluated: 1, per_event_us: us });
  expect([0.2431, 27.962].map(cost)).toEqual(['0.24', '28']);
});

test('two looks agree on the diagonal', () => {
  const matrix = matrixOf([
    { first: 'confirmed', second: 'confirmed', cases: 7 },
    { first: 'confirmed', second: 'inconclusive', cases: 2 },
    { first: 'inconclusive', second: 'inconclusive', cases: 1 },
  ], outcomes);
  expect(matrix).toEqual({
    outcomes: ['confirmed', 'inconclusive'], cells: [[7, 2], [0, 1]], all: 10, same: 8,
  });
});
