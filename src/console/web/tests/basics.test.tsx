// SPDX-License-Identifier: GPL-3.0-or-later
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { beforeEach, expect, test } from 'vitest';
import { ApiError } from '../src/core/api';
import { languageSetting } from '../src/core/i18n';
import { ErrorBox } from '../src/core/ui';

beforeEach(() => {
  languageSetting.value = 'en';
});

function said(error: ApiError): string {
  const root = document.createElement('div');
  void act(() => render(<ErrorBox error={error} />, root));
  return root.textContent ?? '';
}

test('an error that says all by its code is told once', () => {
  const message = 'somebody changed the case meanwhile: look again';
  expect(said(new ApiError(409, 'stale', message, 'version')))
    .toBe('Somebody changed it meanwhile: look again');
});

test('an error that leaves open what is wrong says more', () => {
  expect(said(new ApiError(422, 'invalid', 'too long', 'reason')))
    .toBe('Something is not filled in right: too long (reason)');
  languageSetting.value = 'zh-CN';
  expect(said(new ApiError(409, 'conflict', 'it is closed'))).toBe('现在的状态不允许此操作');
});
