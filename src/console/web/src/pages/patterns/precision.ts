// SPDX-License-Identifier: GPL-3.0-or-later
// How right: ranges as they are drawn and judged.
import type { Pattern, Verdicts } from '../../core/api';
import { decimal, rough } from '../../core/i18n';

export type Verdict = Verdicts['items'][number];

const FEW = 10; // verdicts; a range of fewer says little

export interface Range {
  share: number | null; // confirmed among confirmed and refuted; null: none was decided
  low: number;
  high: number;
  decided: number;
  few: boolean;
}

export function rangeOf(verdict: Verdict): Range {
  const decided = verdict.confirmed + verdict.refuted;
  return {
    share: decided === 0 ? null : verdict.precision,
    low: verdict.low,
    high: verdict.high,
    decided,
    few: decided < FEW,
  };
}

const MANY = 100_000;

// A rate of a subject and month as it is among many: "5", not "5e-5".
export function perMany(rate: number): string {
  return rough(rate * MANY, rate * MANY < 1 ? 1 : 2);
}

export function microseconds(cost: NonNullable<Pattern['cost']>): string {
  return decimal(cost.per_event_us, cost.per_event_us < 10 ? 2 : 0);
}

// Of all groups together.
export function overallOf(items: readonly Verdict[]): number | null {
  const confirmed = items.reduce((sum, one) => sum + one.confirmed, 0);
  const refuted = items.reduce((sum, one) => sum + one.refuted, 0);
  return confirmed + refuted === 0 ? null : confirmed / (confirmed + refuted);
}

export type Standing = 'within' | 'below' | 'above';

// A group whose range leaves out what holds for all.
export function standingOf(range: Range, overall: number | null): Standing {
  if (overall === null || range.share === null) {
    return 'within';
  }
  return range.high < overall ? 'below' : range.low > overall ? 'above' : 'within';
}

// Age groups by age, other keys by their letters; what is not known comes last.
export function byKey(a: Verdict, b: Verdict): number {
  if (a.key === '' || b.key === '') {
    return Number(a.key === '') - Number(b.key === '');
  }
  const [x, y] = [parseInt(a.key, 10), parseInt(b.key, 10)];
  return x !== y && !Number.isNaN(x) && !Number.isNaN(y) ? x - y : a.key < b.key ? -1 : 1;
}

export type Kept = 'unknown' | 'kept' | 'unsure' | 'broken';

// Whether the declared rate of false alarms is kept: the whole range is below it, or above it, or
// verdicts are too few to tell.
export function rateKept(pattern: Pick<Pattern, 'realised' | 'false_alarms_per_month'>): Kept {
  const { realised, false_alarms_per_month: declared } = pattern;
  if (realised === null || realised === undefined || declared === null || declared <= 0) {
    return 'unknown';
  }
  return realised.high <= declared ? 'kept' : realised.low > declared ? 'broken' : 'unsure';
}

export interface Matrix {
  outcomes: string[];
  cells: number[][]; // row: the first look, column: the second
  all: number;
  same: number;
}

export function matrixOf(looks: Verdicts['second_looks'], order: readonly string[]): Matrix {
  const outcomes = order.filter((one) =>
    looks.some((look) => look.first === one || look.second === one),
  );
  const cells = outcomes.map((first) =>
    outcomes.map((second) =>
      looks
        .filter((look) => look.first === first && look.second === second)
        .reduce((sum, look) => sum + look.cases, 0),
    ),
  );
  return {
    outcomes,
    cells,
    all: cells.flat().reduce((sum, n) => sum + n, 0),
    same: cells.reduce((sum, row, i) => sum + row[i]!, 0),
  };
}
