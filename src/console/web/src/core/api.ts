// SPDX-License-Identifier: GPL-3.0-or-later
// The service's API as this side sees it: its types, and the only place that talks to it.
import { signal } from '@preact/signals';
import { withAlerts } from './alert';

export type Time = string; // RFC 3339
export type Fen = number;
export type Language = 'zh-CN' | 'en';
export type Localised = Record<Language, string>;

export type Permission =
  | 'read' | 'stream' | 'work' | 'approve' | 'read_record' | 'unmask' | 'read_audit' | 'export'
  | 'administer';
export type Role = 'analyst' | 'investigator' | 'approver' | 'auditor' | 'admin' | 'feed';
export type Purpose = 'verification' | 'approval' | 'audit' | 'appeal' | 'support';

export const severities = ['low', 'medium', 'high', 'critical'] as const;
export const clocks = ['ok', 'soon', 'breached'] as const;
export type SeverityName = (typeof severities)[number];
export type ClockName = (typeof clocks)[number];
export type Severity = 0 | 1 | 2 | 3;
export type Clock = 0 | 1 | 2;

export const states = [
  'new', 'assigned', 'investigating', 'proposed', 'returned', 'approved', 'closed', 'appealed',
] as const;
export type State = (typeof states)[number];
export const outcomes = ['confirmed', 'false_positive', 'inconclusive', 'right_to_ask'] as const;
export type Outcome = (typeof outcomes)[number];
export type ResultType = 'conclusive' | 'suspicious';
export type AlertStatus = 'open' | 'closed' | 'withdrawn';
export type SubjectKind =
  | 'insured' | 'institution' | 'operator' | 'device' | 'doctor' | 'giver' | 'proxy' | 'trace'
  | 'group' | 'region';
export type Action = 0 | 1 | 2 | 3 | 4 | 5 | 6;
export const conditionNames = [
  'art30_suspected', 'art30_refused', 'art41_established', 'art31_heard', 'care_secured',
] as const;
export type Condition = (typeof conditionNames)[number];
export type Verb =
  | 'assign' | 'start' | 'release' | 'propose' | 'approve' | 'return' | 'close' | 'appeal'
  | 'rereview' | 'snooze' | 'unsnooze' | 'extend' | 'note' | 'tag' | 'file' | 'link' | 'undo';

export interface Page<T> {
  items: T[];
  next: string | null;
  as_of: Time;
}

export interface About {
  version: string;
  oidc: boolean;
  demo: { name: string; password: string; roles: Role[] }[];
}

export interface Session {
  id: number;
  name: string;
  roles: Role[];
  may: Permission[];
  regions: string;
  csrf: string;
}

export interface AlertRow {
  seq: number;
  alert_id: string;
  rev: number;
  pattern: string;
  version: number;
  status: AlertStatus;
  result_type: ResultType;
  severity: Severity;
  score: number;
  amount_fen: Fen;
  region: string;
  subject_kind: SubjectKind;
  subject: string;
  start: Time;
  end: Time;
  events: number;
  received: Time;
  changed: Time;
  case: number;
  institution: string; // '' where it is known of none, or of several
  subject_name: string; // of institutions, as far as known
  institution_name: string;
}

export interface CaseRow {
  id: number;
  version: number;
  state: State;
  outcome: Outcome | '';
  action: Action;
  region: string;
  subject_kind: SubjectKind;
  subject: string;
  subject_name: string;
  patterns: string[];
  result_type: ResultType;
  severity: Severity;
  alerts: number;
  withdrawn: number;
  amount_fen: Fen;
  probability: number;
  rank: number;
  urgency: number;
  clock: Clock;
  due: Time | null;
  opened: Time;
  updated: Time;
  news: Time | null;
  escalated: Time | null;
  assignee: number | null;
  assignee_name: string;
  lease_until: Time | null;
  snoozed_until: Time | null;
  extended: boolean;
  appeal: '' | 'upheld' | 'reversed';
  closed: Time | null;
  worked: Time | null;
  origin: 'alert' | 'control';
  tags: string[];
}

export interface Source {
  topic: string;
  partition: number;
  offset: number;
}

