// SPDX-License-Identifier: GPL-3.0-or-later
import { expect, it } from 'vitest';
import type { Pattern } from '../src/core/api';
import { patternsWith } from '../src/search';

const pattern = (id: string, zh: string, en: string, name = '') =>
  ({ id, name, titles: { 'zh-CN': zh, en } }) as Pattern;
const all = [
  pattern('R1', '共济人不是在保职工', 'Giver of shared money is not an insured employee'),
  pattern('R16', '无法定理由支取', 'Withdrawal without a lawful ground'),
  pattern('T01', '时空不可能就诊', 'One card in two places that cannot both be true', 'impossible_travel'),
];
const found = (text: string) => patternsWith(text, all).map((one) => one.id);

it('finds patterns by words of either language, and by the beginning of the id', () => {
  expect(found('withdrawal')).toEqual(['R16']);
  expect(found('ground LAWFUL')).toEqual(['R16']);
  expect(found('支取')).toEqual(['R16']);
  expect(found('r1')).toEqual(['R1', 'R16']);
  expect(found('t01')).toEqual(['T01']);
  expect(found('impossible')).toEqual(['T01']);
  expect(found('1')).toEqual([]);
  expect(found('withdrawal card')).toEqual([]);
});
