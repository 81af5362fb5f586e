// SPDX-License-Identifier: GPL-3.0-or-later
// The keyboard: one registry, so that `?` can tell what holds here and no key means two things.
import { useEffect, useRef } from 'preact/hooks';
import { signal } from '@preact/signals';

export interface Key {
  // As KeyboardEvent.key says it ('j', 'Enter', '?'), 'Space', or two in a row ('g q').
  key: string;
  label: () => string;
  run: () => void;
}

export interface Context {
  name: () => string;
  keys: Key[];
}

const SEQUENCE_MS = 1200;

export const contexts = signal<readonly Context[]>([]);

// The newest context wins; answers what takes it away again.
export function register(context: Context): () => void {
  contexts.value = [...contexts.value, context];
  return () => {
    contexts.value = contexts.value.filter((one) => one !== context);
  };
}

// For a component's life; the actions may change at every rendering.
export function useKeys(name: () => string, keys: Key[]): void {
  const shape = keys.map((one) => one.key).join('\n');
  const live = useRef(keys);
  live.current = keys;
  useEffect(
    () =>
      register({
        name,
        keys: live.current.map((one, i) => ({
          key: one.key,
          label: () => live.current[i]?.label() ?? '',
          run: () => live.current[i]?.run(),
        })),
      }),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- what the keys do is read from `live`
    [shape],
  );
}

// Typing is never a command. Nor is anything behind an open dialog.
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) {
    return false;
  }
  const typed = target.closest('input, textarea, select, [contenteditable]');
  return typed !== null && !(typed instanceof HTMLInputElement && typed.type === 'checkbox');
}

function find(key: string): Key | undefined {
  for (const context of [...contexts.value].reverse()) {
    const found = context.keys.find((one) => one.key === key);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

function begins(key: string): boolean {
  return contexts.value.some((c) => c.keys.some((one) => one.key.startsWith(`${key} `)));
}

let first = '';
let firstAt = 0;

export function handle(event: KeyboardEvent): void {
  if (
    event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey ||
    event.altKey || isTyping(event.target) || document.querySelector('dialog[open]') !== null
  ) {
    return;
  }
  const key = event.key === ' ' ? 'Space' : event.key;
  // Enter and Space on a button or link are its own.
  const onControl =
    event.target instanceof HTMLElement && event.target.closest('button, a, [role=menuitem]');
  if (onControl && (key === 'Enter' || key === 'Space')) {
    return;
  }
  const sequence = first !== '' && event.timeStamp - firstAt < SEQUENCE_MS ? `${first} ${key}` : '';
  const found = (sequence !== '' && find(sequence)) || find(key);
  first = found === undefined && begins(key) ? key : '';
  firstAt = event.timeStamp;
  if (found !== undefined) {
    event.preventDefault();
    found.run();
  }
}

export function listen(): () => void {
  addEventListener('keydown', handle);
  return () => removeEventListener('keydown', handle);
}
