// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, test } from 'vitest';
import { keep, pointsOf, rangeOf, ratePerSecond } from '../../src/pages/health/trend';

test('a moment is kept once, nothing unknown, and no more than ten minutes of them', () => {
  keep('a', 1000, 5);
  keep('a', 1000, 9);
  expect(keep('a', 2000, null)).toEqual([{ at: 1000, value: 5 }]);
  for (let i = 0; i < 500; i++) {
    keep('b', i, i);
  }
  const readings = keep('b', 499, 0);
  expect(readings).toHaveLength(120);
  expect(readings.at(-1)).toEqual({ at: 499, value: 499 });
});

describe('rate', () => {
  test('is of the last minute', () => {
    const readings = [{ at: 0, value: 0 }, { at: 60_000, value: 0 }, { at: 120_000, value: 120 }];
    expect(ratePerSecond(readings)).toBe(2);
  });
  test('is not known from one reading, nor when the counter began anew', () => {
    expect(ratePerSecond([])).toBeNull();
    expect(ratePerSecond([{ at: 0, value: 3 }])).toBeNull();
    expect(ratePerSecond([{ at: 0, value: 300 }, { at: 5000, value: 3 }])).toBeNull();
  });
});

describe('line', () => {
  test('goes from the lowest to the highest over the whole width', () => {
    const readings = [{ at: 0, value: 10 }, { at: 50, value: 20 }, { at: 100, value: 15 }];
    expect(pointsOf(readings, 100, 10)).toBe('0.0,10.0 50.0,0.0 100.0,5.0');
    expect(rangeOf(readings)).toEqual([10, 20]);
  });
  test('stands in the middle when nothing changes', () => {
    expect(pointsOf([{ at: 0, value: 3 }, { at: 10, value: 3 }], 10, 8)).toBe('0.0,4.0 10.0,4.0');
  });
});
