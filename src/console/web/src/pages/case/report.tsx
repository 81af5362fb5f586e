// SPDX-License-Identifier: GPL-3.0-or-later
// The case as it goes to paper: A4, light, everything open, nothing to click.
import { useLayoutEffect, useState } from 'preact/hooks';
import { session, type Case } from '../../core/api';
import { dateTime, dateTimeSeconds } from '../../core/i18n';
import { patternTitle } from '../../core/patterns';
import { onPaper } from '../../core/theme';
import { AsOf, Button } from '../../core/ui';
import { Head } from './head';
import { gathered } from './logic';
import { Conclusion, detailText, FileList, whatText } from './right';
import { Story } from './story';
import { t } from './text';

export function Decisions({ one }: { one: Case }) {
  return (
    <section class="panel">
      <header><h2>{t('decisions')}</h2></header>
      <div class="body stack">
        {one.outcome !== '' && <Conclusion one={one} />}
        <table class="table decisions">
          <thead><tr><th>{t('when')}</th><th>{t('who')}</th><th>{t('what')}</th><th>{t('text')}</th></tr></thead>
          <tbody>
            {gathered(one.history).map(({ item, times, first }) => (
              <tr key={item.id}>
                <td class="nowrap">{dateTimeSeconds(item.at)}</td>
                <td class="nowrap">{item.actor || t('bySystem')}</td>
                <td>{whatText(item.what)}{times > 1 && ` ×${times}`}</td>
                <td>
                  {[
                    detailText(item.what, item.detail), item.text,
                    times > 1 ? t('revisedSince', { time: dateTime(first.at) }) : '',
                  ].filter((text) => text !== '').join(' — ')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {one.files.length > 0 && <><h3>{t('files')}</h3><FileList one={one} short={false} /></>}
      </div>
    </section>
  );
}

// A control has no alert, and nothing to replay.
export function Proof({ one }: { one: Case }) {
  if (one.bodies.length === 0) {
    return null;
  }
  const packs = new Map(one.bodies.map((body) => [body.pack.sha256, body.pack]));
  return (
    <section class="panel">
      <header><h2>{t('proof')}</h2></header>
      <div class="body stack">
        <table class="table">
          <thead><tr><th>{t('alert')}</th><th>{t('name')}</th><th class="num">{t('revision')}</th></tr></thead>
          <tbody>
            {one.bodies.map((body) => (
              <tr key={body.alert_id}>
                <td><code>{body.alert_id}</code></td>
                <td>{body.pattern.id} {patternTitle(body.pattern.id)}, v{body.pattern.version}</td>
                <td class="num">{body.rev}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {[...packs.values()].map((pack) => (
          <p key={pack.sha256}>
            {t('pack')} {pack.name} {pack.version}, {t('sha256')} <code class="hash">{pack.sha256}</code>
          </p>
        ))}
        <p>{t('proofWhy')}</p>
        <pre class="commands">
          {one.bodies.map((body) => `xiezhi explain -c CONFIG ${body.alert_id}`).join('\n')}
        </pre>
      </div>
    </section>
  );
}

export function Report({ one, onBack }: { one: Case; onBack: () => void }) {
  const [told, setTold] = useState(false);
  useLayoutEffect(() => {
    onPaper.value = true;
    return () => {
      onPaper.value = false;
    };
  }, []);
  return (
    <div class="page report on-sheets">
      <div class="row no-print">
        <Button onClick={onBack}>{t('back')}</Button>
        <Button kind="primary" disabled={!told} onClick={() => print()}>{t('printNow')}</Button>
      </div>
      <p class="report-kind">{t('reportTitle')}</p>
      <Head one={one} />
      <p class="muted">
        {t('reportOf', { name: session.value?.name ?? '', time: dateTimeSeconds(Date.now()) })} {t('reportPseudonyms')}
      </p>
      <AsOf at={one.as_of} />
      <Story id={one.id} bodies={one.bodies} parties={one.parties} control={one.control} onPaper onTold={() => setTold(true)} />
      <Decisions one={one} />
      <Proof one={one} />
    </div>
  );
}
