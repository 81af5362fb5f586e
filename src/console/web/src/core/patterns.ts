// SPDX-License-Identifier: GPL-3.0-or-later
// The pack's names of its patterns, read once.
import { signal } from '@preact/signals';
import { get, type Pattern, type Patterns } from './api';
import { language } from './i18n';

export const patterns = signal<ReadonlyMap<string, Pattern>>(new Map());

// Without them the ids are shown: nothing else depends on it.
export async function readPatterns(): Promise<void> {
  const all = await get<Patterns>('/patterns').catch(() => null);
  if (all !== null) {
    patterns.value = new Map(all.items.map((one) => [one.id, one]));
  }
}

export function patternTitle(id: string): string {
  return patterns.value.get(id)?.titles[language.value] ?? id;
}
