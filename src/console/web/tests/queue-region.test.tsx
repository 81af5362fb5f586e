// SPDX-License-Identifier: GPL-3.0-or-later
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { beforeAll, expect, it, vi } from 'vitest';
import { readRegions } from '../src/core/regions';
import { RegionFilter, regionLabel, regionOf, withAbove } from '../src/core/ui';

const known = withAbove(['210102', '210602', '210102']);

beforeAll(readRegions);

it('offers what is above a region too, the largest first', () => {
  expect(known).toEqual(['21', '2101', '2106', '210102', '210602']);
  expect(known.map(regionLabel)).toEqual([
    '辽宁省 21', '沈阳市 2101', '丹东市 2106', '和平区 210102', '元宝区 210602',
  ]);
  expect(regionLabel('210199')).toBe('沈阳市 210199');
});

it('knows a region by its code, its name and a part of it', () => {
  const all = ['', '2101', '和平区 210102', '沈阳市', '和平', '沈阳市和平区', '海淀区'];
  expect(all.map((text) => regionOf(text, known)))
    .toEqual(['', '2101', '210102', '2101', '210102', '210102', null]);
});

it('says when it knows none, and asks for nothing', () => {
  const box = document.createElement('div');
  const changed = vi.fn();
  act(() => render(
    <RegionFilter value="" label="where" unknown="unknown" rows={[{ region: '210102' }]} onChange={changed} />, box,
  ));
  const input = box.querySelector('input')!;
  const write = (text: string) => act(() => {
    input.value = text;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });
  write('海淀区');
  expect(box.querySelector('[role=alert]')?.textContent).toBe('unknown');
  expect(changed).not.toHaveBeenCalled();
  write('和平区');
  expect(changed).toHaveBeenCalledWith('210102');
});
