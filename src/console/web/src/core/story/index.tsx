// SPDX-License-Identifier: GPL-3.0-or-later
// The story of a case, drawn: <Story id bodies parties control/>. It knows nothing of states and outcomes, so
// that a second look is as blind as it has to be.
import { Fragment, type ComponentChildren } from 'preact';
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { Alert, Case, Expected as ExpectedGroups, Party, Purpose } from '../api';
import { dateTime } from '../i18n';
import { useGet } from '../load';
import { patternTitle } from '../patterns';
import { Select } from '../ui';
import { BalanceOverTime } from './balance';
import { Context, Section } from './common';
import { Drawn } from './drawn';
import { ExhibitDialog, Exhibits } from './exhibits';
import { Expected } from './expected';
import { Finding } from './finding';
import { JourneyOnMap } from './journey';
import { ArticleText } from './law';
import {
  balanceOf, drawingsOf, eventsOf, journeyOf, runsOf, type Drawing, type StoryEvent,
} from './model';
import { Relations } from './network';
import { ReadingOnPaper } from './reading';
import { RunOfCards } from './run';
import './style.css';
import { t } from './text';
import { Timeline } from './timeline';

// How many of so many things are drawn: one more a turn, so that nothing holds the page.
function useTurns(count: number, key: string): number {
  const [turn, setTurn] = useState({ key, drawn: 1 });
  const drawn = turn.key === key ? turn.drawn : 1;
  useEffect(() => {
    if (drawn >= count) {
      return undefined;
    }
    const timer = setTimeout(() => setTurn({ key, drawn: drawn + 1 }));
    return () => clearTimeout(timer);
  }, [drawn, count, key]);
  return drawn;
}

function AlertStory({ bodies, parties, alert, purpose, onPaper, onRead }: {
  bodies: readonly Alert[];
  parties: readonly Party[];
  alert: Alert;
  purpose: Purpose;
  onPaper: boolean;
  onRead: (id: string) => void; // what it is held against has come, or will not
}) {
  const story = useMemo(() => {
    const events = eventsOf(onPaper ? [alert] : bodies, alert);
    const mine = events.filter((one) => one.isChosen);
    return {
      events, mine, drawn: drawingsOf(events, alert), journey: journeyOf(mine), runs: runsOf(mine),
      balance: balanceOf(mine),
    };
  }, [bodies, alert, onPaper]);
  const isCompared = story.drawn.includes('expected');
  const expected = useGet<ExpectedGroups>(isCompared ? `/alerts/${alert.alert_id}/expected` : null, { purpose });
  useEffect(() => {
    if (!expected.loading) {
      onRead(alert.alert_id);
    }
  }, [expected.loading, onRead, alert.alert_id]);
  const travel = alert.evidence.find((one) => one.measure === 'travel');
  const drawings: Record<Drawing, () => ComponentChildren> = {
    journey: () => (
      <JourneyOnMap
        journey={story.journey!} usual={travel?.expected ?? null} counted={travel?.observed ?? null}
      />
    ),
    run: () => <RunOfCards runs={story.runs} onPaper={onPaper} />,
    balance: () => <BalanceOverTime balance={story.balance!} />,
    timeline: () => <Timeline events={story.events} onPaper={onPaper} />,
    expected: () => <Expected alert={alert} expected={expected} />,
  };
  const parts = [
    () => <Exhibits events={story.mine} onPaper={onPaper} />,
    ...story.drawn.map((name) => drawings[name]),
    ...(onPaper ? [] : [() => <Relations bodies={bodies} parties={parties} />]),
  ];
  const drawn = useTurns(parts.length, alert.alert_id);
  const [exhibits, ...rest] = parts.slice(0, drawn).map((part, i) => <Fragment key={i}>{part()}</Fragment>);
  return (
    <>
      <Finding alert={alert} groups={expected.data?.items} onPaper={onPaper} />
      {rest}
      {exhibits}
    </>
  );
}

export interface StoryProps {
  id: number; // of the case
  bodies: readonly Alert[];
  parties: readonly Party[];
  control: Case['control']; // of a case behind which no alert stands: the event it was drawn by
  chosen?: string; // the alert that is told; without it the reader chooses here
  purpose?: Purpose;
  onPaper?: boolean; // every alert, one after the other, nothing to scroll or to open
  onTold?: () => void; // on paper: all of it is there
}

export function Story(props: StoryProps) {
  const { id, bodies, parties, control, chosen, purpose = 'verification', onPaper = false, onTold } = props;
  const [own, setOwn] = useState('');
  const [opened, setOpened] = useState<StoryEvent | null>(null);
  const context = useMemo(() => {
    const names = new Map(parties.map((one) => [one.ref, one.name]));
    return { nameOf: (id: string) => names.get(id) || id, open: setOpened, purpose };
  }, [parties, purpose]);
  const drawn = useTurns(onPaper ? bodies.length : 1, '');
  const [read, setRead] = useState<ReadonlySet<string>>(new Set());
  const onRead = useCallback((id: string) => setRead((was) => (was.has(id) ? was : new Set(was).add(id))), []);
  const isTold = drawn >= bodies.length && bodies.every((one) => read.has(one.alert_id));
  useEffect(() => {
    if (isTold) {
      onTold?.();
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- told once
  }, [isTold]);
  const alert = bodies.find((one) => one.alert_id === (chosen ?? own)) 
    ?? bodies.find((one) => one.status !== 'withdrawn') ?? bodies[0];
  if (alert === undefined) {
    return (
      <Context.Provider value={context}>
        <Drawn id={id} control={control} onPaper={onPaper} />
      </Context.Provider>
    );
  }
  const told = onPaper ? bodies.slice(0, drawn) : [alert];
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
          <AlertStory
            key={onPaper ? one.alert_id : 'chosen'} bodies={bodies} parties={parties} alert={one} purpose={purpose}
            onPaper={onPaper} onRead={onRead}
          />
        ))}
        {onPaper && <Relations bodies={bodies} parties={parties} />}
        {onPaper && <ReadingOnPaper alerts={told} />}
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
