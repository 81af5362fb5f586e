// SPDX-License-Identifier: GPL-3.0-or-later
// Doing something with one case or with many, and taking it back.
import {
  outcomes, post, type Action, type BulkResult, type Case, type CaseRow, type Condition, type Outcome,
  type Time, type Verb,
} from '../api';
import { asApiError } from '../load';
import { errorName, verbDone } from '../names';
import { toast } from '../ui';
import { t } from './text';

export interface Command {
  outcome?: Outcome;
  action?: Action;
  conditions?: Condition[];
  reason?: string;
  until?: Time;
  account?: number;
  appeal?: 'upheld' | 'reversed';
}

export type Acted = Pick<CaseRow, 'id' | 'version'>;

export const ACTION_ALONE_MAX = 2; // above it a second person decides
export const ACTION_SUSPEND = 5;
const BULK_MAX = 200;

export function needsSecond(outcome: Outcome, action: Action): boolean {
  return outcome === 'confirmed' && action > ACTION_ALONE_MAX;
}

// What may come of these cases: behind a control no alert stands that could have been false.
export function outcomesOf(rows: readonly Pick<CaseRow, 'origin'>[]): Outcome[] {
  const isAlerted = rows.every(({ origin }) => origin === 'alert');
  return outcomes.filter((one) => isAlerted || one !== 'false_positive');
}

// As the service will judge it.
export function maySuspend(conditions: ReadonlySet<Condition>): boolean {
  return (
    conditions.has('art31_heard') && conditions.has('care_secured') &&
    (conditions.has('art41_established') ||
      (conditions.has('art30_suspected') && conditions.has('art30_refused')))
  );
}

export function nameOf(rows: readonly Acted[]): string {
  return rows.length === 1 ? t('one', { id: String(rows[0]!.id) }) : t('many', { n: rows.length });
}

async function undo(rows: readonly Acted[], done: (cases: Case[]) => void): Promise<void> {
  const back: Case[] = [];
  let failed = 0;
  for (const row of rows) {
    await post<Case>(`/cases/${row.id}/undo`).then(
      (one) => back.push(one),
      () => failed++,
    );
  }
  toast(
    failed > 0 ? t('undoneSome', { bad: failed }) : t('undone', { what: nameOf(rows) }),
    { about: rows.map((row) => row.id), tone: failed > 0 ? 'bad' : undefined },
  );
  done(back);
}

async function actOnMany(rows: readonly Acted[], verb: Verb, command: Command) {
  const results: BulkResult[] = [];
  for (let from = 0; from < rows.length; from += BULK_MAX) {
    const ids = rows.slice(from, from + BULK_MAX).map((row) => row.id);
    const answer = await post<{ results: BulkResult[] }>('/cases/bulk', { ids, do: verb, ...command });
    results.push(...answer.results);
  }
  return results;
}

// Throws an ApiError. `done` is told what the cases are now, also after an undo; of many it gets
// none: they are read again.
export async function act(
  rows: readonly Acted[],
  verb: Verb,
  command: Command,
  done: (cases: Case[]) => void,
): Promise<void> {
  if (rows.length === 1) {
    const { id, version } = rows[0]!;
    const now = await post<Case>(`/cases/${id}/${verb}`, { version, ...command });
    toast(t('done', { what: nameOf(rows), verb: verbDone(verb) }), {
      about: [id], undo: now.undo_until === null ? undefined : () => void undo(rows, done),
    });
    done([now]);
    return;
  }
  const results = await actOnMany(rows, verb, command);
  const good = results.filter((one) => one.ok);
  const bad = results.filter((one) => !one.ok);
  const why = [...new Set(bad.map((one) => errorName(one.code ?? 'internal')))].join(', ');
  const changed = rows.filter((row) => good.some((one) => one.id === row.id));
  toast(
    bad.length > 0
      ? t('doneSome', { verb: verbDone(verb), ok: good.length, bad: bad.length, why })
      : t('done', { what: nameOf(rows), verb: verbDone(verb) }),
    {
      about: changed.map((row) => row.id),
      undo: changed.length > 0 ? () => void undo(changed, done) : undefined,
    },
  );
  done([]);
}

// For what needs no dialog: failures are told in a toast.
export function actNow(
  rows: readonly Acted[],
  verb: Verb,
  command: Command,
  done: (cases: Case[]) => void,
): void {
  act(rows, verb, command, done).catch((error: unknown) => {
    const { code } = asApiError(error);
    toast(`${nameOf(rows)}: ${errorName(code)}`, { tone: 'bad' });
    if (code === 'stale') {
      done([]);
    }
  });
}
