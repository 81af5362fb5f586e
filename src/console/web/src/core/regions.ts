// SPDX-License-Identifier: GPL-3.0-or-later
// What regions are called. Codes of medical insurance are those of GB/T 2260 with a few of their
// own: what is not known there is shown as its city and the code.
import { signal } from '@preact/signals';

type Names = Readonly<Record<string, string>>;

const names = signal<Names>({});

// Units that only group what is below them.
const GROUPS = new Set(['市辖区', '县', '省直辖县级行政区划', '自治区直辖县级行政区划']);

export function nameRegions(all: Readonly<Record<string, Names>>): void {
  names.value = Object.assign({}, ...Object.values(all)) as Names;
}

// Not needed to begin with: until then, and without them, codes are shown.
export async function readRegions(): Promise<void> {
  nameRegions((await import('china-area-data/data.json')).default);
}

// As the table has it; '' where it has none.
function written(code: string): string {
  return names.value[code.padEnd(6, '0')] ?? '';
}

function known(code: string): string {
  const name = written(code);
  return GROUPS.has(name) ? '' : name;
}

// A code that the table does not have stands behind what is above it.
function withCode(name: string, code: string): string {
  return written(code) === '' ? `${name} ${code}` : name;
}

// 和平区 of "210102", 沈阳市 of "2101": the last of its names; the code where there is none.
export function regionName(code: string): string {
  const name = known(code);
  if (name !== '') {
    return name;
  }
  const above = known(code.slice(0, 4)) || known(code.slice(0, 2));
  return above === '' || code.length <= 2 ? code : withCode(above, code);
}

// 辽宁省沈阳市和平区; the code where there is none.
export function regionPath(code: string): string {
  const path = [code.slice(0, 2), code.slice(0, 4), code]
    .filter((one, i, all) => one !== '' && all.indexOf(one) === i)
    .map(known)
    .filter((name, i, all) => name !== '' && all.indexOf(name) === i)
    .join('');
  return path === '' ? code : withCode(path, code);
}
