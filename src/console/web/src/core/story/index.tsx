// SPDX-License-Identifier: GPL-3.0-or-later
// The story of a case, drawn: <Story bodies parties/>. It knows nothing of states and outcomes, so
// that a second look is as blind as it has to be.
import { useMemo, useState } from 'preact/hooks';
import type { Alert, Party, Purpose } from '../api';
import { dateTime } from '../i18n';
import { patternTitle } from '../patterns';
import { Empty, Select } from '../ui';
import { BalanceOverTime } from './balance';
import { Context, Section } from './common';
import { ExhibitDialog, Exhibits } from './exhibits';
import { Expected } from './expected';
import { Finding } from './finding';
import { JourneyOnMap } from './journey';
import { ArticleText } from './law';
import { balanceOf, drawingsOf, eventsOf, isNetworkDrawn, journeyOf, networkOf, runsOf, type Network, type StoryEvent } from './model';
import { NetworkOf } from './network';
import { RunOfCards } from './run';
import './style.css';
import { t } from './text';
import { Timeline } from './timeline';

function AlertStory({ bodies, alert, network, onPaper }: {
  bodies: readonly Alert[];
  alert: Alert;
  network: Network;
  onPaper: boolean;
}) {
  const story = useMemo(() => {
    const events = eventsOf(onPaper ? [alert] : bodies, alert);
    const mine = events.filter((one) => one.isChosen);
    return {
      events, mine, drawn: new Set(drawingsOf(events, alert, network)), journey: journeyOf(mine),
      runs: runsOf(mine), balance: balanceOf(mine),
    };
  }, [bodies, alert, network, onPaper]);
  const { drawn } = story;
  const travel = alert.evidence.find((one) => one.measure === 'travel');
  return (
    <>
      <Finding alert={alert} />
      {drawn.has('journey') && (
        <JourneyOnMap
          journey={story.journey!} usual={travel?.expected ?? null} counted={travel?.observed ?? null}
        />
      )}
      {drawn.has('run') && <RunOfCards runs={story.runs} />}
      {drawn.has('balance') && <BalanceOverTime balance={story.balance!} />}
      {drawn.has('timeline') && <Timeline events={story.events} onPaper={onPaper} />}
      {drawn.has('expected') && <Expected alert={alert} />}
      {!onPaper && drawn.has('network') && <NetworkOf network={network} />}
      <Exhibits events={story.mine} onPaper={onPaper} />
    </>
  );
}

export interface StoryProps {
  bodies: readonly Alert[];
  parties: readonly Party[];
  chosen?: string; // the alert that is told; without it the reader chooses here
  purpose?: Purpose;
  onPaper?: boolean; // every alert, one after the other, nothing to scroll or to open
}

export function Story({ bodies, parties, chosen, purpose = 'verification', onPaper = false }: StoryProps) {
  const [own, setOwn] = useState('');
  const [opened, setOpened] = useState<StoryEvent | null>(null);
  const network = useMemo(() => networkOf(bodies, parties), [bodies, parties]);
  const context = useMemo(() => {
    const names = new Map(parties.map((one) => [one.ref, one.name]));
    return { nameOf: (id: string) => names.get(id) || id, open: setOpened, purpose };
  }, [parties, purpose]);
  const alert = bodies.find((one) => one.alert_id === (chosen ?? own)) 
    ?? bodies.find((one) => one.status !== 'withdrawn') ?? bodies[0];
  if (alert === undefined) {
    return <Empty title={t('noAlerts')}><p>{t('noAlertsWhy')}</p></Empty>;
  }
  const told = onPaper ? bodies : [alert];
  return (
    <Context.Provider value={context}>
      <div class="story">
        {chosen === undefined && !onPaper && bodies.length > 1 && (
          <Select
            label={t('story')} value={alert.alert_id} onChange={setOwn}
            options={bodies.map((one) => [
              one.alert_id, `${patternTitle(one.pattern.id)} · ${dateTime(one.window.start)}`,
            ])}
          />
        )}
        {told.map((one) => (
          <AlertStory key={one.alert_id} bodies={bodies} alert={one} network={network} onPaper={onPaper} />
        ))}
        {onPaper && isNetworkDrawn(network) && <NetworkOf network={network} />}
        <Section title={t('law')}>
          <div class="articles">
            {[...new Set(told.flatMap((one) => one.legal))].map((id) => <ArticleText key={id} id={id} />)}
          </div>
        </Section>
        {opened !== null && <ExhibitDialog event={opened} onClose={() => setOpened(null)} />}
      </div>
    </Context.Provider>
  );
}
