// SPDX-License-Identifier: GPL-3.0-or-later
import { expect, test } from 'vitest';
import {
  areDays, areRegions, isName, isPassword, isRegion, isWebhookUrl, tidyRegions,
} from '../../src/pages/admin/check';

test('lengths are of bytes, as the service counts them', () => {
  expect(isPassword('123456789')).toBe(false);
  expect(isPassword('1234567890')).toBe(true);
  expect(isPassword('四个汉字')).toBe(true); // 12 bytes
  expect(isPassword('a'.repeat(257))).toBe(false);
  expect(isName('')).toBe(false);
  expect(isName('张'.repeat(21))).toBe(true);
  expect(isName('张'.repeat(22))).toBe(false);
});

test('regions are written in any way that is meant', () => {
  expect(tidyRegions(' 2101， 2106 、21 ')).toBe('2101,2106,21');
  expect(areRegions('')).toBe(true);
  expect(areRegions('2101,210602')).toBe(true);
  expect(areRegions('2101,2')).toBe(false);
  expect(areRegions('2101,x')).toBe(false);
  expect(isRegion('2101021')).toBe(false);
});

test('a webhook goes by HTTP to somewhere', () => {
  expect(isWebhookUrl('https://hooks.example/a?b=1')).toBe(true);
  expect(isWebhookUrl('https://hooks.example')).toBe(true);
  expect(isWebhookUrl('ftp://hooks.example/')).toBe(false);
  expect(isWebhookUrl('https://')).toBe(false);
  expect(isWebhookUrl('https://a b/')).toBe(false);
  expect(isWebhookUrl(`https://h.example/${'a'.repeat(500)}`)).toBe(false);
});

test('a token holds 1 to 366 days', () => {
  expect(['1', '366', '0', '367', '1.5', '-1', ''].map(areDays))
    .toEqual([true, true, false, false, false, false, false]);
});