// One event of an alert; a field that is not known is left out.
export interface Exhibit {
  msgid: string;
  at: Time;
  event: string;
  settled_at?: Time; // of a reversal: when what it takes back was settled
  insured?: string;
  institution?: string;
  operator?: string;
  device?: string;
  doctor?: string;
  place?: { admdvs?: string; lat?: number; lon?: number };
  credential?: string;
  amount_fen?: Fen;
  account_fen?: Fen;
  mulaid_fen?: Fen; // of a giver's account
  fund_fen?: Fen;
  balance_fen?: Fen; // after it
  reversed?: boolean;
  weight?: number;
  n?: number; // its number in the alert, when some could not be read
  source?: Source;
}

export interface Evidence {
  measure: string;
  observed: number;
  expected: number | null;
  unit?: string;
  p_value: number | null;
  e_value: number | null;
  baseline?: { segment: string; subjects: number };
}

// The group that a row of evidence is held against: how many of it reach which value.
export interface Group {
  measure: string;
  window_s: number; // 0: a calendar month
  by: string[];
  family: 'polya' | 'log_normal' | 'quantiles';
  scale: 'value' | 'ratio' | 'score'; // of x; a score is -ln of a chance under the own pace
  counts: boolean; // x are whole numbers
  segment: string;
  subjects: number;
  mark: number | null; // where the row lies
  chance: number | null; // that one of the group reaches it
  points: [x: number, chance: number][];
}

// One for each row of the alert's evidence.
export interface Expected {
  items: (Group | null)[];
  pack: { name: string; version: string; sha256: string } | null;
}

// The alert of the contract, people as pseudonyms. `current`: its newest revision, in a case.
export interface Alert {
  alert_id: string;
  rev: number;
  status: AlertStatus;
  pattern: { id: string; name: string; version: number };
  result_type: ResultType;
  severity: SeverityName;
  action: string[];
  region: string;
  subject: { kind: SubjectKind; id: string };
  involved: { kind: SubjectKind; id: string; role: string }[];
  window: { start: Time; end: Time };
  event_ids: string[];
  event_count: number;
  exhibits: Exhibit[];
  evidence: Evidence[];
  score: number;
  e_value: number | null;
  amount_fen: Fen;
  legal: string[];
  explanation: Localised;
  counterfactual: Localised;
  pack: { name: string; version: string; sha256: string };
  received: Time;
  current?: boolean;
  case?: number | null;
  place?: Source;
}

export interface Party {
  kind: string;
  ref: string;
  is_subject: boolean;
  roles: string[];
  start: Time | null;
  end: Time | null;
  name: string;
  other_cases: number;
}

export interface HistoryItem {
  id: number;
  at: Time;
  actor: string;
  what: string;
  text: string;
  detail: unknown;
}

export interface CaseFile {
  id: number;
  name: string;
  sha256: string;
  size: number;
  at: Time;
  actor: string;
}

export interface CaseLink {
  id: number;
  reason: string;
  state: State;
  outcome: Outcome | '';
  patterns: string[];
}

export interface Case extends CaseRow {
  parties: Party[];
  history: HistoryItem[];
  files: CaseFile[];
  links: CaseLink[];
  bodies: Alert[];
  bodies_left: number; // alerts that are not among them
  allowed: Verb[];
  conditions: Condition[];
  control: { topic: string; partition: number; offset: number; at: Time; institution: string } | null;
  proposer: number | null;
  as_of: Time;
  undo_until: Time | null;
}

export interface Change {
  id: number;
  mark: string; // the number, and which change of that number
  kind: 'alert' | 'case' | 'reset'; // reset: what happened before it is not told
  what: string;
  object: string;
  case: number; // 0: none
  at: Time;
  alert?: AlertRow;
  row?: CaseRow;
}

export interface RecordReading {
  record: Record<string, unknown>;
  source: Source;
  reading: number; // the number of this reading in the audit
}

