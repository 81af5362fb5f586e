// SPDX-License-Identifier: GPL-3.0-or-later
import { expect, it } from 'vitest';
import { readRegions, regionName, regionPath } from '../src/core/regions';

it('shows codes until the names are there, and then names', async () => {
  expect([regionName('210102'), regionPath('210102')]).toEqual(['210102', '210102']);
  await readRegions();
  expect(['210102', '2101', '21', '110101', '659001'].map(regionName)).toEqual([
    '和平区', '沈阳市', '辽宁省', '东城区', '石河子市',
  ]);
  expect(['210102', '2101', '21', '110101', '659001'].map(regionPath)).toEqual([
    '辽宁省沈阳市和平区', '辽宁省沈阳市', '辽宁省', '北京市东城区', '新疆维吾尔自治区石河子市',
  ]);
});

it('names the city of a code that it does not know', async () => {
  await readRegions();
  expect([regionName('210199'), regionPath('210199')]).toEqual(['沈阳市 210199', '辽宁省沈阳市 210199']);
  expect([regionName('1101'), regionPath('1101')]).toEqual(['北京市', '北京市']); // all its districts
  expect(['', '99', '999999'].map(regionName)).toEqual(['', '99', '999999']);
  expect(['', '999999'].map(regionPath)).toEqual(['', '999999']);
});
