// SPDX-License-Identifier: GPL-3.0-or-later
// The one listener of this page to /stream. Changes come in batches, so that a burst costs one
// rendering; after a break it goes on behind the last change it has seen.
import { signal } from '@preact/signals';
import { address, type Change } from './api';

export type StreamState = 'off' | 'connecting' | 'live';
type Listener = (changes: Change[]) => void;

const FLUSH_MS = 250;
const RETRY_MS = [1000, 2000, 5000, 10_000];

export const streamState = signal<StreamState>('off');
// Raised after a break before the first change was seen, or that was longer than changes are kept:
// what came meanwhile is not told, read anew.
export const streamMissed = signal(0);
export const streamHeard = signal<number | null>(null); // when a change came last

const listeners = new Set<Listener>();
let source: EventSource | null = null;
let after: Pick<Change, 'id' | 'mark'> | null = null;
let waiting: Change[] = [];
let flushing: ReturnType<typeof setTimeout> | undefined;
let retrying: ReturnType<typeof setTimeout> | undefined;
let failures = 0;

function flush(): void {
  flushing = undefined;
  const changes = waiting;
  waiting = [];
  for (const listener of [...listeners]) {
    listener(changes);
  }
}

function take(event: MessageEvent<string>): void {
  const change = JSON.parse(event.data) as Change;
  if (after !== null && change.id <= after.id) {
    return;
  }
  after = change;
  streamHeard.value = Date.now();
  waiting.push(change);
  flushing ??= setTimeout(flush, FLUSH_MS);
}

// Whatever number it has: it may be lower than what was seen, when the store was put back.
function reset(event: MessageEvent<string>): void {
  after = JSON.parse(event.data) as Change;
  streamMissed.value++;
}

// The browser's own retry would ask again from where this source began: a new one is made.
function lost(): void {
  source?.close();
  source = null;
  streamState.value = 'connecting';
  retrying = setTimeout(connect, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
  failures++;
}

function connect(): void {
  source = new EventSource(address('/stream', { after: after?.mark }));
  streamState.value = 'connecting';
  source.addEventListener('open', () => {
    if (failures > 0 && after === null) {
      streamMissed.value++;
    }
    failures = 0;
    streamState.value = 'live';
  });
  source.addEventListener('alert', take);
  source.addEventListener('case', take);
  source.addEventListener('reset', reset);
  source.addEventListener('error', lost);
}

export function openStream(): void {
  if (streamState.value === 'off') {
    connect();
  }
}

// At sign-out: the next person begins afresh.
export function closeStream(): void {
  source?.close();
  source = null;
  clearTimeout(flushing);
  clearTimeout(retrying);
  flushing = undefined;
  waiting = [];
  after = null;
  failures = 0;
  streamState.value = 'off';
}

// Answers what ends it. `kind`: only those.
export function onChanges(listener: Listener, kind?: Change['kind']): () => void {
  const mine: Listener = (changes) => {
    const those = kind === undefined ? changes : changes.filter((one) => one.kind === kind);
    if (those.length > 0) {
      listener(those);
    }
  };
  listeners.add(mine);
  return () => listeners.delete(mine);
}
