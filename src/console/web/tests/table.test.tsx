// SPDX-License-Identifier: GPL-3.0-or-later
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DataTable, type Column } from '../src/core/ui/table';

interface Row {
  id: number;
  name: string;
}

const columns: Column<Row>[] = [
  { key: 'id', title: 'Id', width: '80px', cell: (row) => row.id },
  { key: 'name', title: 'Name', width: '1fr', cell: (row) => row.name, sort: 'name' },
];
const rows: Row[] = Array.from({ length: 100_000 }, (_, i) => ({ id: i, name: `n${i}` }));

let root: HTMLElement;

beforeEach(() => {
  // jsdom lays nothing out: every element is said to be 600 px high.
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, 'offsetWidth', 'get').mockReturnValue(900);
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(600);
  HTMLElement.prototype.scrollTo = () => undefined;
  root = document.createElement('div');
  document.body.append(root);
});
afterEach(() => {
  void act(() => render(null, root));
  root.remove();
  vi.restoreAllMocks();
});

function show(props: Partial<Parameters<typeof DataTable<Row>>[0]> = {}) {
  void act(() =>
    render(
      <DataTable label="Rows" columns={columns} rows={rows} rowKey={(row) => row.id} {...props} />,
      root,
    ),
  );
  return root.querySelector<HTMLElement>('[role=grid]')!;
}

function press(grid: HTMLElement, key: string) {
  void act(() => {
    grid.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  });
}

it('holds only the rows in sight, and says how many there are', () => {
  const grid = show();
  const shown = grid.querySelectorAll('.grid-body [role=row]').length;
  expect(shown).toBeGreaterThan(10);
  expect(shown).toBeLessThan(60);
  expect(grid.getAttribute('aria-rowcount')).toBe('100001');
});

it('moves by keys and names the row under the cursor', () => {
  const moved = vi.fn();
  const opened = vi.fn();
  const grid = show({ cursor: 3, onCursor: moved, onOpen: opened });
  const active = grid.getAttribute('aria-activedescendant')!;
  expect(document.getElementById(active)?.getAttribute('aria-rowindex')).toBe('5');
  press(grid, 'ArrowDown');
  press(grid, 'Home');
  press(grid, 'End');
  expect(moved.mock.calls.map(([to]) => to as number)).toEqual([4, 0, 99_999]);
  press(grid, 'Enter');
  expect(opened).toHaveBeenCalledWith(rows[3]);
});

it('selects and sorts', () => {
  const selected = vi.fn();
  const sorted = vi.fn();
  const grid = show({ selected: new Set([1]), onSelect: selected, sort: 'name', sortDown: true, onSort: sorted });
  expect(grid.querySelectorAll('[role=row][aria-selected=true]').length).toBe(1);
  void act(() => grid.querySelector<HTMLElement>('.grid-body [role=row] input')!.click());
  expect([...(selected.mock.calls[0]![0] as Set<number>)]).toEqual([1, 0]);
  const head = grid.querySelector('[role=columnheader][aria-sort]')!;
  expect(head.getAttribute('aria-sort')).toBe('descending');
  void act(() => head.querySelector('button')!.click());
  expect(sorted).toHaveBeenCalledWith('name');
});

it('asks for more when the end of what was read is near', () => {
  const near = vi.fn();
  show({ rows: rows.slice(0, 30), more: true, onNearEnd: near });
  expect(near).toHaveBeenCalled();
  near.mockClear();
  show({ rows: rows.slice(0, 30), more: false, onNearEnd: near });
  expect(near).not.toHaveBeenCalled();
});

it('tells what a heading means behind a button of its own', () => {
  const grid = show({ columns: [{ ...columns[0]!, hint: 'What it is' }, columns[1]!] });
  const hints = grid.querySelectorAll('[role=columnheader] button[popovertarget]');
  expect(hints.length).toBe(1);
  expect(hints[0]!.getAttribute('aria-label')).toBe('What it is');
  expect(document.getElementById(hints[0]!.getAttribute('popovertarget')!)?.textContent).toBe('What it is');
});
