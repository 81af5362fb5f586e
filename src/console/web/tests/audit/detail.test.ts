// SPDX-License-Identifier: GPL-3.0-or-later
import { beforeEach, expect, test } from 'vitest';
import { languageSetting } from '../../src/core/i18n';
import { accountNames, detailText, objectText } from '../../src/pages/audit/detail';
import type { AuditRecord } from '../../src/core/api';

beforeEach(() => {
  languageSetting.value = 'en';
});

const names = new Map([['3', 'approver']]);

const change = {
  state: 'closed', outcome: 'confirmed', action: 1, conditions: 0, appeal: '', assignee: 0, until_ms: 0,
};

test('how a case stands afterwards is told in words', () => {
  expect(detailText(change, names)).toBe('Closed · Confirmed · A1 watch and count');
  expect(detailText({ ...change, state: 'assigned', outcome: '', action: 0, assignee: 3 }, names))
    .toBe('Assigned · assignee approver');
  expect(detailText({ ...change, state: 'new', outcome: '', action: 0, until_ms: Date.parse('2026-12-03T01:00:00Z') }, names))
    .toBe('New · until 2026-12-03 09:00');
  languageSetting.value = 'zh-CN';
  expect(detailText(change, names)).toBe('已办结 · 确认违规 · A1 关注并计数');
});

test('each member of a record is told in words', () => {
  expect(detailText({ outcome: 'inconclusive' }, names)).toBe('Inconclusive');
  expect(detailText({ other: 12 }, names)).toBe('with case #12');
  expect(detailText({ rows: 3 }, names)).toBe('3 rows');
  expect(detailText({ reason: 'to ask them', case: 7, request: 2 }, names))
    .toBe('for case #7 · request 2 · to ask them');
  expect(detailText({ exhibit: 0, topic: 'claims.settlements', partition: 1, offset: 88 }, names))
    .toBe('event 1 of the alert · claims.settlements · partition 1 · offset 88');
  expect(detailText({ file: 4, sha256: 'ab', size: 1024 }, names)).toBe('file 4 · 1,024 bytes');
});

test('what is not known is shown as it is', () => {
  expect(detailText(null, names)).toBe('');
  expect(detailText('moved', names)).toBe('moved');
  expect(detailText({ rows: 3, moved: 1 }, names)).toBe('{"rows":3,"moved":1}');
  expect(objectText('moon/3', names)).toBe('moon/3');
  expect(objectText('elsewhere', names)).toBe('elsewhere');
});

test('objects are called by their names', () => {
  expect(objectText('account/3', names)).toBe('Account approver');
  expect(objectText('account/9', names)).toBe('Account 9');
  expect(objectText('case/12/3', names)).toBe('Case 12/3');
  expect(objectText('person/P-7Q', names)).toBe('Person P-7Q');
  expect(objectText('table/cases', names)).toBe('List of cases');
});

test('who signs in names their account, closed or not', () => {
  const record = (action: string, actor: string, object: string) =>
    ({ seq: 1, at: '', actor, action, object, purpose: '', detail: null, hash: '' }) as AuditRecord;
  const known = accountNames([{ id: 1, name: 'analyst', roles: [] }], [
    record('session.begin', 'gone', 'account/8'), record('account.add', 'operator', 'account/5'),
  ]);
  expect([...known]).toEqual([['8', 'gone'], ['1', 'analyst']]);
});
