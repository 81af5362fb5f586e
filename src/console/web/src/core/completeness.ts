// SPDX-License-Identifier: GPL-3.0-or-later
// How complete the figures are: the service's counters as measures, each with the limits at which a
// person should watch it or act.
import { signal } from '@preact/signals';
import type { DataHealth, Time } from './api';

// The last day whose holidays are known; null: not told yet. Later days are counted by weekdays.
export const calendarUntil = signal<string | null>(null);

export type Tone = 'ok' | 'warn' | 'bad' | 'none';
export type MeasureKey =
  | 'feedLag' | 'ingestLag' | 'detectLag' | 'checkpointAge' | 'rejected' | 'late' | 'duplicates'
  | 'unevaluated' | 'unknownInstitutions' | 'unknownFields';

export interface Measure {
  key: MeasureKey;
  unit: 'share' | 'records' | 'seconds';
  value: number | null; // null: the service that counts it is not reached
  part: number | null; // of a share: so many of `whole`
  whole: number | null;
  warn: number;
  bad: number;
  tone: Tone;
}

export function toneOf(value: number | null, warn: number, bad: number): Tone {
  if (value === null) {
    return 'none';
  }
  return value >= bad ? 'bad' : value >= warn ? 'warn' : 'ok';
}

type Counters = Record<string, number> | null;

function amount(
  key: MeasureKey, unit: 'records' | 'seconds', value: number | null, warn: number, bad: number,
): Measure {
  return { key, unit, value, part: null, whole: null, warn, bad, tone: toneOf(value, warn, bad) };
}

// Nothing counted yet is a share of nothing, not a share of zero.
function share(
  key: MeasureKey, part: number | null, whole: number | null, warn: number, bad: number,
): Measure {
  const value = part === null || whole === null || whole <= 0 ? null : part / whole;
  return { key, unit: 'share', value, part, whole, warn, bad, tone: toneOf(value, warn, bad) };
}

function counter(service: Counters, name: string): number | null {
  return service?.[name] ?? null;
}

function sum(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}

export function measures(health: DataHealth): Measure[] {
  const of = (name: string) => counter(health.service, name);
  const read = of('events_read_total');
  return [
    amount('feedLag', 'records', health.feed.lag, 1000, 20_000),
    amount('ingestLag', 'seconds', of('ingest_lag_seconds'), 5, 60),
    amount('detectLag', 'seconds', of('detect_lag_seconds'), 5, 60),
    amount('checkpointAge', 'seconds', of('checkpoint_age_seconds'), 60, 300),
    share('rejected', of('events_rejected_total'), read, 0.001, 0.01),
    share('late', of('late_total'), read, 0.001, 0.01),
    share('duplicates', of('duplicates_total'), read, 0.01, 0.05),
    share(
      'unevaluated', of('not_evaluated_total'),
      sum(of('evaluated_total'), of('not_evaluated_total')), 0.1, 0.3,
    ),
    share('unknownInstitutions', of('unknown_institutions_total'), read, 0.001, 0.01),
    share('unknownFields', of('unknown_fields_total'), read, 0.001, 0.05),
  ];
}

export function measure(health: DataHealth, key: MeasureKey): Measure {
  return measures(health).find((one) => one.key === key)!;
}

const LATE_MS = 15 * 60_000;
const STALE_MS = 3_600_000;
// No sender is so late that nobody called: such data are history, played again.
const REPLAY_MS = 30 * 86_400_000;

export type WatermarkState = 'unknown' | 'live' | 'behind' | 'stale' | 'replay';

export function watermarkState(watermark: Time | null, now: Time): WatermarkState {
  if (watermark === null) {
    return 'unknown';
  }
  const age = new Date(now).getTime() - new Date(watermark).getTime();
  return age >= REPLAY_MS ? 'replay' : age >= STALE_MS ? 'stale' : age >= LATE_MS ? 'behind' : 'live';
}

export const watermarkTone: Record<WatermarkState, Tone> = {
  unknown: 'none', live: 'ok', behind: 'warn', stale: 'bad', replay: 'none',
};
