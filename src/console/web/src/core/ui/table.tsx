// SPDX-License-Identifier: GPL-3.0-or-later
// A grid of any length: only the rows in sight are in the page. The row under the cursor is the
// grid's active descendant, so that one Tab reaches it and arrows (or j and k) move in it.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';
import {
  elementScroll, observeElementOffset, observeElementRect, Virtualizer,
} from '@tanstack/virtual-core';
import { Hint } from './help';
import { t } from './text';

export interface Column<R> {
  key: string;
  title: ComponentChildren;
  width: string; // a track of CSS grid that begins with its least width: '96px', 'minmax(160px, 1fr)'
  spare?: number; // left out where there is no room, the highest first; none: always there
  cell: (row: R) => ComponentChildren;
  sort?: string; // what onSort is given
  right?: boolean;
  wraps?: boolean; // what is too long for its line goes on in a second one
  hint?: string; // what it is, told behind a `?`
}

export interface TableProps<R> {
  label: string;
  columns: readonly Column<R>[];
  rows: readonly R[];
  rowKey: (row: R) => string | number;
  rowHeight?: number;
  rowClass?: (row: R) => string;
  cursor?: number; // index of the row under the cursor, -1: none
  onCursor?: (index: number) => void;
  onOpen?: (row: R) => void; // Enter or a double click
  selected?: ReadonlySet<string | number>;
  onSelect?: (keys: Set<string | number>) => void;
  sort?: string;
  sortDown?: boolean;
  onSort?: (sort: string) => void;
  more?: boolean; // there are rows that were not read yet
  onNearEnd?: () => void;
  empty?: ComponentChildren;
}

function useVirtual(count: number, height: number, box: { current: HTMLDivElement | null }) {
  const [, again] = useReducer<number, void>((n) => n + 1, 0);
  const options = {
    count,
    getScrollElement: () => box.current,
    estimateSize: () => height,
    overscan: 12,
    scrollPaddingStart: 32, // the head lies over it
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => again(),
  };
  const ref = useRef<Virtualizer<HTMLDivElement, HTMLDivElement>>();
  ref.current ??= new Virtualizer(options);
  ref.current.setOptions(options);
  useLayoutEffect(() => ref.current!._didMount(), []);
  useLayoutEffect(() => ref.current!._willUpdate());
  return ref.current;
}

const CHECKBOX_WIDTH = '36px';

function leastWidth(tracks: readonly string[]): number {
  return tracks.reduce((sum, track) => sum + Number(/\d+/.exec(track)?.[0] ?? 0), 0);
}

// The columns for which there is room in `width`.
function fitting<R>(columns: readonly Column<R>[], width: number): readonly Column<R>[] {
  let all = columns;
  while (leastWidth(all.map((one) => one.width)) > width) {
    const most = Math.max(0, ...all.map((one) => one.spare ?? 0));
    if (most === 0) {
      break;
    }
    all = all.filter((one) => one.spare !== most);
  }
  return all;
}

function useWidth(box: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(Infinity);
  useLayoutEffect(() => {
    const measure = () => setWidth(box.current?.clientWidth ?? Infinity);
    const sizes = new ResizeObserver(measure);
    measure();
    sizes.observe(box.current!);
    return () => sizes.disconnect();
  }, [box]);
  return width;
}

