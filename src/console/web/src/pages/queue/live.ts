// SPDX-License-Identifier: GPL-3.0-or-later
// The queue's rows as they are now: pages read from the service, changes from the stream.
import { useEffect, useRef, useState } from 'preact/hooks';
import { session, type Case, type CaseRow, type Change } from '../../core/api';
import { usePages, type Pages } from '../../core/load';
import { onChanges, streamMissed } from '../../core/stream';
import { fits, isAbove, type QueueFilter, type Sort } from './filter';

export interface Live extends Pages<CaseRow> {
  above: number; // cases that are not shown and would stand above the last one that is
  left: ReadonlySet<number>; // shown, but they fit the filter no more
  put: (cases: Case[]) => void; // what a command answered; none: read anew
}

// A change of the stream has no tags: they stay as they were.
function update(rows: CaseRow[], fresh: ReadonlyMap<number, CaseRow>): CaseRow[] {
  if (!rows.some((row) => fresh.has(row.id))) {
    return rows;
  }
  return rows.map((row) => {
    const now = fresh.get(row.id);
    return now === undefined || now.version < row.version
      ? row
      : { ...row, ...now, tags: now.tags ?? row.tags };
  });
}

export function useLive(filter: QueueFilter, sort: Sort): Live {
  const pages = usePages<CaseRow>('/cases', { query: { ...filter, sort } });
  const [unseen, setUnseen] = useState<ReadonlyMap<number, CaseRow>>(new Map());
  const me = session.value?.id ?? 0;
  const { rows, set, reload, asOf } = pages;
  const wants = (row: CaseRow) => fits({ ...row, tags: row.tags ?? [] }, filter, me);
  const wanted = useRef(wants);
  wanted.current = wants;
  const missed = streamMissed.value;

  useEffect(() => setUnseen(new Map()), [asOf]);
  useEffect(() => {
    if (missed > 0) {
      reload();
    }
  }, [missed, reload]);
  useEffect(
    () =>
      onChanges((changes: Change[]) => {
        const fresh = new Map(changes.flatMap((one) => (one.row ? [[one.row.id, one.row]] : [])));
        set((was) => update(was, fresh));
        setUnseen((was) => {
          const now = new Map(was);
          for (const [id, row] of fresh) {
            if (wanted.current(row)) {
              now.set(id, row);
            } else {
              now.delete(id);
            }
          }
          return now;
        });
      }, 'case'),
    [set],
  );

  const shown = new Set(rows.map((row) => row.id));
  const last = rows.at(-1);
  const above = [...unseen.values()].filter(
    (row) =>
      !shown.has(row.id) && (last === undefined || !pages.more || isAbove(row, last, sort)),
  ).length;
  const left = new Set(
    filter.subject === undefined
      ? rows.filter((row) => !fits(row, filter, me)).map((row) => row.id)
      : [],
  );
  const put = (cases: Case[]) => {
    if (cases.length === 0) {
      reload();
    } else {
      set((was) => update(was, new Map(cases.map((one) => [one.id, one]))));
    }
  };
  return { ...pages, above, left, put };
}
