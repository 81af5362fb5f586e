// SPDX-License-Identifier: GPL-3.0-or-later
// What the case page decides without drawing: pure.
import type { Case, HistoryItem, Purpose, State, Verb } from '../../core/api';

export const path: readonly State[] = ['new', 'assigned', 'investigating', 'proposed', 'approved', 'closed'];

// How far along the path a state stands; what is off it stands where it came from.
export function stepOf(state: State): number {
  const standsAt: Partial<Record<State, State>> = { returned: 'proposed', appealed: 'closed' };
  return path.indexOf(standsAt[state] ?? state);
}

const steps: Readonly<Record<string, State>> = {
  assign: 'assigned', take: 'assigned', start: 'investigating', propose: 'proposed', approve: 'approved',
};

// The states that it went through: a case that one person closed was never approved.
export function passedBy(history: readonly Pick<HistoryItem, 'what'>[]): Set<State> {
  const passed = history.map((item) => steps[item.what]).filter((state) => state !== undefined);
  return new Set<State>(['new', ...passed]);
}

export type Doing = Exclude<Verb, 'note' | 'tag' | 'file' | 'link' | 'undo' | 'propose' | 'close'> | 'decide';

const order: readonly Doing[] = [
  'approve', 'return', 'rereview', 'decide', 'start', 'assign', 'extend', 'snooze', 'unsnooze',
  'release', 'appeal',
];

// What may be done now, the likeliest first: who has begun concludes, who has not begins.
export function doingsOf(one: Pick<Case, 'allowed' | 'state'>): Doing[] {
  const may = new Set<Verb>(one.allowed);
  const all = order.filter((doing) =>
    doing === 'decide' ? may.has('propose') || may.has('close') : may.has(doing),
  );
  const isFresh = one.state === 'new' || one.state === 'assigned';
  return isFresh ? all.sort((a, b) => Number(b === 'start') - Number(a === 'start')) : all;
}

// The purpose that a reading of a person's data is recorded with.
export function purposeOf(may: (permission: 'work' | 'approve' | 'read_audit') => boolean): Purpose {
  return may('work') ? 'verification' : may('approve') ? 'approval' : may('read_audit') ? 'audit' : 'verification';
}

export interface HistoryEntry {
  item: HistoryItem; // the newest of them
  times: number;
}

function alertOf(item: HistoryItem): string {
  const detail = item.detail as { alert?: unknown } | null;
  return typeof detail?.alert === 'string' ? detail.alert : '';
}

// Revisions of one alert that follow each other are one entry: a busy counter has hundreds.
export function gathered(history: readonly HistoryItem[]): HistoryEntry[] {
  const entries: HistoryEntry[] = [];
  for (const item of history) {
    const last = entries.at(-1);
    if (item.what === 'revision' && last?.item.what === 'revision' && alertOf(last.item) === alertOf(item)) {
      last.times++;
    } else {
      entries.push({ item, times: 1 });
    }
  }
  return entries;
}

// The words that somebody proposed or closed with, the newest first.
export function lastWords(history: readonly HistoryItem[], what: 'propose' | 'close'): HistoryItem | undefined {
  return history.find((item) => item.what === what);
}
