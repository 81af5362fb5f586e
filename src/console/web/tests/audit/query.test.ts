// SPDX-License-Identifier: GPL-3.0-or-later
import { expect, test } from 'vitest';
import { askOf, caseOf, filterOf } from '../../src/pages/audit/query';

test('days are Beijing days, the last one whole', () => {
  const filter = filterOf(new URLSearchParams('actor=zhang&from=2026-02-28&until=2026-02-28'));
  expect(askOf(filter)).toEqual({
    actor: 'zhang', action: '', object: '',
    since: '2026-02-28T00:00:00+08:00', until: '2026-03-01T00:00:00+08:00',
  });
});

test('what is no day is not asked', () => {
  const ask = askOf(filterOf(new URLSearchParams('from=yesterday&until=2026-2-3')));
  expect([ask.since, ask.until]).toEqual(['', '']);
});

test.each([['case/12', '12'], ['case/12/file/3', '12'], ['account/4', null], ['person/P-1', null]])(
  '%s', (object, id) => expect(caseOf(object)).toBe(id),
);