export interface Overview {
  as_of: Time;
  days: number;
  newest_day: string | null;
  by_day: {
    day: string;
    pattern: string;
    result_type: ResultType;
    alerts: number;
    amount_fen: Fen;
  }[];
  by_region: { region: string; alerts: number; amount_fen: Fen }[];
  institutions: {
    institution: string;
    name: string;
    region: string;
    lat: number | null;
    lon: number | null;
    alerts: number;
    amount_fen: Fen;
  }[];
  cases: { state: State; outcome: Outcome | ''; cases: number; amount_fen: Fen }[];
  clocks: { clock: Clock; cases: number }[];
  escalated: { cases: number }[];
  due_soon: CaseRow[];
  worse: {
    pattern: string;
    today: number;
    before: number;
    amount_today: Fen;
    amount_before: Fen;
  }[];
}

export interface Pattern {
  id: string;
  name: string;
  version: number;
  titles: Localised;
  subject: SubjectKind;
  result_type: ResultType;
  severity: Severity;
  shadow: boolean;
  false_alarms: string;
  false_alarms_per_month: number | null;
  legal: string[];
  actions: string[];
  evidence: {
    key: string;
    measure: string;
    family: string;
    window_s: number;
    independent: boolean;
    by: string[];
  }[];
  counts: {
    opened: number;
    revised: number;
    closed: number;
    withdrawn: number;
    shadow: number;
    suppressed_late: number;
  } | null;
  cost: { evaluated: number; per_event_us: number } | null;
  realised: {
    refuted: number;
    subject_months: number;
    rate: number;
    low: number;
    high: number;
  } | null;
  history: { version: number; pack: string; first: Time; last: Time; alerts: number }[];
}

export interface Patterns {
  pack: { name: string; version: string; sha256: string };
  items: Pattern[];
}

export interface Verdicts {
  items: {
    key: string;
    confirmed: number;
    refuted: number;
    inconclusive: number;
    right_to_ask: number;
    precision: number | null;
    low: number;
    high: number;
  }[];
  second_looks: { first: Outcome; second: Outcome; cases: number }[];
  agreement: { cases: number; same: number; share: number | null; kappa: number | null };
  control: {
    drawn: number;
    closed: number;
    confirmed: number;
    refuted: number;
    low: number;
    high: number;
  };
  as_of: Time;
}

export interface DataHealth {
  as_of: Time;
  feed: {
    lag: number | null; // null: nobody knows
    fed_at: Time | null;
    taken: number;
    rejected: number;
    ok: boolean;
    trouble: 'store' | 'broker' | 'feed' | null; // what does not answer, or has given up
  };
  watermark: Time | null;
  service: Record<string, number> | null;
  rejects: Record<string, number>;
  calendar: { until: string | null; ends: boolean }; // working days; ends: soon, or it has
}

export interface Reject {
  at: Time;
  reason: string;
  detail: string;
  source: Source;
  size: number;
  sample: string;
}

export interface AuditRecord {
  seq: number;
  at: Time;
  actor: string;
  action: string;
  object: string;
  purpose: string;
  detail: unknown;
  hash: string;
}

export interface AuditReport {
  intact: boolean;
  checked: number;
  first_bad: number | null;
  what: string | null;
  head: string;
}

export interface Review {
  case: number;
  asked: Time;
  patterns: string[];
  region: string;
  amount_fen: Fen;
  severity: Severity;
}

export interface ReviewCase {
  case: number;
  bodies: Alert[];
  bodies_left: number; // alerts that are not among them
  parties: Party[];
  control: Case['control'];
  as_of: Time;
}

export interface SavedFilter {
  id: number;
  name: string;
  query: string;
}

export interface Colleague {
  id: number;
  name: string;
  roles: Role[];
}

export interface BulkResult {
  id: number;
  ok: boolean;
  code?: string;
  message?: string;
}

export interface UnmaskRequest {
  id: number;
  asked_by: string;
  mine: boolean;
  people: number;
  reason: string;
  asked: Time;
  state: 'waiting' | 'granted' | 'refused' | 'expired';
}

export interface Unmasked {
  people: { pseudonym: string; id: string }[];
}

export interface User {
  id: number;
  name: string;
  roles: Role[];
  regions: string[];
  active: boolean;
  created: Time;
  rests_until: Time | null;
}

export interface Token {
  id: number;
  account: number;
  name: string;
  label: string;
  created: Time;
  seen: Time | null;
  expires: Time;
}

export interface Webhook {
  id: number;
  url: string;
  events: ('alert' | 'case')[];
  region: string;
  active: boolean;
  created: Time;
  last_ok: Time | null;
  last_error: string | null;
  failures: number;
}

