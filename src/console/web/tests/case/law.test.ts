// SPDX-License-Identifier: GPL-3.0-or-later
// Every article that a shipped pattern names has its text, and says what kind of text it is.
import { describe, expect, it } from 'vitest';
import law from '../../../../../models/law/law.json';
import { articleOf } from '../../src/core/law';

const patterns = import.meta.glob<string>('../../../../../models/medical-insurance/patterns/*.yaml', {
  query: '?raw', import: 'default', eager: true,
});

function legalOf(yaml: string): string[] {
  const list = /^legal: \[(.*)\]$/m.exec(yaml)?.[1] ?? '';
  return list.split(',').map((one) => one.trim()).filter((one) => one !== '');
}

describe('the law', () => {
  it('is named by every shipped pattern', () => {
    expect(Object.keys(patterns).length).toBeGreaterThan(25);
    for (const [file, yaml] of Object.entries(patterns)) {
      expect(legalOf(yaml).length, file).toBeGreaterThan(0);
    }
  });

  it.each(Object.entries(patterns))('%s names only articles whose text is there', (_, yaml) => {
    for (const id of legalOf(yaml)) {
      expect(articleOf(id)?.id, id).toBe(id);
    }
  });

  it('has the conditions of a suspension', () => {
    for (const id of ['条例-30', '条例-31', '条例-41']) {
      expect(articleOf(id)?.official, id).toBe(true);
    }
  });

  it('has every text in both languages, once, with its source', () => {
    expect(new Set(law.items.map((one) => one.id)).size).toBe(law.items.length);
    for (const one of law.items) {
      expect(one.text['zh-CN'].length, one.id).toBeGreaterThan(20);
      expect(one.text.en.length, one.id).toBeGreaterThan(20);
      expect(/\p{Script=Han}/u.test(one.text.en + one.title.en), one.id).toBe(false);
      expect(one.source.page, one.id).not.toBe('');
      expect(typeof one.official).toBe('boolean');
    }
  });
});
