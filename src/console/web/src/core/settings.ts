// SPDX-License-Identifier: GPL-3.0-or-later
// What a person chose on this machine, kept in the browser.
import { effect, signal, type Signal } from '@preact/signals';

const made = new Map<string, Signal<unknown>>();

// A signal that outlives the page. `allowed`: anything else that is stored counts as not set.
export function setting<T extends string>(name: string, first: T, allowed: readonly T[]): Signal<T> {
  const known = made.get(name);
  if (known !== undefined) {
    return known as Signal<T>;
  }
  const key = `xiezhi.${name}`;
  const stored = localStorage.getItem(key) as T | null;
  const value = signal(stored !== null && allowed.includes(stored) ? stored : first);
  effect(() => localStorage.setItem(key, value.value));
  made.set(name, value as Signal<unknown>);
  return value;
}