export interface Delivery {
  id: number;
  change: number | null; // none: a test
  at: Time | null;
  tries: number;
  state: string;
  status: number | null;
  error: string;
  next: Time | null;
}

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface Ask {
  query?: Query;
  purpose?: Purpose;
  signal?: AbortSignal;
}

// status 0: no answer came.
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field = '',
    readonly requestId = '',
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

const root = '/api/v1';

export const session = signal<Session | null>(null);
export const about = signal<About | null>(null);

export function may(permission: Permission): boolean {
  return session.value?.may.includes(permission) ?? false;
}

// The address of a call, for links that the browser itself follows (CSV, evidence pack, files).
export function address(path: string, query: Query = {}): string {
  const all = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') {
      all.set(name, String(value));
    }
  }
  const text = all.toString();
  return root + path + (text === '' ? '' : `?${text}`);
}

async function failure(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const error = (body as { error?: Record<string, unknown> } | null)?.error;
  const text = (name: string) => (typeof error?.[name] === 'string' ? error[name] : '');
  return new ApiError(
    response.status,
    text('code') || 'internal',
    text('message') || response.statusText,
    text('field'),
    text('request_id'),
  );
}

async function call<T>(
  method: string,
  path: string,
  ask: Ask,
  body?: BodyInit,
  key?: string,
): Promise<T> {
  const headers: Record<string, string> = {};
  if (key !== undefined) {
    headers['Idempotency-Key'] = key;
  }
  if (ask.purpose !== undefined) {
    headers['X-Purpose'] = ask.purpose;
  }
  if (method !== 'GET') {
    headers['X-CSRF-Token'] = session.value?.csrf ?? '';
  }
  if (body !== undefined) {
    headers['Content-Type'] =
      typeof body === 'string' ? 'application/json' : 'application/octet-stream';
  }
  let response: Response;
  try {
    response = await fetch(address(path, ask.query), {
      method,
      headers,
      body,
      signal: ask.signal,
      credentials: 'same-origin',
    });
  } catch (error) {
    if (ask.signal?.aborted) {
      throw error;
    }
    throw new ApiError(0, 'unreachable', 'no answer from the service');
  }
  if (!response.ok) {
    const error = await failure(response);
    if (error.status === 401 && !path.startsWith('/session')) {
      session.value = null;
    }
    throw error;
  }
  return withAlerts(await response.json()) as T;
}

export function get<T>(path: string, ask: Ask = {}): Promise<T> {
  return call<T>('GET', path, ask);
}

// When no answer comes it asks once more under the same key: the write happens once.
export async function post<T>(path: string, body: object = {}, ask: Ask = {}): Promise<T> {
  const key = crypto.randomUUID();
  const send = () => call<T>('POST', path, ask, JSON.stringify(body), key);
  try {
    return await send();
  } catch (error) {
    if (error instanceof ApiError && error.status === 0) {
      return send();
    }
    throw error;
  }
}

// For what is told once and not kept (secrets, tokens): the service takes no key, so nothing is
// asked twice.
export function postOnce<T>(path: string, body: object = {}, ask: Ask = {}): Promise<T> {
  return call<T>('POST', path, ask, JSON.stringify(body));
}

export function postFile<T>(path: string, file: Blob, ask: Ask = {}): Promise<T> {
  return call<T>('POST', path, ask, file);
}

export function del<T>(path: string, ask: Ask = {}): Promise<T> {
  return call<T>('DELETE', path, ask);
}

export async function signIn(name: string, password: string): Promise<Session> {
  const made = await postOnce<Session>('/session', { name, password });
  session.value = made;
  return made;
}

export async function signOut(): Promise<void> {
  await del('/session').catch(() => undefined);
  session.value = null;
}

// Who is here already, and what this service is; answers false when nobody is signed in.
export async function resume(): Promise<boolean> {
  const [known, here] = await Promise.allSettled([
    get<About>('/about'),
    get<Session>('/session'),
  ]);
  about.value = known.status === 'fulfilled' ? known.value : null;
  session.value = here.status === 'fulfilled' ? here.value : null;
  return session.value !== null;
}
