// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';
import { states, type HistoryItem, type State, type Verb } from '../../src/core/api';
import {
  actorOf, doingsOf, gathered, lastWords, nextOf, passedBy, path, purposeOf, stepOf, subjectsOf, turnOf,
} from '../../src/pages/case/logic';
import { eventName } from '../../src/pages/case/text';

function item(id: number, what: string, more: Partial<HistoryItem> = {}): HistoryItem {
  return { id, at: '2026-04-01T00:00:00+08:00', actor: 'a', what, text: '', detail: null, ...more };
}

describe('where a case stands', () => {
  it('is somewhere on the path, whatever its state', () => {
    for (const state of states) {
      expect(path[stepOf(state)], state).toBeDefined();
    }
    expect(path[stepOf('returned')]).toBe('proposed');
    expect(path[stepOf('appealed')]).toBe('closed');
  });

  it('tells what it went through from what was done', () => {
    const history = [item(3, 'close'), item(2, 'start'), item(1, 'new')];
    expect([...passedBy(history)]).toEqual(['new', 'investigating']);
  });
});

describe('what may be done', () => {
  const may = (state: State, ...allowed: Verb[]) => doingsOf({ state, allowed });

  it('is only what the service allows', () => {
    expect(may('new')).toEqual([]);
    expect(may('closed', 'appeal')).toEqual(['appeal']);
    expect(may('investigating', 'note', 'tag', 'file', 'undo')).toEqual([]);
  });

  it('has one conclusion for proposing and closing', () => {
    expect(may('investigating', 'propose', 'close')).toEqual(['decide']);
    expect(may('investigating', 'propose')).toEqual(['decide']);
  });

  it('puts first what comes first', () => {
    expect(may('new', 'assign', 'start', 'propose', 'close', 'snooze')[0]).toBe('start');
    expect(may('investigating', 'snooze', 'propose', 'close')[0]).toBe('decide');
    expect(may('proposed', 'return', 'approve')[0]).toBe('approve');
  });
});

describe('whose turn it is', () => {
  const at = (state: State, assignee: number | null, ...allowed: Verb[]) => ({ state, assignee, allowed });

  it('is that of who may bring it on', () => {
    expect(nextOf(at('investigating', 1, 'assign', 'propose', 'close'))).toBe('decide');
    expect(nextOf(at('approved', 1, 'assign', 'close'))).toBe('decide');
    expect(nextOf(at('appealed', null, 'assign', 'rereview'))).toBe('rereview');
    expect(turnOf(at('proposed', 1, 'approve', 'return'))).toBeNull();
  });

  it('is somebody else\'s where one may do other things only', () => {
    expect(nextOf(at('approved', 7, 'assign'))).toBeUndefined();
    expect(turnOf(at('approved', 7, 'assign'))).toBe('turnCloser');
    expect(turnOf(at('approved', null, 'assign'))).toBe('turnCloserAnybody');
    expect(turnOf(at('proposed', 7))).toBe('turnApprover');
    expect(turnOf(at('investigating', 7, 'assign', 'release'))).toBe('turnOwner');
    expect(turnOf(at('new', null))).toBe('turnAnybody');
    expect(turnOf(at('appealed', null))).toBe('turnFresh');
  });

  it('is nobody\'s at the end: an appeal is not waited for', () => {
    expect(nextOf(at('closed', 1, 'appeal'))).toBeUndefined();
    expect(turnOf(at('closed', 1, 'appeal'))).toBeNull();
  });
});

describe('whom it is about', () => {
  const body = (id: string, status: string) => ({ status, subject: { kind: 'operator', id } });
  const of = (bodies_left: number, ...bodies: object[]) =>
    subjectsOf({ subject: 'P-1', bodies_left, bodies } as unknown as Parameters<typeof subjectsOf>[0]);

  it('is said when alerts that stand speak of others', () => {
    expect(of(0, body('P-1', 'open'))).toEqual({ others: [], isFirstGone: false });
    const both = of(0, body('P-1', 'closed'), body('O', 'open'), body('O', 'open'));
    expect([both.others.map(({ id }) => id), both.isFirstGone]).toEqual([['O'], false]);
    expect(of(0, body('P-1', 'withdrawn'), body('O', 'open')).isFirstGone).toBe(true);
  });

  it('is not said of what nobody sees here', () => {
    expect(of(3, body('P-1', 'withdrawn'), body('O', 'open')).isFirstGone).toBe(false);
    expect(of(0, body('P-1', 'withdrawn'))).toEqual({ others: [], isFirstGone: false });
  });
});

it('who did what the stream tells of is who has it then, or not known', () => {
  expect(actorOf('start', 'li')).toBe('li');
  expect(actorOf('approve', 'li')).toBe('');
  expect(actorOf('news', 'li')).toBe('');
});

describe('history', () => {
  it('gathers revisions of one alert that follow each other', () => {
    const of = (id: number, name: string) => item(id, 'revision', { detail: { alert: name } });
    const entries = gathered([of(6, 'A'), of(5, 'A'), of(4, 'B'), item(3, 'note'), of(2, 'B'), item(1, 'new')]);
    expect(entries.map((one) => [one.item.id, one.times])).toEqual([[6, 2], [4, 1], [3, 1], [2, 1], [1, 1]]);
  });

  it('gathers those of several alerts that take turns, until somebody does something', () => {
    const of = (id: number, name: string) => item(id, 'revision', { actor: '', detail: { alert: name } });
    const fresh = item(5, 'new', { actor: '' });
    const entries = gathered([of(7, 'A'), of(6, 'B'), fresh, of(4, 'A'), of(3, 'B'), item(2, 'start'), of(1, 'A')]);
    expect(entries.map((one) => [one.item.id, one.times, one.first.id]))
      .toEqual([[7, 2, 4], [6, 2, 3], [5, 1, 5], [2, 1, 2], [1, 1, 1]]);
  });

  it('finds the newest words', () => {
    const history = [item(3, 'propose', { text: 'again' }), item(2, 'return'), item(1, 'propose', { text: 'first' })];
    expect(lastWords(history, 'propose')!.text).toBe('again');
    expect(lastWords(history, 'close')).toBeUndefined();
  });

  it('has words in both languages', () => {
    for (const [key, [zh, en]] of Object.entries<readonly [string, string]>(eventName.words)) {
      expect(zh, key).not.toBe('');
      expect(/\p{Script=Han}/u.test(en), key).toBe(false);
    }
  });
});

it('the purpose of a reading follows from what somebody is here for', () => {
  const of = (...has: string[]) => purposeOf((one) => has.includes(one));
  expect(of('work')).toBe('verification');
  expect(of('approve')).toBe('approval');
  expect(of('read_audit')).toBe('audit');
  expect(of('work', 'approve')).toBe('verification');
  expect(of()).toBe('verification');
});
