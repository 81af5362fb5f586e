// SPDX-License-Identifier: GPL-3.0-or-later
// All about one pattern.
import type { Pattern } from '../../core/api';
import { count, decimal, duration } from '../../core/i18n';
import { actionName, kindName, outcomeName } from '../../core/names';
import { language } from '../../core/i18n';
import { articleOf } from '../../core/law';
import { href } from '../../core/router';
import { measureName } from '../../core/story/text';
import { Badge, Dialog, ResultBadge, SeverityBadge, When } from '../../core/ui';
import { Hint } from '../../core/ui/help';
import { microseconds, perMany, rangeOf, rateKept, type Verdict } from './precision';
import { RangeMark } from './range';
import { familyName, segmentName, t } from './text';

function Evidence({ pattern }: { pattern: Pattern }) {
  if (pattern.evidence.length === 0) {
    return <p class="muted">{t('evidenceNone')}</p>;
  }
  return (
    <table class="table">
      <thead>
        <tr>
          <th scope="col">{t('measure')}</th><th scope="col">{t('window')}</th>
          <th scope="col">{t('family')}</th><th scope="col">{t('by')}</th>
          <th scope="col">{t('independent')}<Hint text={t('independentWhat')} /></th>
        </tr>
      </thead>
      <tbody>
        {pattern.evidence.map((one) => (
          <tr key={one.key}>
            <td title={one.key}>
              {measureName(one.measure)} <code class="muted">{one.measure}</code>
            </td>
            <td>{one.window_s > 0 ? duration(one.window_s * 1000) : '–'}</td>
            <td>{familyName(one.family)}</td>
            <td>{one.by.map(segmentName).join(' × ') || '–'}</td>
            <td>{t(one.independent ? 'yes' : 'no')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Rates({ pattern }: { pattern: Pattern }) {
  const { realised, false_alarms_per_month: declared } = pattern;
  const kept = rateKept(pattern);
  return (
    <dl class="pairs">
      <div>
        <dt>{t('declared')}</dt>
        <dd>
          {declared !== null && declared > 0
            ? t('declaredOf', { rate: perMany(declared), subject: kindName(pattern.subject) })
            : t('rule')}
        </dd>
      </div>
      <div>
        <dt>{t('realised')}</dt>
        <dd>
          {realised
            ? t('falseAlarmsOf', {
                refuted: realised.refuted, months: decimal(realised.subject_months, 0),
                rate: perMany(realised.rate), low: perMany(realised.low), high: perMany(realised.high),
              })
            : t('notCounted')}
          {kept !== 'unknown' && (
            <> <Badge tone={kept === 'broken' ? 'bad' : kept === 'kept' ? 'ok' : 'outline'}>{t(kept)}</Badge></>
          )}
        </dd>
      </div>
      <div>
        <dt>{t('cost')}</dt>
        <dd>
          {pattern.cost
            ? t('costOf', { us: microseconds(pattern.cost), n: pattern.cost.evaluated })
            : t('notCounted')}
        </dd>
      </div>
    </dl>
  );
}

function Counts({ pattern }: { pattern: Pattern }) {
  const { counts } = pattern;
  if (counts === null) {
    return <p class="muted">{t('notCounted')}</p>;
  }
  const all: [string, number][] = [
    [t('opened'), counts.opened], [t('revised'), counts.revised], [t('closed'), counts.closed],
    [t('withdrawn'), counts.withdrawn], [t('late'), counts.suppressed_late],
    [t('inShadow'), counts.shadow],
  ];
  return (
    <dl class="numbers">
      {all.map(([name, n]) => (
        <div key={name}><dt>{name}</dt><dd>{count(n)}</dd></div>
      ))}
    </dl>
  );
}

function Verdicts({ verdict }: { verdict: Verdict | undefined }) {
  if (verdict === undefined) {
    return <p class="muted">{t('undecided')}</p>;
  }
  const all: [string, number][] = [
    [t('confirmed'), verdict.confirmed], [t('refuted'), verdict.refuted],
    [outcomeName('inconclusive'), verdict.inconclusive],
    [outcomeName('right_to_ask'), verdict.right_to_ask],
  ];
  return (
    <>
      <RangeMark range={rangeOf(verdict)} />
      <dl class="numbers">
        {all.map(([name, n]) => (
          <div key={name}><dt>{name}</dt><dd>{count(n)}</dd></div>
        ))}
      </dl>
    </>
  );
}

function History({ pattern }: { pattern: Pattern }) {
  const rows = pattern.history ?? [];
  if (rows.length === 0) {
    return <p class="muted">{t('historyNone')}</p>;
  }
  return (
    <table class="table">
      <thead>
        <tr>
          <th scope="col">{t('version')}</th><th scope="col">{t('packHash')}</th>
          <th scope="col">{t('first')}</th><th scope="col">{t('last')}</th>
          <th scope="col" class="num">{t('alerts')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((one) => (
          <tr key={`${one.version} ${one.pack}`}>
            <td>v{one.version}</td>
            <td><code title={one.pack}>{one.pack.slice(0, 12)}</code></td>
            <td><When at={one.first} /></td>
            <td><When at={one.last} /></td>
            <td class="num">{count(one.alerts)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function PatternDetail({ pattern, verdict, onClose }: {
  pattern: Pattern;
  verdict: Verdict | undefined;
  onClose: () => void;
}) {
  return (
    <Dialog
      wide title={t('detail', { id: pattern.id, title: pattern.titles[language.value] })}
      onClose={onClose}
      footer={<a class="button" href={href('queue', { pattern: pattern.id })}>{t('cases')}</a>}
    >
      <div class="row wrap">
        <ResultBadge result={pattern.result_type} />
        <SeverityBadge severity={pattern.severity} />
        <Badge>{kindName(pattern.subject)}</Badge>
        <Badge tone="outline">v{pattern.version}</Badge>
        {pattern.shadow && <Badge tone="warn" title={t('shadowWhat')}>{t('shadow')}</Badge>}
        <code class="muted">{pattern.name}</code>
      </div>
      <section><h3>{t('evidence')}</h3><Evidence pattern={pattern} /></section>
      <div class="halves">
        <section>
          <h3>{t('legal')}</h3>
          <p class="row wrap">{pattern.legal.map((one) => (
            <Badge key={one} title={one}>{articleOf(one)?.title[language.value] ?? one}</Badge>
          ))}</p>
        </section>
        <section>
          <h3>{t('actions')}</h3>
          <ul>{pattern.actions.map((one) => <li key={one}>{actionName(one.slice(1))}</li>)}</ul>
        </section>
      </div>
      <section><h3>{t('falseAlarms')}</h3><Rates pattern={pattern} /></section>
      <section><h3>{t('verdicts')}</h3><Verdicts verdict={verdict} /></section>
      <section><h3>{t('counts')}</h3><Counts pattern={pattern} /></section>
      <section><h3>{t('history')}</h3><History pattern={pattern} /></section>
    </Dialog>
  );
}
