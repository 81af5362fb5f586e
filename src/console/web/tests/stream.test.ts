// SPDX-License-Identifier: GPL-3.0-or-later
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Change } from '../src/core/api';
import { closeStream, onChanges, openStream, streamMissed, streamState } from '../src/core/stream';

class Source extends EventTarget {
  static made: Source[] = [];
  closed = false;
  constructor(readonly url: string) {
    super();
    Source.made.push(this);
  }
  close() {
    this.closed = true;
  }
  open() {
    this.dispatchEvent(new Event('open'));
  }
  say(id: number, kind: Change['kind']) {
    this.dispatchEvent(new MessageEvent(kind, { data: JSON.stringify({ id, kind, mark: `${id}-0a1b2c3d` }) }));
  }
  fail() {
    this.dispatchEvent(new Event('error'));
  }
}

function newest(): Source {
  return Source.made.at(-1)!;
}

beforeEach(() => {
  vi.useFakeTimers();
  Source.made = [];
  vi.stubGlobal('EventSource', Source);
});
afterEach(() => {
  closeStream();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('tells each listener its kind, in batches', () => {
  const cases: number[][] = [];
  const all: number[][] = [];
  const end = [
    onChanges((changes) => cases.push(changes.map((one) => one.id)), 'case'),
    onChanges((changes) => all.push(changes.map((one) => one.id))),
  ];
  openStream();
  newest().open();
  newest().say(5, 'alert');
  newest().say(6, 'case');
  newest().say(7, 'case');
  expect(all).toEqual([]);
  vi.advanceTimersByTime(300);
  expect(all).toEqual([[5, 6, 7]]);
  expect(cases).toEqual([[6, 7]]);
  end.forEach((one) => one());
});

it('goes on behind the last change after a break, and tells nothing twice', () => {
  const ids: number[] = [];
  const end = onChanges((changes: Change[]) => ids.push(...changes.map((one) => one.id)));
  openStream();
  expect(newest().url).toBe('/api/v1/stream');
  newest().open();
  newest().say(41, 'alert');
  const before = newest();
  before.fail();
  expect(before.closed).toBe(true);
  expect(streamState.value).toBe('connecting');
  vi.advanceTimersByTime(1000);
  expect(newest()).not.toBe(before);
  expect(newest().url).toBe('/api/v1/stream?after=41-0a1b2c3d');
  newest().open();
  expect(streamState.value).toBe('live');
  newest().say(41, 'alert');
  newest().say(42, 'alert');
  vi.advanceTimersByTime(300);
  expect(ids).toEqual([41, 42]);
  end();
});

it('says so when it cannot know what it missed', () => {
  const before = streamMissed.value;
  openStream();
  newest().open();
  newest().fail();
  vi.advanceTimersByTime(1000);
  newest().open();
  expect(streamMissed.value).toBe(before + 1);
});

it('reads anew when what it missed is gone, and goes on from the newest', () => {
  const before = streamMissed.value;
  const ids: number[] = [];
  const end = onChanges((changes: Change[]) => ids.push(...changes.map((one) => one.id)));
  openStream();
  newest().open();
  newest().say(41, 'alert');
  newest().fail();
  vi.advanceTimersByTime(1000);
  newest().open();
  newest().say(17, 'reset');
  expect(streamMissed.value).toBe(before + 1);
  newest().say(18, 'case');
  vi.advanceTimersByTime(300);
  expect(ids).toEqual([41, 18]);
  newest().fail();
  vi.advanceTimersByTime(1000);
  expect(newest().url).toBe('/api/v1/stream?after=18-0a1b2c3d');
  end();
});

it('waits longer each time nobody answers', () => {
  openStream();
  for (const wait of [1000, 2000, 5000, 10_000, 10_000]) {
    const made = Source.made.length;
    newest().fail();
    vi.advanceTimersByTime(wait - 1);
    expect(Source.made.length).toBe(made);
    vi.advanceTimersByTime(1);
    expect(Source.made.length).toBe(made + 1);
  }
});

it('forgets where it was when somebody else signs in', () => {
  openStream();
  newest().open();
  newest().say(9, 'case');
  closeStream();
  expect(streamState.value).toBe('off');
  openStream();
  expect(newest().url).toBe('/api/v1/stream');
});
