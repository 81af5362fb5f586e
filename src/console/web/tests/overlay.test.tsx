// SPDX-License-Identifier: GPL-3.0-or-later
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { listen, register } from '../src/core/keys';
import { clearToasts, Dialog, isUndoOffered, Menu, toast, Toasts } from '../src/core/ui';

let root: HTMLElement;
let ends: (() => void)[];

beforeEach(() => {
  root = document.createElement('div');
  document.body.append(root);
  ends = [listen()];
});
afterEach(() => {
  void act(() => render(null, root));
  root.remove();
  ends.forEach((end) => end());
});

function press(key: string, target: EventTarget = document.activeElement ?? document.body, more: KeyboardEventInit = {}) {
  void act(() => {
    target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
  });
}

it('a dialog owns the very next key', () => {
  const assign = vi.fn();
  ends.push(register({ name: () => 'page', keys: [{ key: 'a', label: () => 'a', run: assign }] }));
  // Without act: nothing that comes later may be needed.
  render(<Dialog title="Reason" onClose={() => undefined}><textarea data-first /></Dialog>, root);
  expect(root.querySelector('dialog')!.open).toBe(true);
  expect(document.activeElement?.tagName).toBe('TEXTAREA');
  press('a', document.body);
  expect(assign).not.toHaveBeenCalled();
});

it('a dialog is sent by Ctrl+Enter and left by Esc', () => {
  const send = vi.fn();
  const close = vi.fn();
  void act(() =>
    render(<Dialog title="x" onClose={close} onSubmit={send}><textarea data-first /></Dialog>, root),
  );
  press('Enter');
  expect(send).not.toHaveBeenCalled();
  press('Enter', document.activeElement!, { ctrlKey: true });
  expect(send).toHaveBeenCalledTimes(1);
  void act(() => {
    root.querySelector('dialog')!.dispatchEvent(new Event('cancel', { cancelable: true }));
  });
  expect(close).toHaveBeenCalledTimes(1);
});

it('a menu is walked by arrows, and gives the focus back', () => {
  const chosen = vi.fn();
  void act(() =>
    render(
      <Menu
        label="More" title="More"
        entries={[
          { text: 'heading' },
          { text: 'one', run: () => chosen(1) },
          'line',
          { text: 'two', run: () => chosen(2) },
        ]}
      />,
      root,
    ),
  );
  const button = root.querySelector('button')!;
  void act(() => button.click());
  expect(document.activeElement?.textContent).toBe('one');
  press('ArrowDown');
  expect(document.activeElement?.textContent).toBe('two');
  press('ArrowDown');
  expect(document.activeElement?.textContent).toBe('one');
  press('Escape');
  expect(root.querySelector('[role=menu]')).toBeNull();
  expect(document.activeElement).toBe(button);
  void act(() => button.click());
  void act(() => root.querySelectorAll<HTMLElement>('[role=menuitem]')[1]!.click());
  expect(chosen.mock.calls).toEqual([[2]]);
});

it('of one case only the last step can be taken back', () => {
  const first = vi.fn();
  const other = vi.fn();
  const last = vi.fn();
  void act(() => render(<Toasts />, root));
  void act(() => {
    toast('started', { about: [1], undo: first });
    toast('elsewhere', { about: [2], undo: other });
    toast('closed', { about: [1], undo: last });
  });
  const withUndo = () =>
    [...root.querySelectorAll('.toast')].filter((one) => one.querySelectorAll('button').length > 1).length;
  expect(withUndo()).toBe(2);
  void act(() => toast('taken back', { about: [1] }));
  expect(withUndo()).toBe(1);
  press('u', document.body);
  press('u', document.body);
  expect([first, last, other].map((one) => one.mock.calls.length)).toEqual([0, 0, 1]);
  expect(isUndoOffered()).toBe(false);
  void act(() => clearToasts());
});

it('u takes back the newest that can be, once', () => {
  const older = vi.fn();
  const newer = vi.fn();
  void act(() => render(<Toasts />, root));
  void act(() => {
    toast('first', { undo: older });
    toast('second', { undo: newer });
    toast('third');
  });
  press('u', document.body);
  expect(newer).toHaveBeenCalledTimes(1);
  expect(older).not.toHaveBeenCalled();
  press('u', document.body);
  press('u', document.body);
  expect(newer).toHaveBeenCalledTimes(1);
  expect(older).toHaveBeenCalledTimes(1);
});
