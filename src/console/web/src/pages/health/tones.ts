// SPDX-License-Identifier: GPL-3.0-or-later
// How each line of the page stands; what is said of all of them is said of these, and of no others.
import type { DataHealth } from '../../core/api';
import { measures, watermarkState, watermarkTone, type Tone } from '../../core/completeness';

export function refusedTone(health: DataHealth): Tone {
  return health.feed.rejected > 0 ? 'warn' : 'ok';
}

export function calendarTone(health: DataHealth): Tone {
  return health.calendar.ends ? 'warn' : 'ok';
}

export function tonesOf(health: DataHealth): Tone[] {
  return [
    ...measures(health).map((one) => one.tone),
    watermarkTone[watermarkState(health.watermark, health.as_of)],
    health.feed.ok ? 'ok' : 'bad',
    refusedTone(health),
    calendarTone(health),
  ];
}
