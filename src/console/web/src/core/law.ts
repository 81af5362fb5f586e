// SPDX-License-Identifier: GPL-3.0-or-later
// The law's text beside the names that alerts give of it. `official`: the Chinese is the wording
// of the law; else it is our summary. The English is always ours.
import law from '../../../../../models/law/law.json';
import type { Localised } from './api';

export interface Article {
  id: string;
  title: Localised;
  text: Localised;
  source: { name: Localised; page: string };
  official: boolean;
}

const articles = new Map<string, Article>(law.items.map((one) => [one.id, one]));

export function articleOf(id: string): Article | undefined {
  return articles.get(id);
}
