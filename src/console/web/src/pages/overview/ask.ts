// SPDX-License-Identifier: GPL-3.0-or-later
// What the overview asks for first; apart from the page, so that it is asked before its code is there.
import type { Ask } from '../../core/api';

export const periods = ['7', '30', '90'] as const;

export function daysOf(query: URLSearchParams): (typeof periods)[number] {
  return periods.find((one) => one === query.get('days')) ?? '30';
}

export function overviewAsk(query: URLSearchParams): Ask {
  return { query: { days: daysOf(query) } };
}
