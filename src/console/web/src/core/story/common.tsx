// SPDX-License-Identifier: GPL-3.0-or-later
// What every drawing of the story shares.
import type { ComponentChildren } from 'preact';
import { createContext } from 'preact';
import { useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Exhibit, Purpose } from '../api';
import { date, dateTime, dateTimeSeconds, clockTime, language, money, percent } from '../i18n';
import { colour, theme } from '../theme';
import { Button } from '../ui';
import type { EChartsCoreOption } from '../ui/chart';
import { t as ui } from '../ui/text';
import { moneyOf, isTakenBack, type StoryEvent } from './model';
import { credentialName, eventName, t } from './text';

export interface StoryContext {
  nameOf: (id: string) => string; // of institutions and people as far as known, else the id
  open: (event: StoryEvent) => void;
  purpose: Purpose;
}

export const Context = createContext<StoryContext>({
  nameOf: (id) => id,
  open: () => undefined,
  purpose: 'verification',
});

// One drawing: what it is, the sentence that it shows, the drawing.
export function Section({ title, says, aside, children }: {
  title: ComponentChildren;
  says?: ComponentChildren;
  aside?: ComponentChildren;
  children: ComponentChildren;
}) {
  const id = useId();
  return (
    <section class="panel story-section" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        <span class="grow" />
        {aside}
      </header>
      <div class="body">
        {says !== undefined && <p class="says">{says}</p>}
        {children}
      </div>
    </section>
  );
}

// A chart's option is made anew only for other data, another language or another theme.
export function useOption(make: () => EChartsCoreOption, data: readonly unknown[]): EChartsCoreOption {
  // eslint-disable-next-line react-hooks/exhaustive-deps -- `make` reads nothing else
  return useMemo(make, [...data, language.value, theme.value]);
}

const BEIJING_MS = 8 * 3_600_000;

// Axes of time are drawn with useUTC: this makes them Beijing's.
export function onAxis(ms: number): number {
  return ms + BEIJING_MS;
}

export function gridLine() {
  return { show: true, lineStyle: { color: colour('border') } };
}

// One day: hours; else days and hours.
export function timeAxis() {
  return {
    type: 'time' as const,
    splitLine: gridLine(),
    axisLabel: {
      hideOverlap: true,
      minMargin: 16, // two that touch read as one
      formatter: {
        year: '{yyyy}', month: '{MM}-{dd}', day: '{MM}-{dd}', hour: '{HH}:{mm}',
        minute: '{HH}:{mm}', second: '{HH}:{mm}:{ss}', millisecond: '{HH}:{mm}:{ss}', none: '',
      },
    },
  };
}

// "2026-03-19 12:40–14:00", or both days in full.
export function span(from: number, to: number): { from: string; to: string } {
  return {
    from: dateTime(from),
    to: date(from) === date(to) ? clockTime(to).slice(0, 5) : dateTime(to),
  };
}

// Two units: 39 min, 1 h 5 min, 2 d 3 h. Distances are judged by it, so it does not round up.
export function exactDuration(ms: number): string {
  const zh = language.value === 'zh-CN';
  const units: [number, string][] = [
    [86_400_000, zh ? '天' : 'd'], [3_600_000, zh ? '小时' : 'h'],
    [60_000, zh ? '分' : 'min'], [1000, zh ? '秒' : 's'],
  ];
  const at = Math.max(0, units.findIndex(([unit]) => ms >= unit));
  const first = ms < 1000 ? 3 : at;
  const [unit, name] = units[first]!;
  const whole = Math.floor(ms / unit);
  const next = units[first + 1];
  const rest = next === undefined ? 0 : Math.floor((ms - whole * unit) / next[0]);
  return `${whole} ${name}${rest > 0 ? ` ${rest} ${next![1]}` : ''}`;
}

export function yuan(fen: number): number {
  return fen / 100;
}

// Tooltips are made of nodes: what an event holds is never read as HTML.
export function tip(lines: readonly (string | null)[], heading?: string): HTMLElement {
  const box = document.createElement('div');
  if (heading !== undefined) {
    const strong = document.createElement('strong');
    strong.textContent = heading;
    box.append(strong);
  }
  for (const line of lines) {
    if (line !== null) {
      const row = document.createElement('div');
      row.textContent = line;
      box.append(row);
    }
  }
  return box;
}

export function eventLines(exhibit: Exhibit, nameOf: (id: string) => string): (string | null)[] {
  const line = (name: string, value: string | undefined) =>
    value === undefined || value === '' ? null : `${name}  ${value}`;
  return [
    line(t('person'), exhibit.insured),
    line(t('institution'), exhibit.institution && nameOf(exhibit.institution)),
    line(t('operator'), exhibit.operator),
    line(t('credential'), exhibit.credential && credentialName(exhibit.credential)),
    line(t('amount'), moneyOf(exhibit) > 0 ? money(moneyOf(exhibit)) : undefined),
    line(t('balanceAfter'), exhibit.balance_fen === undefined ? undefined : money(exhibit.balance_fen)),
    line(t('weight'), exhibit.weight === undefined ? undefined : percent(exhibit.weight, 1)),
    line(t('settledAt'), exhibit.settled_at && dateTimeSeconds(exhibit.settled_at)),
    isTakenBack(exhibit) ? t('takenBack') : null,
  ];
}

export function eventTip(event: StoryEvent, nameOf: (id: string) => string): HTMLElement {
  return tip(
    [...eventLines(event.exhibit, nameOf), `— ${t('openHint')}`],
    `${dateTimeSeconds(event.at)}  ${eventName(event.exhibit.event)}`,
  );
}

// Area by money, so that ten times the money looks like ten times as much.
export function markSize(fen: number, most: number, crowd: number): number {
  const range = crowd > 40 ? 8 : 14;
  return most <= 0 ? 9 : 6 + range * Math.sqrt(Math.max(0, fen) / most);
}

// For drawings that are not charts: the drawing, or the same as rows.
export function Figure({ table, children }: { table: ComponentChildren; children: ComponentChildren }) {
  const [asTable, setAsTable] = useState(false);
  return (
    <div class="chart">
      {asTable ? table : children}
      <div class="no-print">
        <Button kind="plain" onClick={() => setAsTable(!asTable)}>
          {ui(asTable ? 'showChart' : 'showTable')}
        </Button>
      </div>
    </div>
  );
}

// The width that an element has, so that what is drawn in it keeps its text readable.
export function useWidth(first: number): [{ current: HTMLDivElement | null }, number] {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(first);
  useLayoutEffect(() => {
    const measure = () => box.current !== null && setWidth(Math.max(280, box.current.clientWidth));
    measure();
    const sizes = new ResizeObserver(measure);
    if (box.current !== null) {
      sizes.observe(box.current);
    }
    return () => sizes.disconnect();
  }, []);
  return [box, width];
}

// A click on what stands for an event opens it.
export function opens(open: (event: StoryEvent) => void): (params: { data: unknown }) => void {
  return (params) => {
    const { event } = params.data as { event?: StoryEvent };
    if (event !== undefined) {
      open(event);
    }
  };
}