export function DataTable<R>(props: TableProps<R>) {
  const { rows, rowKey, rowHeight = 32, cursor = -1, selected, onSelect } = props;
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  const virtual = useVirtual(rows.length, rowHeight, box);
  const shown = virtual.getVirtualItems();
  const width = useWidth(box);
  const columns = fitting(props.columns, width - (selected ? leastWidth([CHECKBOX_WIDTH]) : 0));
  const tracks = [...(selected ? [CHECKBOX_WIDTH] : []), ...columns.map((one) => one.width)];
  const rowStyle = {
    gridTemplateColumns: tracks.join(' '),
    minWidth: `${leastWidth(tracks)}px`,
  };
  const last = shown.at(-1)?.index ?? -1;
  const { more = false, onNearEnd } = props;

  useEffect(() => {
    if (more && last >= rows.length - 40) {
      onNearEnd?.();
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- asks once for each place reached
  }, [last, rows.length, more]);

  useEffect(() => {
    if (cursor >= 0 && cursor < rows.length) {
      virtual.scrollToIndex(cursor, { align: 'auto' });
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- follows the cursor only
  }, [cursor]);

  // Rows that come or go above push nothing away from under the reader's eyes.
  const seen = useRef<{ key: string | number; offset: number } | null>(null);
  useLayoutEffect(() => {
    const grid = box.current;
    const anchor = seen.current;
    if (grid !== null && anchor !== null && grid.scrollTop > 0) {
      const at = rows.findIndex((row) => rowKey(row) === anchor.key);
      const top = at * rowHeight + anchor.offset;
      if (at >= 0 && Math.abs(top - grid.scrollTop) >= 1) {
        grid.scrollTop = top;
      }
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- when the rows change, and only then
  }, [rows]);
  const onScroll = () => {
    const top = box.current?.scrollTop ?? 0;
    const index = Math.floor(top / rowHeight);
    const row = rows[index];
    seen.current = row === undefined ? null : { key: rowKey(row), offset: top - index * rowHeight };
  };

  const toggle = (key: string | number) => {
    const keys = new Set(selected);
    if (!keys.delete(key)) {
      keys.add(key);
    }
    onSelect?.(keys);
  };
  const allKeys = () => rows.map(rowKey);
  const isAll = selected !== undefined && rows.length > 0 && selected.size >= rows.length;

  const onKey = (event: KeyboardEvent) => {
    if (event.target !== box.current || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / rowHeight) - 2);
    const to = {
      ArrowDown: cursor + 1, ArrowUp: cursor - 1, PageDown: cursor + page, PageUp: cursor - page,
      Home: 0, End: rows.length - 1,
    }[event.key];
    const here = rows[cursor];
    if (to !== undefined && rows.length > 0) {
      event.preventDefault();
      props.onCursor?.(Math.min(rows.length - 1, Math.max(0, to)));
    } else if (event.key === 'Enter' && here !== undefined && props.onOpen) {
      event.preventDefault();
      props.onOpen(here);
    }
  };

  return (
    <div
      ref={box} class="grid" role="grid" tabIndex={0} aria-label={props.label} onKeyDown={onKey}
      onScroll={onScroll}
      aria-rowcount={more ? -1 : rows.length + 1} aria-colcount={columns.length + (selected ? 1 : 0)}
      aria-multiselectable={selected !== undefined}
      aria-activedescendant={
        shown.some((item) => item.index === cursor) ? `${id}-${cursor}` : undefined
      }
    >
      <div role="rowgroup" class="grid-head">
        <div role="row" aria-rowindex={1} style={{ ...rowStyle, height: '100%' }}>
          {selected !== undefined && (
            <span role="columnheader">
              <input
                type="checkbox" aria-label={t('selectAll')} checked={isAll}
                onChange={() => onSelect?.(new Set(isAll ? [] : allKeys()))}
              />
            </span>
          )}
          {columns.map((column) => {
            const isSorted = column.sort !== undefined && column.sort === props.sort;
            return (
              <span
                key={column.key} role="columnheader" class={column.right ? 'num' : ''}
                aria-sort={isSorted ? (props.sortDown ? 'descending' : 'ascending') : undefined}
              >
                {column.sort === undefined || props.onSort === undefined ? (
                  column.title
                ) : (
                  <button type="button" onClick={() => props.onSort?.(column.sort!)}>
                    {column.title}
                    {isSorted && (props.sortDown ? ' ↓' : ' ↑')}
                  </button>
                )}
                {column.hint !== undefined && <Hint text={column.hint} />}
              </span>
            );
          })}
        </div>
      </div>
      {rows.length === 0 && props.empty}
      <div role="rowgroup" class="grid-body" style={{ height: `${virtual.getTotalSize()}px` }}>
        {shown.map((item) => {
          const row = rows[item.index];
          if (row === undefined) {
            return null;
          }
          const key = rowKey(row);
          const isSelected = selected?.has(key) ?? false;
          return (
            <div
              key={key} role="row" id={`${id}-${item.index}`} aria-rowindex={item.index + 2}
              aria-selected={selected === undefined ? undefined : isSelected}
              class={`${item.index === cursor ? 'cursor' : ''} ${props.rowClass?.(row) ?? ''}`}
              style={{
                ...rowStyle,
                height: `${rowHeight}px`,
                transform: `translateY(${item.start}px)`,
              }}
              onClick={() => props.onCursor?.(item.index)}
              onDblClick={() => props.onOpen?.(row)}
            >
              {selected !== undefined && (
                <span role="gridcell">
                  <input
                    type="checkbox" tabIndex={-1} checked={isSelected}
                    aria-label={`${t('select')} ${key}`} onChange={() => toggle(key)}
                  />
                </span>
              )}
              {columns.map((column) => (
                <span
                  key={column.key} role="gridcell"
                  class={`${column.right ? 'num' : ''} ${column.wraps ? 'wraps' : ''}`}
                >
                  {column.cell(row)}
                </span>
              ))}
            </div>
          );
        })}
      </div>
      {more && <p class="seen-by-readers">{t('rowsMore')}</p>}
    </div>
  );
}
