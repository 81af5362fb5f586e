// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';
import { maySuspend, needsSecond, outcomesOf } from '../src/core/case/act';
import type { Condition } from '../src/core/api';
import { fits, isAbove, readFilter, viewOf, views } from '../src/pages/queue/filter';
import { caseRow } from './rows';

const ME = 7;

describe('what fits a filter', () => {
  it('is open and awake unless asked otherwise', () => {
    expect(fits(caseRow(), {}, ME)).toBe(true);
    expect(fits(caseRow({ state: 'closed' }), {}, ME)).toBe(false);
    expect(fits(caseRow({ state: 'closed' }), { open: 'no' }, ME)).toBe(true);
    const asleep = caseRow({ snoozed_until: '2026-04-01T09:00:00+08:00' });
    expect(fits(asleep, {}, ME)).toBe(false);
    expect(fits(asleep, views.snoozed, ME)).toBe(true);
    expect(fits(caseRow(), views.snoozed, ME)).toBe(false);
  });
  it('is mine, nobody’s or somebody’s', () => {
    const mine = caseRow({ assignee: ME });
    expect(fits(mine, views.mine, ME)).toBe(true);
    expect(fits(mine, views.mine, 8)).toBe(false);
    expect(fits(caseRow(), views.unassigned, ME)).toBe(true);
    expect(fits(mine, { assignee: '7' }, 8)).toBe(true);
  });
  it('goes by region prefix, pattern, clock and tag', () => {
    const row = caseRow({ patterns: ['T01', 'T09'], clock: 1, tags: ['urgent'] });
    expect(fits(row, { region: '2101', pattern: 'T09', clock: 'soon', tag: 'urgent' }, ME)).toBe(true);
    expect(fits(row, { region: '2102' }, ME)).toBe(false);
    expect(fits(row, { pattern: 'T0' }, ME)).toBe(false);
    expect(fits(row, { clock: 'breached' }, ME)).toBe(false);
    expect(fits(row, { tag: 'urg' }, ME)).toBe(false);
  });
});

it('reads a filter from the address, and knows its ready-made ones', () => {
  expect(readFilter(new URLSearchParams('state=new&sort=due&what=1&tag='))).toEqual({ state: 'new' });
  expect(viewOf({})).toBe('open');
  expect(viewOf({ assignee: 'me', state: 'returned' })).toBe('returned');
  expect(viewOf({ state: 'new' })).toBeNull();
});

it('knows what stands above', () => {
  const row = caseRow({ rank: 10, due: '2026-03-20T00:00:00+08:00' });
  expect(isAbove(caseRow({ rank: 11 }), row, 'rank')).toBe(true);
  expect(isAbove(caseRow({ rank: 9 }), row, 'rank')).toBe(false);
  expect(isAbove(caseRow({ due: '2026-03-19T00:00:00+08:00' }), row, 'due')).toBe(true);
});

describe('the law of two persons', () => {
  it('asks for a second one above A2, when confirmed', () => {
    expect(needsSecond('confirmed', 2)).toBe(false);
    expect(needsSecond('confirmed', 3)).toBe(true);
    expect(needsSecond('inconclusive', 2)).toBe(false);
  });
  it('offers no false alarm where no alert stands behind a case', () => {
    expect(outcomesOf([{ origin: 'alert' }])).toContain('false_positive');
    expect(outcomesOf([{ origin: 'alert' }, { origin: 'control' }])).toEqual(['confirmed', 'inconclusive', 'right_to_ask']);
  });
  it('lets nobody suspend without the conditions', () => {
    const met = (...all: Condition[]) => maySuspend(new Set(all));
    expect(met('art31_heard', 'care_secured')).toBe(false);
    expect(met('art31_heard', 'care_secured', 'art30_suspected')).toBe(false);
    expect(met('art31_heard', 'care_secured', 'art30_suspected', 'art30_refused')).toBe(true);
    expect(met('art31_heard', 'care_secured', 'art41_established')).toBe(true);
    expect(met('care_secured', 'art41_established')).toBe(false);
  });
});
