// SPDX-License-Identifier: GPL-3.0-or-later
// What the case page decides without drawing: pure.
import type { Case, HistoryItem, Permission, Purpose, State, SubjectKind, Verb } from '../../core/api';

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

// What brings it on from where it stands. A closed case is at its end: an appeal is not what is
// waited for.
const nextSteps: Readonly<Record<State, readonly Doing[]>> = {
  new: ['start', 'decide'], assigned: ['start', 'decide'], investigating: ['decide'], proposed: ['approve'],
  returned: ['decide', 'start'], approved: ['decide'], closed: [], appealed: ['rereview'],
};

export function nextOf(one: Pick<Case, 'allowed' | 'state'>): Doing | undefined {
  return doingsOf(one).find((doing) => nextSteps[one.state].includes(doing));
}

// Whose turn it is, when it is not that of who looks. As src/cases/life.c has it: who has the case
// works on it and closes it, another approves, and who had no part looks at an appeal.
export type Turn = 'turnAnybody' | 'turnOwner' | 'turnApprover' | 'turnCloser' | 'turnCloserAnybody' | 'turnFresh';

export function turnOf(one: Pick<Case, 'allowed' | 'state' | 'assignee'>): Turn | null {
  if (one.state === 'closed' || nextOf(one) !== undefined) {
    return null;
  }
  switch (one.state) {
    case 'proposed':
      return 'turnApprover';
    case 'approved':
      return one.assignee === null ? 'turnCloserAnybody' : 'turnCloser';
    case 'appealed':
      return 'turnFresh';
    default:
      return one.assignee === null ? 'turnAnybody' : 'turnOwner';
  }
}

export interface Subject {
  kind: SubjectKind;
  id: string;
}

// A case is called after one of those its alerts speak of; a closed one stays so when that alert is
// withdrawn. Whom else do those that stand speak of?
export function subjectsOf(one: Pick<Case, 'subject' | 'bodies' | 'bodies_left'>): {
  others: Subject[];
  isFirstGone: boolean; // of the subject of the case no alert stands
} {
  const standing = one.bodies.filter((body) => body.status !== 'withdrawn').map((body) => body.subject);
  const others = new Map(standing.filter(({ id }) => id !== one.subject).map((who) => [who.id, who]));
  return {
    others: [...others.values()],
    isFirstGone: standing.length > 0 && one.bodies_left === 0 && standing.every(({ id }) => id !== one.subject),
  };
}

// The purpose that a reading of a person's data is recorded with.
export function purposeOf(may: (permission: Permission) => boolean): Purpose {
  return may('work') ? 'verification' : may('approve') ? 'approval' : may('read_audit') ? 'audit' : 'verification';
}

export interface HistoryEntry {
  item: HistoryItem; // the newest of them
  times: number;
  first: HistoryItem; // the oldest
}

function alertOf(item: HistoryItem): string {
  const detail = item.detail as { alert?: unknown } | null;
  return typeof detail?.alert === 'string' ? detail.alert : '';
}

// Revisions of one alert with nothing but other alerts' news between them are one entry: a busy
// counter has hundreds.
export function gathered(history: readonly HistoryItem[]): HistoryEntry[] {
  const entries: HistoryEntry[] = [];
  const open = new Map<string, HistoryEntry>(); // by alert, since people last did something
  for (const item of history) {
    const known = item.what === 'revision' ? open.get(alertOf(item)) : undefined;
    if (known !== undefined) {
      known.times++;
      known.first = item;
      continue;
    }
    const entry = { item, times: 1, first: item };
    entries.push(entry);
    if (item.what === 'revision') {
      open.set(alertOf(item), entry);
    } else if (item.actor !== '') {
      open.clear();
    }
  }
  return entries;
}

// Who did what the stream tells of. It names nobody, but whoever does one of these has the case then.
const ofOwner = new Set(['take', 'start', 'propose', 'close', 'snooze', 'rereview']);

export function actorOf(what: string, assignee: string): string {
  return ofOwner.has(what) ? assignee : '';
}

// The words that somebody proposed or closed with, the newest first.
export function lastWords(history: readonly HistoryItem[], what: 'propose' | 'close'): HistoryItem | undefined {
  return history.find((item) => item.what === what);
}
