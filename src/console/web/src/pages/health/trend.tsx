// SPDX-License-Identifier: GPL-3.0-or-later
// The last readings of a measure as a small line; they live as long as the program's page.
export interface Reading {
  at: number;
  value: number;
}

const READINGS_MOST = 120; // ten minutes

const kept = new Map<string, Reading[]>();

// One reading more; the same moment is kept once.
export function keep(key: string, at: number, value: number | null): readonly Reading[] {
  const readings = kept.get(key) ?? [];
  if (value !== null && (readings.at(-1)?.at ?? -1) < at) {
    readings.push({ at, value });
    readings.splice(0, readings.length - READINGS_MOST);
    kept.set(key, readings);
  }
  return readings;
}

// How fast a counter grows, over the last minute or what is known of it; null: not yet known.
// A counter that fell began anew with its process.
export function ratePerSecond(readings: readonly Reading[]): number | null {
  const last = readings.at(-1);
  const first = readings.find((one) => last !== undefined && last.at - one.at <= 60_000);
  if (last === undefined || first === undefined || last.at === first.at || last.value < first.value) {
    return null;
  }
  return ((last.value - first.value) * 1000) / (last.at - first.at);
}

export function pointsOf(
  readings: readonly Reading[], width: number, height: number,
): string {
  const [low, high] = rangeOf(readings);
  const first = readings[0]?.at ?? 0;
  const span = Math.max(1, (readings.at(-1)?.at ?? 0) - first);
  return readings
    .map(({ at, value }) => {
      const x = ((at - first) / span) * width;
      const y = high === low ? height / 2 : height - ((value - low) / (high - low)) * height;
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
}

export function rangeOf(readings: readonly Reading[]): [low: number, high: number] {
  const values = readings.map((one) => one.value);
  return values.length === 0 ? [0, 0] : [Math.min(...values), Math.max(...values)];
}

const WIDTH = 120;
const HEIGHT = 16;

export function Trend({ readings, label }: { readings: readonly Reading[]; label: string }) {
  return (
    <svg class="trend" width={WIDTH} height={HEIGHT + 4} role="img" aria-label={label}>
      <g transform="translate(0 2)">
        {readings.length > 1 && (
          <polyline points={pointsOf(readings, WIDTH - 1, HEIGHT)} fill="none" />
        )}
      </g>
    </svg>
  );
}
