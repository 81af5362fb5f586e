// SPDX-License-Identifier: GPL-3.0-or-later
// Two languages, and how numbers, money and time read in each. A page keeps its words in its own
// text.ts: `export const t = dictionary({ title: ['队列', 'Queue'] })`, then `t('title')`.
import { computed, effect } from '@preact/signals';
import type { Fen, Language, Time } from './api';
import { setting } from './settings';

type Words = Record<string, readonly [zh: string, en: string]>;
type Values = Record<string, string | number>;

export const languageSetting = setting('language', 'auto', ['auto', 'zh-CN', 'en']);

export const language = computed<Language>(() => {
  if (languageSetting.value !== 'auto') {
    return languageSetting.value as Language;
  }
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
});

effect(() => {
  document.documentElement.lang = language.value;
});

function isChinese(): boolean {
  return language.value === 'zh-CN';
}

// {name} is replaced; {name|one|other} picks a word by the number.
export function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (_, name, one, other) => {
    const value = values[name as string];
    if (one !== undefined) {
      return Number(value) === 1 ? one : other;
    }
    return typeof value === 'number' ? count(value) : (value ?? `{${name}}`);
  });
}

// Reading a text inside a component makes it follow the language. `words`: for the checks.
export function dictionary<W extends Words>(words: W) {
  const t = (key: keyof W & string, values: Values = {}): string =>
    fill((words[key] as readonly [string, string])[isChinese() ? 0 : 1], values);
  return Object.assign(t, { words });
}

// For words that the service may extend: what is not known is shown as it came.
export function named<W extends Words>(words: W) {
  const t = (key: string): string => words[key]?.[isChinese() ? 0 : 1] ?? key;
  return Object.assign(t, { words });
}

const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = language.value + JSON.stringify(options);
  const known = formats.get(key) ?? new Intl.NumberFormat(language.value, options);
  formats.set(key, known);
  return known as Intl.NumberFormat;
}

export function count(value: number): string {
  return numberFormat({ maximumFractionDigits: 0 }).format(value);
}

export function decimal(value: number, digits = 2): string {
  return numberFormat({ maximumFractionDigits: digits }).format(value);
}

const SUPERSCRIPTS: Record<string, string> = {
  '-': '⁻', '0': '⁰', '1': '¹', '2': '²', '3': '³', '4': '⁴', '5': '⁵', '6': '⁶', '7': '⁷', '8': '⁸', '9': '⁹',
};

// Does rough() write it with a power of ten?
export function isTinyOrHuge(value: number): boolean {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e6);
}

// Few significant digits, for what may be tiny or huge: p-values, odds, rates. 0.41, 1.2×10⁻¹¹.
export function rough(value: number, digits = 2): string {
  if (!isTinyOrHuge(value)) {
    return numberFormat({ maximumSignificantDigits: digits }).format(value);
  }
  const [digit, power] = value.toExponential(digits - 1).split('e') as [string, string];
  const ten = `10${[...power].map((one) => SUPERSCRIPTS[one] ?? '').join('')}`;
  return digit === '1' ? ten : `${digit}×${ten}`;
}

// How many tries one of this chance takes: 20,000, 5×10⁷.
export function oddsOf(chance: number): string {
  const odds = 1 / chance;
  return odds < 1e6 ? count(Number(odds.toPrecision(2))) : rough(odds, 1);
}

export function percent(share: number, digits = 0): string {
  return numberFormat({ style: 'percent', maximumFractionDigits: digits }).format(share);
}

export function money(fen: Fen): string {
  const yuan = numberFormat({ minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return `${fen < 0 ? '-' : ''}¥${yuan.format(Math.abs(fen) / 100)}`;
}

// For cells and figures: whole yuan, and 万 and 亿 (k and M) when large.
export function moneyShort(fen: Fen): string {
  const yuan = Math.abs(fen) / 100;
  const sign = fen < 0 ? '-' : '';
  const [unit, word] = isChinese()
    ? yuan >= 1e8 ? [1e8, '亿'] : yuan >= 1e4 ? [1e4, '万'] : [1, '']
    : yuan >= 999_500 ? [1e6, 'M'] : yuan >= 1e4 ? [1e3, 'k'] : [1, ''];
  const shown = yuan / (unit as number);
  return `${sign}¥${decimal(shown, unit === 1 || shown >= 100 ? 0 : 1)}${word}`;
}

const shanghai: Intl.DateTimeFormatOptions = { timeZone: 'Asia/Shanghai', hourCycle: 'h23' };

function parts(time: Time | number): Record<string, string> {
  const format = (formats.get('parts') ??
    new Intl.DateTimeFormat('en-GB', {
      ...shanghai, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit',
      minute: '2-digit', second: '2-digit',
    })) as Intl.DateTimeFormat;
  formats.set('parts', format);
  return Object.fromEntries(format.formatToParts(new Date(time)).map((p) => [p.type, p.value]));
}

// Always Beijing time, whatever the machine's clock says: the law counts in it.
export function dateTime(time: Time | number): string {
  const p = parts(time);
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}`;
}

export function dateTimeSeconds(time: Time | number): string {
  return `${dateTime(time)}:${parts(time).second}`;
}

export function date(time: Time | number): string {
  return dateTime(time).slice(0, 10);
}

export function clockTime(time: Time | number): string {
  const p = parts(time);
  return `${p.hour}:${p.minute}:${p.second}`;
}

const units: [ms: number, zh: string, en: string][] = [
  [86_400_000, '天', 'd'],
  [3_600_000, '小时', 'h'],
  [60_000, '分钟', 'min'],
  [1000, '秒', 's'],
];

// One unit, rounded down: 2d, 3小时.
export function duration(ms: number): string {
  const size = Math.abs(ms);
  const [unit, zh, en] = units.find(([each]) => size >= each) ?? units[3]!;
  const n = count(Math.floor(size / unit));
  return isChinese() ? `${n} ${zh}` : en === 'min' ? `${n} min` : `${n}${en}`;
}

const spoken = dictionary({
  now: ['刚刚', 'now'],
  ago: ['{time}前', '{time} ago'],
  in: ['{time}后', 'in {time}'],
  left: ['剩 {time}', '{time} left'],
  late: ['超期 {time}', '{time} late'],
});

export function relative(time: Time | number, now = Date.now()): string {
  const ms = new Date(time).getTime() - now;
  if (Math.abs(ms) < 5000) {
    return spoken('now');
  }
  return spoken(ms < 0 ? 'ago' : 'in', { time: duration(ms) });
}

// A legal clock: "2d left", "3d late".
export function deadline(due: Time, now = Date.now()): string {
  const ms = new Date(due).getTime() - now;
  return spoken(ms < 0 ? 'late' : 'left', { time: duration(ms) });
}
