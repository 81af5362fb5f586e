// SPDX-License-Identifier: GPL-3.0-or-later
// The alerts of the case, and who is involved.
import { useState } from 'preact/hooks';
import { may, severities, type Alert, type Case, type Party } from '../../core/api';
import { date, dateTime } from '../../core/i18n';
import { kindName, partyRoleName, statusName } from '../../core/names';
import { patternTitle } from '../../core/patterns';
import { href } from '../../core/router';
import { Badge, Button, Money, SeverityBadge } from '../../core/ui';
import { t } from './text';

const PARTIES_SHOWN = 20;
const kindOrder = ['institution', 'operator', 'device', 'doctor'];

// Places first, people after them: there may be hundreds.
function orderOf(party: Party): number {
  const at = kindOrder.indexOf(party.kind);
  return at < 0 ? kindOrder.length : at;
}

function AlertItem({ alert, isChosen, onChoose }: {
  alert: Alert;
  isChosen: boolean;
  onChoose: () => void;
}) {
  const { start, end } = alert.window;
  const isOneDay = date(start) === date(end);
  const from = isOneDay ? dateTime(start) : date(start);
  const to = isOneDay ? dateTime(end).slice(11) : date(end);
  return (
    <li>
      <button type="button" class="alert-item" aria-current={isChosen ? 'true' : undefined} onClick={onChoose}>
        <span class="row">
          <code>{alert.pattern.id}</code>
          <strong class="grow cut" title={patternTitle(alert.pattern.id)}>{patternTitle(alert.pattern.id)}</strong>
          <SeverityBadge severity={severities.indexOf(alert.severity) as 0 | 1 | 2 | 3} />
        </span>
        <span class="muted">{from} – {to}</span>
        <span class="row">
          <span class="grow muted">{t('events', { n: alert.event_count })}</span>
          <Money fen={alert.amount_fen} />
        </span>
        {alert.status === 'withdrawn' && <span><Badge tone="bad">{statusName(alert.status)}</Badge></span>}
      </button>
    </li>
  );
}

function PartyItem({ party, identity }: { party: Party; identity: string | undefined }) {
  const roles = party.roles.filter((role) => role !== 'subject' && role !== party.kind).map(partyRoleName);
  return (
    <li class="party">
      <span class="row">
        <span class="grow cut" title={party.ref}>
          {party.name === '' ? <code>{party.ref}</code> : <>{party.name} <code class="muted">{party.ref}</code></>}
        </span>
        {party.is_subject && <Badge tone="accent">{t('isSubject')}</Badge>}
      </span>
      {identity !== undefined && <strong class="identity">{identity}</strong>}
      <span class="row muted">
        <span class="grow cut">{[kindName(party.kind), ...roles].join(' · ')}</span>
        {party.other_cases > 0 && (
          <a href={href('queue', { subject: party.ref, open: 'all' })}>{t('otherCases', { n: party.other_cases })}</a>
        )}
      </span>
    </li>
  );
}

export function Left({ one, chosen, onChoose, identities, onUnmask }: {
  one: Case;
  chosen: string;
  onChoose: (id: string) => void;
  identities: ReadonlyMap<string, string>;
  onUnmask: () => void;
}) {
  const [all, setAll] = useState(false);
  const parties = [...one.parties].sort(
    (a, b) => Number(b.is_subject) - Number(a.is_subject) || orderOf(a) - orderOf(b) || b.other_cases - a.other_cases,
  );
  const shown = all ? parties : parties.slice(0, PARTIES_SHOWN);
  return (
    <div class="case-left">
      {one.bodies.length > 0 && (
        <section class="panel" aria-labelledby="case-alerts">
          <header><h2 id="case-alerts">{t('alerts')}</h2><span class="muted">{one.bodies.length}</span></header>
          <ul class="alert-list">
            {one.bodies.map((alert) => (
              <AlertItem
                key={alert.alert_id} alert={alert} isChosen={alert.alert_id === chosen}
                onChoose={() => onChoose(alert.alert_id)}
              />
            ))}
          </ul>
          {one.bodies_left > 0 && <p class="alerts-left muted">{t('alertsLeft', { n: one.bodies_left })}</p>}
        </section>
      )}
      <section class="panel" aria-labelledby="case-parties">
        <header>
          <h2 id="case-parties">{t('parties')}</h2>
          <span class="muted">{parties.length}</span>
          {may('unmask') && parties.some((party) => party.ref.startsWith('P-')) && (
            <Button kind="plain" onClick={onUnmask}>{t('unmask')}</Button>
          )}
        </header>
        <ul class="party-list">
          {shown.map((party) => (
            <PartyItem key={`${party.kind} ${party.ref}`} party={party} identity={identities.get(party.ref)} />
          ))}
        </ul>
        {shown.length < parties.length && (
          <Button kind="plain" onClick={() => setAll(true)}>{t('showAll', { n: parties.length })}</Button>
        )}
      </section>
    </div>
  );
}
