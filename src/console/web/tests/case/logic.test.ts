// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';
import { states, type HistoryItem, type State, type Verb } from '../../src/core/api';
import {
  doingsOf, gathered, lastWords, passedBy, path, purposeOf, stepOf,
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

describe('history', () => {
  it('gathers revisions of one alert that follow each other', () => {
    const of = (id: number, name: string) => item(id, 'revision', { detail: { alert: name } });
    const entries = gathered([of(6, 'A'), of(5, 'A'), of(4, 'B'), item(3, 'note'), of(2, 'B'), item(1, 'new')]);
    expect(entries.map((one) => [one.item.id, one.times])).toEqual([[6, 2], [4, 1], [3, 1], [2, 1], [1, 1]]);
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
