// SPDX-License-Identifier: GPL-3.0-or-later
import { Fragment, type ComponentChildren } from 'preact';
import type { Case } from '../../core/api';
import { calendarUntil } from '../../core/completeness';
import { count, date, dateTime, moneyShort, percent } from '../../core/i18n';
import { kindName } from '../../core/names';
import { patternTitle } from '../../core/patterns';
import {
  Badge, Due, Money, PatternName, Ref, Region, ResultBadge, SeverityBadge, StateBadge, When,
} from '../../core/ui';
import { subjectsOf } from './logic';
import { t } from './text';

const OTHERS_SHOWN = 3;

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>;
}

function withdrawnText(one: Case): string {
  const bodies = one.bodies.filter((body) => body.status === 'withdrawn');
  const which = bodies.map((body) => `${patternTitle(body.pattern.id)} (${date(body.window.start)})`);
  return t('withdrawnSome', { n: one.withdrawn, all: one.alerts, which: which.join('; ') });
}

// It is said when alerts speak of somebody else than the subject above.
function Others({ one }: { one: Case }) {
  const { others, isFirstGone } = subjectsOf(one);
  if (others.length === 0) {
    return null;
  }
  const named = new Map(one.parties.map((party) => [party.ref, party.name]));
  const shown = others.slice(0, OTHERS_SHOWN);
  return (
    <p class={isFirstGone ? 'notice' : ''}>
      {t(isFirstGone ? 'subjectGone' : 'subjectOthers')}{' '}
      {shown.map(({ kind, id }, i) => (
        <Fragment key={id}>
          {i > 0 && t('listComma')}{kindName(kind)} <Ref id={id} name={named.get(id)} />
        </Fragment>
      ))}
      {others.length > shown.length && t('subjectMore', { n: others.length - shown.length })}
    </p>
  );
}

// Do holidays count in this clock to its end?
function isBeyond(due: string): boolean {
  const until = calendarUntil.value;
  return until !== null && Date.parse(due) > Date.parse(`${until}T00:00:00+08:00`) + 86_400_000;
}

export function Head({ one, actions }: { one: Case; actions?: ComponentChildren }) {
  const isSnoozed = one.snoozed_until !== null && Date.parse(one.snoozed_until) > Date.now();
  const isClaimed = one.bodies.length > 0; // of a control nothing is
  return (
    <div class="case-head">
      <div class="row">
        <div class="row wrap grow">
          <h1>{t('number', { id: String(one.id) })}</h1>
          {one.patterns.map((id) => <PatternName key={id} id={id} />)}
          <StateBadge row={one} />
          {isClaimed && <><SeverityBadge severity={one.severity} /><ResultBadge result={one.result_type} /></>}
          {one.origin === 'control' && <Badge tone="accent" title={t('controlWhy')}>{t('control')}</Badge>}
          {isSnoozed && <Badge tone="warn">{t('snoozedUntil', { time: dateTime(one.snoozed_until!) })}</Badge>}
          {one.escalated !== null && <Badge tone="bad">{t('escalated')}</Badge>}
        </div>
        {actions}
      </div>
      <dl class="case-facts">
        <Fact name={t('subject')}>
          {kindName(one.subject_kind)} <Ref id={one.subject} name={one.subject_name} />
          {one.subject_name !== '' && <> <code class="muted">{one.subject}</code></>}
        </Fact>
        <Fact name={t('region')}><Region code={one.region} full /></Fact>
        {isClaimed && (
          <>
            <Fact name={t('atRisk')}><strong><Money fen={one.amount_fen} /></strong></Fact>
            <Fact name={t('probability')}>{percent(one.probability)}</Fact>
          </>
        )}
        <Fact name={t('rank')}>
          <span
            title={t('rankWhy', {
              p: percent(one.probability), money: moneyShort(one.amount_fen), urgency: String(one.urgency),
            })}
          >
            {count(one.rank)}
          </span>
        </Fact>
        {one.closed === null ? (
          <Fact name={t('clock')}>
            <Due due={one.due} clock={one.clock} />
            {one.due !== null && (
              <span class="muted">
                {' '}{date(one.due)}{one.extended && ` · ${t('extended')}`}
                {isBeyond(one.due) && ` · ${t('weekdays')}`}
              </span>
            )}
          </Fact>
        ) : (
          <Fact name={t('closed')}><When at={one.closed} /></Fact>
        )}
        <Fact name={t('assignee')}>{one.assignee_name || <span class="muted">{t('nobody')}</span>}</Fact>
        {one.lease_until !== null && (
          <Fact name={t('lease')}><span title={t('leaseWhy')}><When at={one.lease_until} as="relative" /></span></Fact>
        )}
      </dl>
      <Others one={one} />
      {one.withdrawn > 0 && <p class="notice">{withdrawnText(one)}</p>}
    </div>
  );
}
