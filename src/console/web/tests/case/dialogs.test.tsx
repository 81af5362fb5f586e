// SPDX-License-Identifier: GPL-3.0-or-later
// What the dialogs of a case have chosen before anybody chose.
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Case, CaseRow, Outcome } from '../../src/core/api';
import { CaseDialog } from '../../src/core/case/dialog';
import { languageSetting } from '../../src/core/i18n';
import { UnmaskDialog } from '../../src/pages/case/unmask';

let root: HTMLElement;

beforeEach(() => {
  languageSetting.value = 'en';
  root = document.createElement('div');
  document.body.append(root);
});
afterEach(() => {
  void act(() => render(null, root));
  root.remove();
});

const nothing = () => undefined;
const submit = () => root.querySelector<HTMLButtonElement>('button[type=submit]')!;
const type = (text: string) => {
  const box = root.querySelector('textarea')!;
  void act(() => {
    box.value = text;
    box.dispatchEvent(new Event('input', { bubbles: true }));
  });
};

function decide(outcome?: Outcome) {
  const row = { id: 1, version: 1, state: 'new', origin: 'alert', patterns: [] } as unknown as CaseRow;
  void act(() =>
    render(<CaseDialog rows={[row]} verb="decide" outcome={outcome} onClose={nothing} onDone={nothing} />, root));
}

test('no outcome is chosen before somebody chooses', () => {
  decide();
  const radios = [...root.querySelectorAll<HTMLInputElement>('input[type=radio]')];
  expect(radios.some((one) => one.checked)).toBe(false);
  expect(document.activeElement).toBe(radios[0]);
  expect(root.querySelector('select')).toBeNull();
  type('seen at the counter');
  expect(submit().disabled).toBe(true);
  void act(() => radios[2]!.click());
  expect(submit().disabled).toBe(false);
});

test('a key that names an outcome chooses it, and asks why', () => {
  decide('false_positive');
  expect(root.querySelector<HTMLInputElement>('input:checked')!.parentElement!.textContent).toBe('False positive');
  expect(document.activeElement?.tagName).toBe('TEXTAREA');
  type('it was the wife');
  expect(submit().disabled).toBe(false);
});

function unmask(subject: string) {
  const party = (ref: string) => ({ ref, kind: 'person', is_subject: true, roles: [], name: '', other_cases: 0 });
  const one = { id: 1, subject, parties: [party('P-1'), party('P-2')] } as unknown as Case;
  void act(() => render(<UnmaskDialog one={one} onShown={nothing} onClose={nothing} />, root));
}

test.each([['P-2', ['P-2']], ['P21010200011', []]])('of a case about %s it asks for %j', (subject, asked) => {
  unmask(subject);
  const ticked = [...root.querySelectorAll<HTMLInputElement>('input:checked')];
  expect(ticked.map((one) => one.parentElement!.querySelector('code')!.textContent)).toEqual(asked);
  type('asked for by the hearing');
  expect(submit().disabled).toBe(asked.length === 0);
});
