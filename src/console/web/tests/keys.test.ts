// SPDX-License-Identifier: GPL-3.0-or-later
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { contexts, listen, register } from '../src/core/keys';

let ends: (() => void)[] = [];

function press(key: string, target: EventTarget = document.body, more: KeyboardEventInit = {}) {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
  target.dispatchEvent(event);
  return event;
}

function on(key: string, run: () => void) {
  ends.push(register({ name: () => 'test', keys: [{ key, label: () => key, run }] }));
}

function put(html: string): HTMLElement {
  document.body.innerHTML = html;
  return document.body.firstElementChild as HTMLElement;
}

beforeEach(() => {
  ends = [listen()];
});
afterEach(() => {
  ends.forEach((end) => end());
  document.body.innerHTML = '';
});

it('runs what is registered, and no longer when it is gone', () => {
  const run = vi.fn();
  on('j', run);
  expect(press('j').defaultPrevented).toBe(true);
  expect(run).toHaveBeenCalledTimes(1);
  ends.pop()!();
  expect(press('j').defaultPrevented).toBe(false);
  expect(run).toHaveBeenCalledTimes(1);
  expect(contexts.value).toEqual([]);
});

it.each(['<input>', '<textarea></textarea>', '<select></select>', '<p contenteditable="true">x</p>'])(
  'never fires while somebody types: %s',
  (html) => {
    const run = vi.fn();
    on('j', run);
    press('j', put(html));
    expect(run).not.toHaveBeenCalled();
  },
);

it('fires on a checkbox, which is not typing', () => {
  const run = vi.fn();
  on('j', run);
  press('j', put('<input type="checkbox">'));
  expect(run).toHaveBeenCalled();
});

it('leaves Enter and Space to a button, and gives it the rest', () => {
  const enter = vi.fn();
  const j = vi.fn();
  on('Enter', enter);
  on('j', j);
  const button = put('<button>x</button>');
  press('Enter', button);
  press('j', button);
  expect(enter).not.toHaveBeenCalled();
  expect(j).toHaveBeenCalled();
});

it('is silent behind an open dialog and with modifiers', () => {
  const run = vi.fn();
  on('j', run);
  press('j', document.body, { ctrlKey: true });
  put('<dialog open></dialog>');
  press('j');
  expect(run).not.toHaveBeenCalled();
});

it('lets the newest context win', () => {
  const page = vi.fn();
  const above = vi.fn();
  on('u', page);
  on('u', above);
  press('u');
  expect(above).toHaveBeenCalled();
  expect(page).not.toHaveBeenCalled();
});

it('knows two keys in a row', () => {
  const queue = vi.fn();
  const q = vi.fn();
  on('g q', queue);
  press('q');
  expect(queue).not.toHaveBeenCalled();
  press('g');
  press('q');
  expect(queue).toHaveBeenCalledTimes(1);
  on('q', q);
  press('q');
  expect(q).toHaveBeenCalledTimes(1);
});
