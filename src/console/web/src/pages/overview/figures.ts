// SPDX-License-Identifier: GPL-3.0-or-later
// What the first page counts, from the service's sums.
import type { Fen, Overview, Outcome, ResultType, State } from '../../core/api';

const DAY_MS = 86_400_000;

// A calendar day as the service writes it, so many days on.
export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

// All days that are shown, oldest first, also those without an alert.
export function daysOf(overview: Pick<Overview, 'newest_day' | 'days'>): string[] {
  const { newest_day: newest, days } = overview;
  return newest === null
    ? []
    : Array.from({ length: days }, (_, i) => dayAfter(newest, i + 1 - days));
}

export interface CaseMoney {
  open: number;
  atRisk: Fen; // of open cases, whatever was proposed for them
  confirmed: number;
  confirmedMoney: Fen; // of closed ones
}

// At risk and confirmed have no case in common, and are never added up.
export function caseMoney(cases: Overview['cases']): CaseMoney {
  const made: CaseMoney = { open: 0, atRisk: 0, confirmed: 0, confirmedMoney: 0 };
  for (const one of cases) {
    if (one.state !== 'closed') {
      made.open += one.cases;
      made.atRisk += one.amount_fen;
    } else if (one.outcome === 'confirmed') {
      made.confirmed += one.cases;
      made.confirmedMoney += one.amount_fen;
    }
  }
  return made;
}

export function alertsOf(overview: Overview, day: string | null): number {
  return overview.by_day
    .filter((one) => one.day === day)
    .reduce((all, one) => all + one.alerts, 0);
}

// The newest day is compared with a whole one: how far it has come must be said.
export function isDayOver(overview: Overview, watermarkDay: string | null): boolean {
  return overview.newest_day !== null && watermarkDay !== null && watermarkDay > overview.newest_day;
}

export interface Worse {
  pattern: string;
  today: number;
  before: number;
  more: number;
  moreMoney: Fen;
  few: boolean;
}

const FEW = 10; // of both days together: a difference between so few may be chance

// Most money first, then most alerts; differences between few alerts after all others.
export function worseOf(rows: Overview['worse']): Worse[] {
  return rows
    .map((one) => ({
      pattern: one.pattern,
      today: one.today,
      before: one.before,
      more: one.today - one.before,
      moreMoney: one.amount_today - one.amount_before,
      few: one.today + one.before < FEW,
    }))
    .filter((one) => one.more > 0 || one.moreMoney > 0)
    .sort(
      (a, b) =>
        Number(a.few) - Number(b.few) || b.moreMoney - a.moreMoney || b.more - a.more ||
        (a.pattern < b.pattern ? -1 : 1),
    );
}

export interface Stack {
  pattern: string | null; // null: all others
  result: ResultType;
  alerts: number[]; // of each day
  total: number;
}

// The patterns of most alerts each as one stack, the rest together, for one result type.
export function stacksOf(
  rows: Overview['by_day'], days: readonly string[], result: ResultType, most: number,
): Stack[] {
  const at = new Map(days.map((day, i) => [day, i]));
  const all = new Map<string, Stack>();
  for (const one of rows) {
    const i = at.get(one.day);
    if (one.result_type === result && i !== undefined) {
      const stack = all.get(one.pattern) ?? {
        pattern: one.pattern, result, alerts: days.map(() => 0), total: 0,
      };
      stack.alerts[i]! += one.alerts;
      stack.total += one.alerts;
      all.set(one.pattern, stack);
    }
  }
  const sorted = [...all.values()].sort(
    (a, b) => b.total - a.total || (a.pattern! < b.pattern! ? -1 : 1),
  );
  if (sorted.length <= most + 1) {
    return sorted;
  }
  const rest = sorted.slice(most);
  return [
    ...sorted.slice(0, most),
    {
      pattern: null,
      result,
      alerts: days.map((_, i) => rest.reduce((sum, one) => sum + one.alerts[i]!, 0)),
      total: rest.reduce((sum, one) => sum + one.total, 0),
    },
  ];
}

export interface CaseLine {
  state: State;
  outcome: Outcome | '';
  cases: number;
  amount_fen: Fen;
}

const order: State[] = [
  'new', 'assigned', 'investigating', 'proposed', 'returned', 'approved', 'appealed', 'closed',
];

// Open ones by state alone, closed ones by outcome, in the order of a case's life.
export function caseLines(cases: Overview['cases']): CaseLine[] {
  const lines = new Map<string, CaseLine>();
  for (const one of cases) {
    const outcome = one.state === 'closed' ? one.outcome : '';
    const key = `${one.state} ${outcome}`;
    const line = lines.get(key) ?? { state: one.state, outcome, cases: 0, amount_fen: 0 };
    line.cases += one.cases;
    line.amount_fen += one.amount_fen;
    lines.set(key, line);
  }
  return [...lines.values()].sort(
    (a, b) => order.indexOf(a.state) - order.indexOf(b.state) || b.cases - a.cases,
  );
}

// Counties, and the prefectures that several of them make up; a region is any beginning of a code.
export function regionChoices(codes: readonly string[]): string[] {
  const counties = [...new Set(codes.filter((code) => code !== ''))].sort();
  const prefectures = new Map<string, number>();
  for (const code of counties) {
    const prefecture = code.slice(0, 4);
    prefectures.set(prefecture, (prefectures.get(prefecture) ?? 0) + 1);
  }
  return [...prefectures]
    .flatMap(([prefecture, n]) => [
      ...(n > 1 ? [prefecture] : []),
      ...counties.filter((code) => code.startsWith(prefecture)),
    ]);
}

// Round borders of up to four steps that end at or above `most`.
export function steps(most: number): number[] {
  if (most <= 0) {
    return [];
  }
  const raw = most / 4;
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = Math.max(1, [1, 2, 2.5, 5, 10].map((n) => n * size).find((n) => n >= raw)!);
  return [1, 2, 3, 4].map((n) => Math.ceil(n * step)).filter((n, i) => i === 0 || n - step < most);
}

// Which step a value belongs to: 0 for none, 1 for up to the first border.
export function stepOf(value: number, borders: readonly number[]): number {
  if (value <= 0) {
    return 0;
  }
  const at = borders.findIndex((border) => value <= border);
  return at === -1 ? borders.length : at + 1;
}
