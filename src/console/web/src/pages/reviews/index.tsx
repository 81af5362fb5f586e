// SPDX-License-Identifier: GPL-3.0-or-later
// A second look at closed cases by somebody who does not know what the first concluded.
import { useEffect, useState } from 'preact/hooks';
import {
  outcomes, post, type ApiError, type Outcome, type Page, type Review, type ReviewCase,
} from '../../core/api';
import { count } from '../../core/i18n';
import { useKeys } from '../../core/keys';
import { asApiError, useGet } from '../../core/load';
import { kindName, outcomeName, partyRoleName } from '../../core/names';
import { go, href, type PageProps } from '../../core/router';
import { Story } from '../../core/story';
import {
  AsOf, Button, Empty, ErrorBox, Field, Loading, Money, Ref, Region, SeverityBadge, toast, When,
} from '../../core/ui';
import './style.css';
import { t } from './text';

function Opinion({ id, onDone }: { id: number; onDone: () => void }) {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [reason, setReason] = useState('');
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const ready = outcome !== null && reason.trim().length >= 2 && !busy;

  const send = async () => {
    setBusy(true);
    setError(null);
    try {
      const answer = await post<{ agreed: boolean }>(`/reviews/${id}`, { outcome, reason });
      toast(t(answer.agreed ? 'sentAgreed' : 'sentDiffers'));
      onDone();
    } catch (failed) {
      setError(asApiError(failed));
      setBusy(false);
    }
  };
  useKeys(
    () => t('opinion'),
    outcomes.map((one, i) => ({
      key: String(i + 1), label: () => outcomeName(one), run: () => setOutcome(one),
    })),
  );

  return (
    <form
      class="panel opinion"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) {
          void send();
        }
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && event.ctrlKey && ready) {
          void send();
        }
      }}
    >
      <header><h2>{t('opinion')}</h2></header>
      <div class="body stack">
        <fieldset>
          <legend class="seen-by-readers">{t('opinion')}</legend>
          {outcomes.map((one, i) => (
            <label key={one} class="check">
              <input type="radio" name="outcome" checked={one === outcome} onChange={() => setOutcome(one)} />
              <span class="grow">{outcomeName(one)}</span><kbd aria-hidden="true">{i + 1}</kbd>
            </label>
          ))}
        </fieldset>
        <Field label={t('reason')}>
          <textarea
            class="textarea" maxLength={1300} placeholder={t('reasonHint')} value={reason}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </Field>
        {error !== null && <ErrorBox error={error} />}
        <Button kind="primary" type="submit" disabled={!ready} hint="Ctrl ↵">{t('send')}</Button>
      </div>
    </form>
  );
}

function Look({ id, onDone }: { id: number; onDone: () => void }) {
  const { data, error, reload } = useGet<ReviewCase>(`/reviews/${id}`, { purpose: 'verification' });
  if (error !== null) {
    return <ErrorBox error={error} retry={reload} />;
  }
  if (data === null) {
    return <Loading lines={12} />;
  }
  return (
    <div class="look">
      <div class="stack grow">
        <Story id={id} bodies={data.bodies} parties={data.parties} control={data.control} />
        <AsOf at={data.as_of} />
      </div>
      <div class="stack side">
        <Opinion key={id} id={id} onDone={onDone} />
        <section class="panel">
          <header><h2>{t('parties')}</h2></header>
          <ul class="body stack">
            {data.parties.map((party) => (
              <li key={party.ref}>
                <span class="muted">{party.roles.map(partyRoleName).join(', ') || kindName(party.kind)}</span>
                {' '}<Ref id={party.ref} name={party.name} />
              </li>
            ))}
          </ul>
        </section>
      </div>
    </div>
  );
}

export default function ReviewsPage({ path }: PageProps) {
  const { data, error, loading, reload } = useGet<Page<Review>>('/reviews');
  const items = data?.items ?? [];
  const id = path[0] === undefined ? null : Number(path[0]);
  const at = items.findIndex((one) => one.case === id);
  const move = (to: number) => {
    const next = items[Math.max(0, Math.min(items.length - 1, to))];
    if (next !== undefined) {
      go(`reviews/${next.case}`);
    }
  };
  useEffect(() => {
    if (id === null && data?.items[0] !== undefined) {
      location.replace(href(`reviews/${data.items[0].case}`));
    }
  }, [id, data]);
  useKeys(() => t('title'), [
    { key: 'j', label: () => t('next'), run: () => move(at + 1) },
    { key: 'k', label: () => t('previous'), run: () => move(at - 1) },
  ]);

  return (
    <div class="page fills reviews">
      <div class="page-head">
        <h1>{t('title')}</h1>
        <p class="muted grow">{t('why')}</p>
        {data !== null && <AsOf at={data.as_of} />}
      </div>
      {error !== null && <ErrorBox error={error} retry={reload} />}
      {data === null && loading && <Loading />}
      {data !== null && items.length === 0 && (
        <div class="panel"><Empty title={t('empty')}><p>{t('emptyWhy')}</p></Empty></div>
      )}
      {items.length > 0 && (
        <div class="split">
          <nav class="panel list" aria-label={t('waiting')}>
            <header><h2>{t('waiting')}</h2><span class="muted">{count(items.length)}</span></header>
            <ul>
              {items.map((one) => (
                <li key={one.case}>
                  <a href={href(`reviews/${one.case}`)} aria-current={one.case === id ? 'true' : undefined}>
                    <span class="row">
                      <strong class="grow">{t('caseNumber', { id: String(one.case) })}</strong>
                      <SeverityBadge severity={one.severity} />
                    </span>
                    <span class="row">
                      <code class="grow cut">{one.patterns.join(' ')}</code><Money fen={one.amount_fen} short />
                    </span>
                    <span class="muted"><Region code={one.region} /> · {t('asked')} <When at={one.asked} as="relative" /></span>
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          <div class="grow scroll-y">
            {id === null ? <Empty title={t('choose')} /> : (
              <Look
                key={id} id={id}
                onDone={() => {
                  reload();
                  go('reviews');
                }}
              />
            )}
          </div>
        </div>
      )}
    </div>
  );
}
