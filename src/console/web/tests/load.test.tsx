// SPDX-License-Identifier: GPL-3.0-or-later
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { askAhead, useGet, type Loaded } from '../src/core/load';

const fetched = vi.fn();
let root: HTMLElement;
let last: Loaded<{ n: number }>;

function Reader({ days }: { days: string }) {
  last = useGet<{ n: number }>('/overview', { query: { days } });
  return null;
}

async function show(days: string) {
  void act(() => render(<Reader days={days} />, root));
  await vi.waitFor(() => expect(last.loading).toBe(false));
}

beforeEach(() => {
  root = document.createElement('div');
  let n = 0;
  fetched.mockReset().mockImplementation(() => {
    n++;
    return Promise.resolve(new Response(JSON.stringify({ n }), {
      status: 200, headers: { 'Content-Type': 'application/json' },
    }));
  });
  vi.stubGlobal('fetch', fetched);
});
afterEach(() => {
  void act(() => render(null, root));
  vi.unstubAllGlobals();
});

it('takes what was asked ahead, once, and asks itself from then on', async () => {
  askAhead('/overview', { query: { days: '30' } });
  await show('30');
  expect(fetched).toHaveBeenCalledTimes(1);
  expect(last.data).toEqual({ n: 1 });
  void act(() => last.reload());
  await vi.waitFor(() => expect(last.data).toEqual({ n: 2 }));
  expect(fetched).toHaveBeenCalledTimes(2);
});

it('asks for what is another thing than was asked ahead', async () => {
  askAhead('/overview', { query: { days: '30' } });
  await show('7');
  expect(fetched).toHaveBeenCalledTimes(2);
  expect(last.data).toEqual({ n: 2 });
  await show('30');
  expect(fetched).toHaveBeenCalledTimes(2);
  expect(last.data).toEqual({ n: 1 });
});

it('tells an error of what was asked ahead', async () => {
  fetched.mockImplementation(() => Promise.resolve(new Response('{"error":{"code":"busy","message":"b"}}', {
    status: 503, headers: { 'Content-Type': 'application/json' },
  })));
  askAhead('/overview', { query: { days: '30' } });
  await show('30');
  expect(last.error?.code).toBe('busy');
});
