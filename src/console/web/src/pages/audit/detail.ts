// SPDX-License-Identifier: GPL-3.0-or-later
// What a record is about and what it says beyond its name, in words where it is known what they mean.
import type { AuditRecord, Colleague } from '../../core/api';
import { dateTime } from '../../core/i18n';
import { actionName, appealName, outcomeName, stateName } from '../../core/names';
import { objectName, t } from './text';

export type AccountNames = ReadonlyMap<string, string>; // by the number of the account, as a text

// Whoever signs in or out names their account: so closed ones are known too, that no list has.
export function accountNames(
  colleagues: readonly Colleague[], records: readonly AuditRecord[],
): AccountNames {
  const names = new Map<string, string>();
  for (const { action, actor, object } of records) {
    if (action.startsWith('session.') && object.startsWith('account/')) {
      names.set(object.slice('account/'.length), actor);
    }
  }
  for (const { id, name } of colleagues) {
    names.set(String(id), name);
  }
  return names;
}

// "account/4" → "Account auditor", "case/12/3" → "Case 12/3".
export function objectText(object: string, names: AccountNames): string {
  const at = object.indexOf('/');
  const kind = object.slice(0, at);
  const id = object.slice(at + 1);
  if (at < 0 || objectName(kind) === kind) {
    return object;
  }
  return `${objectName(kind)} ${kind === 'account' ? (names.get(id) ?? id) : objectName(id)}`;
}

// How a case stands after a change; 0 and '' stand for what it has not.
interface Change {
  state: string;
  outcome: string;
  action: number;
  appeal: string;
  assignee: number;
  until_ms: number;
}

function isChange(detail: object): detail is Change {
  return 'state' in detail && 'outcome' in detail && 'until_ms' in detail;
}

function changeText(to: Change, names: AccountNames): string {
  return [
    stateName(to.state),
    to.outcome !== '' && outcomeName(to.outcome),
    to.action > 0 && actionName(String(to.action)),
    to.appeal !== '' && appealName(to.appeal),
    to.assignee > 0 && t('assignedTo', { name: names.get(String(to.assignee)) ?? String(to.assignee) }),
    to.until_ms > 0 && t('untilTime', { time: dateTime(to.until_ms) }),
  ].filter((one) => one !== false).join(' · ');
}

// Each member that records have, in the order in which it reads.
const members: [name: string, text: (value: string | number) => string][] = [
  ['outcome', (value) => outcomeName(String(value))],
  ['other', (value) => t('withCase', { id: String(value) })],
  ['case', (value) => t('ofCase', { id: String(value) })],
  ['request', (value) => t('ofRequest', { id: String(value) })],
  ['rows', (value) => t('ofRows', { n: Number(value) })],
  ['exhibit', (value) => t('ofExhibit', { n: Number(value) + 1 })],
  ['topic', String],
  ['partition', (value) => t('ofPartition', { n: String(value) })],
  ['offset', (value) => t('ofOffset', { n: String(value) })],
  ['file', (value) => t('ofFile', { id: String(value) })],
  ['size', (value) => t('ofSize', { n: Number(value) })],
  ['reason', String],
];
const unsaid = ['sha256']; // long, and whole in the drawer

export function detailText(detail: unknown, names: AccountNames): string {
  if (detail === null || detail === undefined) {
    return '';
  }
  if (typeof detail !== 'object') {
    return String(detail);
  }
  if (isChange(detail)) {
    return changeText(detail, names);
  }
  const values = new Map(Object.entries(detail));
  const known = [...members.map(([name]) => name), ...unsaid];
  if (values.size === 0 || [...values.keys()].some((name) => !known.includes(name))) {
    return JSON.stringify(detail);
  }
  return members
    .filter(([name]) => values.has(name))
    .map(([name, text]) => text(values.get(name) as string | number))
    .join(' · ');
}
