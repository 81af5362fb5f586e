// SPDX-License-Identifier: GPL-3.0-or-later
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { session, type Permission, type Session } from '../src/core/api';
import { languageSetting } from '../src/core/i18n';
import { Story } from '../src/core/story';

const control = { topic: 'events', partition: 3, offset: 17, at: '2026-03-01T18:02:11+08:00', institution: 'P1' };
const fetched = vi.fn();
let root: HTMLElement;

beforeEach(() => {
  root = document.createElement('div');
  document.body.append(root);
  fetched.mockReset();
  vi.stubGlobal('fetch', fetched);
});
afterEach(() => {
  void act(() => render(null, root));
  root.remove();
  vi.unstubAllGlobals();
});

function show(may: Permission[], onPaper = false) {
  session.value = { may } as unknown as Session;
  void act(() =>
    render(<Story id={42} bodies={[]} parties={[]} control={control} onPaper={onPaper} />, root),
  );
}

function button(name: string): HTMLButtonElement {
  return [...root.querySelectorAll('button')].find((one) => one.textContent === name)!;
}

it.each([['en', 'Show the original record', 'Read it'], ['zh-CN', '查看原始记录', '调取']] as const)(
  'the event that a case was drawn by is a button away (%s)',
  async (spoken, show_it, read_it) => {
    languageSetting.value = spoken;
    fetched.mockResolvedValue(new Response(JSON.stringify({
      record: { msgid: 'm-1' }, source: { topic: 'events', partition: 3, offset: 17 }, reading: 8,
    }), { status: 200, headers: { 'Content-Type': 'application/json' } }));
    show(['read_record']);
    void act(() => button(show_it).click());
    expect(root.querySelector('dialog')!.open).toBe(true);
    expect(fetched).not.toHaveBeenCalled(); // each reading is noted
    await act(async () => {
      button(read_it).click();
      await new Promise((done) => setTimeout(done, 20));
    });
    expect(String(fetched.mock.calls[0]![0])).toContain('/cases/42/record');
    expect(root.querySelector('pre')!.textContent).toContain('m-1');
  },
);

it('who may not read records is told so', () => {
  languageSetting.value = 'en';
  show([]);
  void act(() => button('Show the original record').click());
  expect(root.querySelector('dialog')!.textContent).toContain('You may not read original records.');
});

it('on paper there is the place and nothing to press', () => {
  languageSetting.value = 'en';
  show(['read_record'], true);
  expect(root.textContent).toContain('events/3@17');
  expect(root.querySelector('button')).toBe(null);
});
