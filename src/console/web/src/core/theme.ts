// SPDX-License-Identifier: GPL-3.0-or-later
// Light or dark: the machine's, unless a person chose. Colours live in style.css only.
import { computed, effect, signal } from '@preact/signals';
import { setting } from './settings';

export const themeSetting = setting('theme', 'auto', ['auto', 'light', 'dark']);

const query = typeof matchMedia === 'function' ? matchMedia('(prefers-color-scheme: dark)') : null;
const machineDark = signal(query?.matches ?? false);
query?.addEventListener('change', (event) => {
  machineDark.value = event.matches;
});

// While it is true the page is paper: light, whatever was chosen.
export const onPaper = signal(false);

export const theme = computed<'light' | 'dark'>(() => {
  if (onPaper.value) {
    return 'light';
  }
  if (themeSetting.value !== 'auto') {
    return themeSetting.value as 'light' | 'dark';
  }
  return machineDark.value ? 'dark' : 'light';
});

effect(() => {
  document.documentElement.dataset.theme = theme.value;
});

// A colour of style.css as it is now: colour('accent'). Reading it follows the theme.
export function colour(name: string): string {
  void theme.value;
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

// Series colours for charts: told apart also without hue, by lightness.
export function seriesColours(): string[] {
  return [1, 2, 3, 4, 5, 6, 7, 8].map((i) => colour(`series-${i}`));
}
