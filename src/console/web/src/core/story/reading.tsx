// SPDX-License-Identifier: GPL-3.0-or-later
// What the figures of an alert mean, in the words of who never heard of them.
import type { Alert } from '../api';
import { isTinyOrHuge } from '../i18n';
import { Section } from './common';
import { t } from './text';

export type Term = 'readP' | 'readE' | 'readGathered' | 'readPowers' | 'readPoints' | 'readWeight' | 'readLimit';

const names: Readonly<Record<Term, Parameters<typeof t>[0]>> = {
  readP: 'readPName', readE: 'readEName', readGathered: 'readGatheredName', readPowers: 'readPowersName',
  readPoints: 'readPointsName', readWeight: 'readWeightName', readLimit: 'readLimitName',
};

// Only what stands in these alerts. A broken rule has no such figures.
export function termsOf(alerts: readonly Alert[]): Term[] {
  const compared = alerts.filter((one) => one.result_type !== 'conclusive');
  const evidence = compared.flatMap((one) => one.evidence).filter((one) => one.p_value !== null);
  const figures = [
    ...evidence.flatMap((one) => [one.p_value, one.e_value]), ...compared.map((one) => one.e_value),
  ];
  const terms: [Term, boolean][] = [
    ['readPoints', evidence.some((one) => one.unit === 'score')],
    ['readP', evidence.length > 0],
    ['readE', evidence.some((one) => one.e_value !== null)],
    ['readGathered', compared.some((one) => one.e_value !== null)],
    ['readPowers', figures.some((one) => one !== null && isTinyOrHuge(one))],
    ['readLimit', evidence.length > 0],
  ];
  return terms.filter(([, stands]) => stands).map(([term]) => term);
}

function Terms({ terms }: { terms: readonly Term[] }) {
  return (
    <dl class="terms">
      {terms.map((term) => <div key={term}><dt>{t(names[term])}</dt><dd>{t(term)}</dd></div>)}
    </dl>
  );
}

// Folded: who knows it passes it over.
export function Reading({ alert }: { alert: Alert }) {
  const terms = termsOf([alert]);
  return terms.length === 0 ? null : (
    <details class="reading">
      <summary>{t('howToRead')}</summary>
      <Terms terms={terms} />
    </details>
  );
}

// On paper nothing unfolds, and once is enough for all alerts.
export function ReadingOnPaper({ alerts }: { alerts: readonly Alert[] }) {
  return <Section title={t('howToRead')}><Terms terms={[...termsOf(alerts), 'readWeight']} /></Section>;
}
