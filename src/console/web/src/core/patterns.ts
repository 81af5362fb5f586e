// SPDX-License-Identifier: GPL-3.0-or-later
// The pack's names of its patterns, read once.
import { signal } from '@preact/signals';
import { ApiError, get, type Pattern, type Patterns } from './api';
import { language } from './i18n';

export const patterns = signal<ReadonlyMap<string, Pattern>>(new Map());

const AGAIN_MS = 3000;

// Without them the ids are shown: nothing else depends on it. Just after its start the desk does not
// know the pack yet.
export async function readPatterns(): Promise<void> {
  try {
    const all = await get<Patterns>('/patterns');
    patterns.value = new Map(all.items.map((one) => [one.id, one]));
  } catch (error) {
    if (error instanceof ApiError && error.status === 503) {
      setTimeout(() => void readPatterns(), AGAIN_MS);
    }
  }
}

export function patternTitle(id: string): string {
  return patterns.value.get(id)?.titles[language.value] ?? id;
}
