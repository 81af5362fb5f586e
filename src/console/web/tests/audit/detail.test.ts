// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeEach, expect, test } from 'vitest';
import { languageSetting } from '../../src/core/i18n';
import { detailText } from '../../src/pages/audit/detail';

beforeEach(() => {
  languageSetting.value = 'en';
});

const change = {
  state: 'closed', outcome: 'confirmed', action: 1, conditions: 0, appeal: '', assignee: 0, until_ms: 0,
};

test('how a case stands afterwards is told in words', () => {
  expect(detailText(change)).toBe('Closed · Confirmed · A1 watch and count');
  expect(detailText({ ...change, state: 'assigned', outcome: '', action: 0, assignee: 3 }))
    .toBe('Assigned · assignee account/3');
  expect(detailText({ ...change, state: 'new', outcome: '', action: 0, until_ms: Date.parse('2026-12-03T01:00:00Z') }))
    .toBe('New · until 2026-12-03 09:00');
  languageSetting.value = 'zh-CN';
  expect(detailText(change)).toBe('已办结 · 确认违规 · A1 关注并计数');
});

test('what is not known is shown as it is', () => {
  expect(detailText(null)).toBe('');
  expect(detailText('moved')).toBe('moved');
  expect(detailText({ outcome: 'inconclusive' })).toBe('Inconclusive');
  expect(detailText({ other: 12 })).toBe('with case #12');
  expect(detailText({ rows: 3 })).toBe('{"rows":3}');
});
