// SPDX-License-Identifier: GPL-3.0-or-later
// Rows as the service sends them.
import type { AlertRow, CaseRow } from '../src/core/api';

export function caseRow(change: Partial<CaseRow> = {}): CaseRow {
  return {
    id: 1, version: 1, state: 'new', outcome: '', action: 0, region: '210102',
    subject_kind: 'institution', subject: 'P21010200017', subject_name: '', patterns: ['T09'],
    result_type: 'suspicious', severity: 2, alerts: 1, withdrawn: 0, amount_fen: 2_068_400,
    probability: 0.97, rank: 40_127, urgency: 2, clock: 0, due: '2026-03-20T00:00:00+08:00',
    opened: '2026-03-01T18:31:40+08:00', updated: '2026-03-01T18:31:40+08:00',
    news: '2026-03-01T18:31:40+08:00', escalated: null, assignee: null, assignee_name: '',
    lease_until: null, snoozed_until: null, extended: false, appeal: '', closed: null, worked: null,
    origin: 'alert', tags: [], ...change,
  };
}

export function alertRow(change: Partial<AlertRow> = {}): AlertRow {
  return {
    seq: 1, alert_id: 'A1', rev: 1, pattern: 'T09', version: 3, status: 'open', result_type: 'suspicious',
    severity: 2, score: 0.97, amount_fen: 2_068_400, region: '210102', subject_kind: 'institution',
    subject: 'P21010200017', start: '2026-03-01T18:02:11+08:00', end: '2026-03-01T18:31:40+08:00',
    events: 41, received: '2026-03-01T18:31:41+08:00', changed: '2026-03-01T18:31:41+08:00', case: 1,
    institution: 'P21010200017', subject_name: '', institution_name: '', ...change,
  };
}
