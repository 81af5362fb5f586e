// SPDX-License-Identifier: GPL-3.0-or-later
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { beforeEach, expect, test } from 'vitest';
import type { Case } from '../../src/core/api';
import { languageSetting } from '../../src/core/i18n';
import { Head } from '../../src/pages/case/head';
import { Proof } from '../../src/pages/case/report';

beforeEach(() => {
  languageSetting.value = 'en';
});

const control = {
  id: 88, origin: 'control', state: 'new', outcome: '', severity: 0, result_type: '', patterns: [], bodies: [],
  alerts: 0, withdrawn: 0, amount_fen: 0, probability: 0.05, urgency: 1, rank: 5, region: '210602',
  subject_kind: 'insured', subject: 'P-NHMWJ3ENSV05FVAA', subject_name: '', due: null, clock: 0, closed: null,
  extended: false, escalated: null, snoozed_until: null, lease_until: null, assignee_name: '',
} as unknown as Case;

test('of a control nothing is claimed, and nothing is there to replay', () => {
  const root = document.createElement('div');
  void act(() => render(<><Head one={control} /><Proof one={control} /></>, root));
  expect([...root.querySelectorAll('.badge')].map((one) => one.textContent)).toEqual(['New', 'Control sample']);
  expect([...root.querySelectorAll('dt')].map((one) => one.textContent))
    .toEqual(['Subject', 'Region', 'Rank', 'Legal clock', 'Assignee']);
  expect(root.querySelector('table')).toBeNull();
});
