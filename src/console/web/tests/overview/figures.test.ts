// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, test } from 'vitest';
import type { Overview } from '../../src/core/api';
import {
  caseLines, caseMoney, dayAfter, daysOf, isDayOver, regionChoices, stacksOf, stepOf, steps, worseOf,
} from '../../src/pages/overview/figures';

const cases: Overview['cases'] = [
  { state: 'new', outcome: '', cases: 3, amount_fen: 300 },
  { state: 'proposed', outcome: 'confirmed', cases: 2, amount_fen: 50 },
  { state: 'appealed', outcome: 'confirmed', cases: 1, amount_fen: 7 },
  { state: 'closed', outcome: 'confirmed', cases: 4, amount_fen: 1000 },
  { state: 'closed', outcome: 'false_positive', cases: 5, amount_fen: 90 },
];

test('money at risk and confirmed money have no case in common', () => {
  expect(caseMoney(cases)).toEqual({ open: 6, atRisk: 357, confirmed: 4, confirmedMoney: 1000 });
});

test('open cases stand by state, closed ones by outcome, as a case lives', () => {
  expect(caseLines(cases).map((one) => [one.state, one.outcome, one.cases])).toEqual([
    ['new', '', 3], ['proposed', '', 2], ['appealed', '', 1],
    ['closed', 'false_positive', 5], ['closed', 'confirmed', 4],
  ]);
});

describe('days', () => {
  test('go over the end of a month and of February', () => {
    expect(dayAfter('2026-03-31', 1)).toBe('2026-04-01');
    expect(dayAfter('2028-03-01', -1)).toBe('2028-02-29');
  });
  test('are all there, oldest first', () => {
    expect(daysOf({ newest_day: '2026-03-02', days: 3 }))
      .toEqual(['2026-02-28', '2026-03-01', '2026-03-02']);
    expect(daysOf({ newest_day: null, days: 3 })).toEqual([]);
  });
  test('are over when data of a later one came', () => {
    const overview = { newest_day: '2026-03-02' } as Overview;
    expect(isDayOver(overview, '2026-03-02')).toBe(false);
    expect(isDayOver(overview, '2026-03-03')).toBe(true);
    expect(isDayOver(overview, null)).toBe(false);
  });
});

test('what got worse: most money first, few alerts last and said to be few', () => {
  const row = (pattern: string, today: number, before: number, money: number) => ({
    pattern, today, before, amount_today: money, amount_before: 0,
  });
  const rows = worseOf([
    row('T01', 2, 0, 900), row('T02', 12, 5, 100), row('T03', 30, 20, 500), row('T04', 5, 20, 0),
    row('T05', 22, 5, 100),
  ]);
  expect(rows.map((one) => [one.pattern, one.more, one.few])).toEqual([
    ['T03', 10, false], ['T05', 17, false], ['T02', 7, false], ['T01', 2, true],
  ]);
});

describe('stacks', () => {
  const days = ['2026-03-01', '2026-03-02'];
  const row = (pattern: string, day: string, alerts: number, result = 'conclusive') => ({
    day, pattern, result_type: result as 'conclusive', alerts, amount_fen: 0,
  });
  const rows = [
    row('A', days[0]!, 1), row('A', days[1]!, 4), row('B', days[1]!, 3), row('C', days[0]!, 2),
    row('D', days[0]!, 1), row('S', days[0]!, 9, 'suspicious'), row('A', '2026-01-01', 99),
  ];
  test('hold the biggest, and the rest together', () => {
    expect(stacksOf(rows, days, 'conclusive', 2)).toEqual([
      { pattern: 'A', result: 'conclusive', alerts: [1, 4], total: 5 },
      { pattern: 'B', result: 'conclusive', alerts: [0, 3], total: 3 },
      { pattern: null, result: 'conclusive', alerts: [3, 0], total: 3 },
    ]);
  });
  test('have no rest of one', () => {
    expect(stacksOf(rows, days, 'conclusive', 3).map((one) => one.pattern))
      .toEqual(['A', 'B', 'C', 'D']);
  });
});

test('a prefecture can be chosen where it has several counties', () => {
  expect(regionChoices(['210103', '110102', '210102', '']))
    .toEqual(['110102', '2101', '210102', '210103']);
});

describe('steps of a shade', () => {
  test.each([[0, []], [1, [1]], [3, [1, 2, 3]], [23, [10, 20, 30]], [4000, [1000, 2000, 3000, 4000]]])(
    'up to %i', (most, borders) => expect(steps(most)).toEqual(borders),
  );
  test('every value has one', () => {
    for (let most = 1; most < 300; most++) {
      const borders = steps(most);
      expect(borders.length, `${most}`).toBeLessThanOrEqual(4);
      expect(borders.at(-1), `${most}`).toBeGreaterThanOrEqual(most);
      expect(stepOf(most, borders)).toBe(borders.length);
      expect(stepOf(0, borders)).toBe(0);
    }
  });
});
