// SPDX-License-Identifier: GPL-3.0-or-later
// The drawer on the right: why this case, in its own words. Reading it is on record.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Alert, Case, CaseRow, Party, Verb } from '../../core/api';
import { dateTime, language } from '../../core/i18n';
import { useGet } from '../../core/load';
import { kindName, partyRoleName, statusName } from '../../core/names';
import { href } from '../../core/router';
import {
  AsOf, Badge, Button, Due, ErrorBox, Icon, Loading, Money, PatternName, Ref, Region, ResultBadge,
  SeverityBadge, StateBadge,
} from '../../core/ui';
import { RankParts } from './rank';
import { t } from './text';

const SETTLE_MS = 250; // moving on at once reads nothing
const PARTIES = 8;

// People before places, places before their devices.
const kinds = ['person', 'insured', 'giver', 'proxy', 'institution', 'doctor', 'operator', 'device'];

function inOrder(parties: readonly Party[]): Party[] {
  const place = (party: Party) => (party.is_subject ? -1 : kinds.indexOf(party.kind));
  return [...parties].sort((a, b) => place(a) - place(b));
}

function Story({ alert }: { alert: Alert }) {
  if (alert.status === 'withdrawn') {
    return (
      <section>
        <h3><PatternName id={alert.pattern.id} /></h3>
        <p><Badge tone="bad">{statusName(alert.status)}</Badge> {t('withdrawnWhy')}</p>
      </section>
    );
  }
  const words = alert.explanation?.[language.value];
  const counter = alert.counterfactual?.[language.value];
  return (
    <section>
      <h3><PatternName id={alert.pattern.id} /></h3>
      <p class={words ? '' : 'muted'}>{words || t('noWords')}</p>
      {counter && <p class="muted counter"><strong>{t('whatElse')}:</strong> {counter}</p>}
    </section>
  );
}

export function Preview({ row, onClose, actions }: {
  row: CaseRow;
  onClose: () => void;
  actions: (allowed?: Verb[]) => ComponentChildren;
}) {
  const [settled, setSettled] = useState<number | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(row.id), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [row.id]);
  const ready = settled === row.id;
  const { data, error, reload } = useGet<Case>(ready ? `/cases/${row.id}` : null, {
    purpose: 'verification',
  });
  // Acting on it changes what may be done next.
  const { version } = row;
  const stale = data?.id === row.id && data.version < version;
  useEffect(() => {
    if (stale) {
      reload();
    }
  }, [stale, version, reload]);
  const known = data?.id === row.id ? data : null;
  const stories = (known?.bodies ?? []).filter((one) => one.current !== false);

  return (
    <aside class="preview panel" aria-labelledby="preview-case">
      <header>
        <h2 id="preview-case"><a href={href(`case/${row.id}`)}>#{row.id}</a></h2>
        <StateBadge row={row} />
        <span class="grow" />
        <Button kind="plain" size="icon" aria-label={`${t('preview')}: ×`} onClick={onClose}>
          <Icon name="close" />
        </Button>
      </header>
      <div class="body stack" tabIndex={0} role="region" aria-label={t('preview')}>
        <div class="row wrap">
          {row.alerts > 0 && <><SeverityBadge severity={row.severity} /><ResultBadge result={row.result_type} /></>}
          {row.origin === 'control' && <Badge tone="accent" title={t('controlHint')}>{t('controlBadge')}</Badge>}
          {row.closed === null && <Due due={row.due} clock={row.clock} />}
          {row.snoozed_until !== null && (
            <Badge tone="outline">{t('snoozedUntil', { time: dateTime(row.snoozed_until) })}</Badge>
          )}
        </div>
        <div>
          <span class="muted">{kindName(row.subject_kind)} </span>
          <Ref id={row.subject} name={row.subject_name} />
          <span class="muted"> · <Region code={row.region} full /></span>
        </div>
        {row.alerts === 0 ? <p class="muted">{t('controlHint')}</p> : (
          <>
            <div class="row wrap">
              <strong class="figure"><Money fen={row.amount_fen} /></strong>
              <span class="muted">
                {t('alerts', { n: row.alerts })}
                {row.withdrawn > 0 && ` (${t('withdrawn', { n: row.withdrawn })})`}
              </span>
            </div>
            <RankParts row={row} />
          </>
        )}
        <div class="row wrap acts">{known !== null && !stale && actions(known.allowed)}</div>
        {error !== null && <ErrorBox error={error} retry={reload} />}
        {known === null && error === null && <Loading lines={5} />}
        {stories.map((alert) => <Story key={alert.alert_id} alert={alert} />)}
        {known !== null && (
          <section>
            <h3>{t('parties')}</h3>
            <ul>
              {inOrder(known.parties).slice(0, PARTIES).map((party) => (
                <li key={party.ref} class="row">
                  <span class="muted nowrap">
                    {party.roles.map(partyRoleName).join(', ') || kindName(party.kind)}
                  </span>
                  <span class="cut"><Ref id={party.ref} name={party.name} /></span>
                  {party.other_cases > 0 && (
                    <span class="muted nowrap">{t('others', { n: party.other_cases })}</span>
                  )}
                </li>
              ))}
              {known.parties.length > PARTIES && (
                <li class="muted">{t('more', { n: known.parties.length - PARTIES })}</li>
              )}
            </ul>
          </section>
        )}
        {row.tags.length > 0 && (
          <div class="row wrap">
            {row.tags.map((tag) => <Badge key={tag} tone="outline">{tag}</Badge>)}
          </div>
        )}
        {known !== null && <AsOf at={known.as_of} />}
      </div>
    </aside>
  );
}
