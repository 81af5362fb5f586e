// SPDX-License-Identifier: GPL-3.0-or-later
import { expect, it } from 'vitest';
import type { Alert } from '../../src/core/api';
import { termsOf } from '../../src/core/story/reading';

function alert(more: object): Alert {
  return { result_type: 'suspicious', e_value: null, evidence: [], ...more } as unknown as Alert;
}

it('explains the figures that stand there, and no others', () => {
  const plain = alert({ evidence: [{ p_value: 0.01, e_value: null }] });
  const far = alert({ e_value: 5e11, evidence: [{ p_value: 0.01, e_value: 9, unit: 'score' }] });
  expect(termsOf([plain])).toEqual(['readP', 'readLimit']);
  expect(termsOf([plain, far]))
    .toEqual(['readPoints', 'readP', 'readE', 'readGathered', 'readPowers', 'readLimit']);
});

it('explains nothing of a broken rule', () => {
  expect(termsOf([alert({ result_type: 'conclusive', evidence: [{ p_value: null, e_value: null }] })])).toEqual([]);
});
