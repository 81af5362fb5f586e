// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeEach, describe, expect, it } from 'vitest';
import {
  dateTime, deadline, duration, fill, languageSetting, money, moneyShort, named, oddsOf, relative, rough,
} from '../src/core/i18n';
import * as names from '../src/core/names';
import {
  conditionNames, outcomes, severities, states, clocks,
} from '../src/core/api';

type Words = Record<string, readonly [string, string]>;
const texts = import.meta.glob<{ t: { words: Words } }>('../src/**/text.ts', { eager: true });

function placeholders(text: string): string[] {
  return [...new Set([...text.matchAll(/\{(\w+)/g)].map((match) => match[1]!))].sort();
}

const hasHan = (text: string) => /\p{Script=Han}/u.test(text);

describe('dictionaries', () => {
  const all: [string, Words][] = [
    ...Object.entries(texts).map(([path, module]): [string, Words] => [path, module.t.words]),
    ...Object.entries(names).map(([name, one]): [string, Words] => [name, one.words as Words]),
  ];

  it('are found', () => {
    expect(Object.keys(texts).length).toBeGreaterThan(8);
  });

  it.each(all)('%s has both languages, with the same values in them', (_, words) => {
    for (const [key, [zh, en]] of Object.entries(words)) {
      expect(zh.trim(), key).not.toBe('');
      expect(en.trim(), key).not.toBe('');
      expect(hasHan(en), `${key}: Chinese in the English text`).toBe(false);
      expect(placeholders(zh), key).toEqual(placeholders(en));
    }
  });

  it('name every word that the API may say', () => {
    const known = (words: Words, all: readonly string[]) =>
      expect(Object.keys(words)).toEqual(expect.arrayContaining([...all]));
    known(names.stateName.words, states);
    known(names.outcomeName.words, outcomes);
    known(names.severityName.words, severities);
    known(names.clockName.words, clocks);
    known(names.conditionName.words, conditionNames);
  });
});

describe('filling', () => {
  it('puts values in', () => {
    expect(fill('{a} of {b}', { a: 'x', b: 'y' })).toBe('x of y');
  });
  it('chooses the word by the number', () => {
    expect(fill('{n|case|cases}', { n: 1 })).toBe('case');
    expect(fill('{n|case|cases}', { n: 0 })).toBe('cases');
  });
  it('leaves what nobody gave', () => {
    expect(fill('{a}', {})).toBe('{a}');
  });
});

describe('in English', () => {
  beforeEach(() => {
    languageSetting.value = 'en';
  });
  it('writes money', () => {
    expect(money(123450)).toBe('¥1,234.50');
    expect(money(-5)).toBe('-¥0.05');
    expect(moneyShort(123450)).toBe('¥1,235');
    expect(moneyShort(2068400)).toBe('¥20.7k');
    expect(moneyShort(123_456_789_00)).toBe('¥123M');
    expect(moneyShort(99_960_000)).toBe('¥1M');
  });
  it('writes times in Beijing, wherever the machine stands', () => {
    expect(dateTime('2026-03-01T18:02:11+08:00')).toBe('2026-03-01 18:02');
    expect(dateTime('2026-03-01T18:02:11Z')).toBe('2026-03-02 02:02');
    expect(dateTime('2026-03-01T00:00:00+08:00')).toBe('2026-03-01 00:00');
  });
  it('writes spans', () => {
    const now = Date.parse('2026-03-10T12:00:00+08:00');
    expect(relative('2026-03-10T11:57:00+08:00', now)).toBe('3 min ago');
    expect(relative('2026-03-10T12:00:01+08:00', now)).toBe('now');
    expect(deadline('2026-03-12T13:00:00+08:00', now)).toBe('2d left');
    expect(deadline('2026-03-07T11:00:00+08:00', now)).toBe('3d late');
    expect(duration(59_999)).toBe('59s');
  });
  it('writes what is tiny or huge', () => {
    expect(rough(1.2e-11)).toBe('1.2×10⁻¹¹');
    expect(rough(8.3e8)).toBe('8.3×10⁸');
    expect(rough(41, 3)).toBe('41');
    expect(rough(0)).toBe('0');
    expect(rough(1e32, 1)).toBe('10³²');
    expect([0.5, 4.9e-5, 1.9e-8].map(oddsOf)).toEqual(['2', '20,000', '5×10⁷']);
  });
});

describe('in Chinese', () => {
  beforeEach(() => {
    languageSetting.value = 'zh-CN';
  });
  it('writes money', () => {
    expect(money(123450)).toBe('¥1,234.50');
    expect(moneyShort(2068400)).toBe('¥2.1万');
    expect(moneyShort(1_234_500_000_00)).toBe('¥12.3亿');
    expect(moneyShort(99900)).toBe('¥999');
  });
  it('writes spans', () => {
    const now = Date.parse('2026-03-10T12:00:00+08:00');
    expect(deadline('2026-03-12T13:00:00+08:00', now)).toBe('剩 2 天');
    expect(relative('2026-03-10T11:57:00+08:00', now)).toBe('3 分钟前');
  });
  it('shows an unknown word of the service as it came', () => {
    expect(named({ a: ['甲', 'A'] })('b')).toBe('b');
  });
});
