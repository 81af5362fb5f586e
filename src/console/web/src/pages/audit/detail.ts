// SPDX-License-Identifier: GPL-3.0-or-later
// What a record says beyond its name, in words where it is known what it means.
import { dateTime } from '../../core/i18n';
import { actionName, appealName, outcomeName, stateName } from '../../core/names';
import { t } from './text';

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

function changeText(to: Change): string {
  return [
    stateName(to.state),
    to.outcome !== '' && outcomeName(to.outcome),
    to.action > 0 && actionName(String(to.action)),
    to.appeal !== '' && appealName(to.appeal),
    to.assignee > 0 && t('assignedTo', { id: String(to.assignee) }),
    to.until_ms > 0 && t('untilTime', { time: dateTime(to.until_ms) }),
  ].filter((one) => one !== false).join(' · ');
}

export function detailText(detail: unknown): string {
  if (detail === null || detail === undefined) {
    return '';
  }
  if (typeof detail !== 'object') {
    return String(detail);
  }
  if (isChange(detail)) {
    return changeText(detail);
  }
  if ('outcome' in detail && typeof detail.outcome === 'string') {
    return outcomeName(detail.outcome);
  }
  return 'other' in detail ? t('withCase', { id: String(detail.other) }) : JSON.stringify(detail);
}
