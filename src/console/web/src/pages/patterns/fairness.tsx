// SPDX-License-Identifier: GPL-3.0-or-later
// Whether the patterns are as right about everybody, whether two people see the same in a case, and
// how much is missed.
import type { ApiError, Verdicts } from '../../core/api';
import { outcomes } from '../../core/api';
import { count, decimal, percent } from '../../core/i18n';
import { useGet, type Loaded } from '../../core/load';
import { outcomeName } from '../../core/names';
import { regionPath } from '../../core/regions';
import { AsOf, Badge, Empty, ErrorBox, Loading } from '../../core/ui';
import { byKey, matrixOf, overallOf, rangeOf, standingOf, type Verdict } from './precision';
import { RangeMark } from './range';
import { levelName, t } from './text';

export function Missing({ error, retry }: { error: ApiError; retry: () => void }) {
  return error.status === 404
    ? <Empty title={t('notAvailable')} />
    : <div class="body"><ErrorBox error={error} retry={retry} /></div>;
}

function Groups({ items, nameOf }: {
  items: readonly Verdict[];
  nameOf: (key: string) => string;
}) {
  const overall = overallOf(items);
  const decided = items.reduce((sum, one) => sum + one.confirmed + one.refuted, 0);
  if (overall === null) {
    return <Empty title={t('overallNone')} />;
  }
  return (
    <>
      <p class="body muted">{t('overall', { share: percent(overall, 1), n: decided })}</p>
      <table class="table groups">
        <thead>
          <tr>
            <th scope="col">{t('group')}</th><th scope="col">{t('precision')}</th>
            <th scope="col" class="num">{t('confirmed')}</th>
            <th scope="col" class="num">{t('refuted')}</th>
          </tr>
        </thead>
        <tbody>
          {[...items].sort(byKey).map((one) => {
            const range = rangeOf(one);
            const standing = standingOf(range, overall);
            return (
              <tr key={one.key} class={standing}>
                <th scope="row">{one.key === '' ? t('unknownKey') : nameOf(one.key)}</th>
                <td>
                  <span class="row wrap">
                    <RangeMark range={range} overall={overall} />
                    {standing !== 'within' && (
                      <Badge tone={standing === 'below' ? 'bad' : 'warn'}>{t(standing)}</Badge>
                    )}
                    {range.share !== null && range.few && (
                      <Badge tone="outline" title={t('fewWhat')}>
                        {t('few', { n: range.decided })}
                      </Badge>
                    )}
                  </span>
                </td>
                <td class="num">{count(one.confirmed)}</td>
                <td class="num">{count(one.refuted)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </>
  );
}

function GroupPanel({ title, id, loaded, nameOf }: {
  title: string;
  id: string;
  loaded: Loaded<Verdicts>;
  nameOf: (key: string) => string;
}) {
  const { data, error, reload } = loaded;
  return (
    <section class="panel" aria-labelledby={id}>
      <header><h2 id={id}>{title}</h2></header>
      {error !== null && data === null && <Missing error={error} retry={reload} />}
      {data === null && error === null && <div class="body"><Loading lines={4} /></div>}
      {data !== null && <Groups items={data.items} nameOf={nameOf} />}
    </section>
  );
}

function SecondLooks({ verdicts }: { verdicts: Verdicts }) {
  const matrix = matrixOf(verdicts.second_looks, outcomes);
  const { kappa } = verdicts.agreement;
  return (
    <section class="panel" aria-labelledby="looks">
      <header><h2 id="looks">{t('looks')}</h2></header>
      <p class="body muted">{t('looksWhat')}</p>
      {matrix.all === 0 ? <Empty title={t('looksNone')} /> : (
        <>
          <table class="table matrix">
            <thead>
              <tr>
                <td />
                {matrix.outcomes.map((one) => (
                  <th key={one} scope="col" class="num">{outcomeName(one)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {matrix.outcomes.map((first, i) => (
                <tr key={first}>
                  <th scope="row">{outcomeName(first)}</th>
                  {matrix.cells[i]!.map((n, j) => (
                    <td key={j} class={`num ${i === j ? 'same' : n > 0 ? 'other' : 'muted'}`}>
                      {count(n)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
          <p class="body">
            <strong>
              {t('agreement', {
                same: matrix.same, all: matrix.all, share: percent(matrix.same / matrix.all),
              })}
            </strong>{' '}
            <span class="muted">
              {kappa === null ? t('kappaNone') : t('kappa', { kappa: decimal(kappa) })}
            </span>
          </p>
        </>
      )}
    </section>
  );
}

function Control({ verdicts }: { verdicts: Verdicts }) {
  const { control } = verdicts;
  return (
    <section class="panel" aria-labelledby="control">
      <header><h2 id="control">{t('control')}</h2></header>
      <div class="body stack">
        <p class="muted">{t('controlWhat')}</p>
        {control.closed === 0 ? (
          <p>{t('controlNone', { drawn: control.drawn })}</p>
        ) : (
          <>
            <p>
              {t('controlSays', {
                ...control, low: percent(control.low, 1), high: percent(control.high, 1),
              })}
            </p>
            <RangeMark
              range={{
                share: control.confirmed + control.refuted === 0
                  ? null
                  : control.confirmed / (control.confirmed + control.refuted),
                low: control.low, high: control.high,
                decided: control.confirmed + control.refuted, few: false,
              }}
            />
          </>
        )}
      </div>
    </section>
  );
}

const same = (key: string) => key;

export function Fairness() {
  const region = useGet<Verdicts>('/verdicts', { query: { by: 'region' } });
  const level = useGet<Verdicts>('/verdicts', { query: { by: 'level' } });
  const age = useGet<Verdicts>('/verdicts', { query: { by: 'age' } });
  return (
    <div class="stack fairness">
      <p class="muted">{t('fairnessWhat')}</p>
      <div class="two">
        <GroupPanel title={t('byRegion')} id="by-region" loaded={region} nameOf={regionPath} />
        <div class="stack">
          <GroupPanel title={t('byLevel')} id="by-level" loaded={level} nameOf={levelName} />
          <GroupPanel title={t('byAge')} id="by-age" loaded={age} nameOf={same} />
        </div>
      </div>
      {region.data !== null && (
        <>
          <div class="two">
            <SecondLooks verdicts={region.data} />
            <Control verdicts={region.data} />
          </div>
          <AsOf at={region.data.as_of} />
        </>
      )}
    </div>
  );
}
