// SPDX-License-Identifier: GPL-3.0-or-later
// The page that decides: left what is claimed and of whom, centre the story, right the decision.
import { useEffect, useRef, useState } from 'preact/hooks';
import { may, outcomes, post, type Case, type CaseRow, type Outcome } from '../../core/api';
import { actNow, outcomesOf } from '../../core/case/act';
import { CaseDialog, type Asked } from '../../core/case/dialog';
import { useKeys, type Key } from '../../core/keys';
import { asApiError, useGet } from '../../core/load';
import { errorName, outcomeName, verbName } from '../../core/names';
import { go, replaceQuery, type PageProps } from '../../core/router';
import { onChanges } from '../../core/stream';
import { AsOf, Button, Empty, ErrorBox, isUndoOffered, Loading, toast } from '../../core/ui';
import { Head } from './head';
import { Left } from './left';
import { actorOf, doingsOf, purposeOf, type Doing } from './logic';
import { Decisions, Proof, Report } from './report';
import { Conclusion, Files, History, Links, Notes, Papers, Status, Tags, whatText } from './right';
import { Story } from './story';
import './style.css';
import { t } from './text';
import { UnmaskDialog } from './unmask';

type Open = { doing: Asked; outcome?: Outcome } | 'unmask' | null;

// The newest version that the stream has told of, and what happened.
function useNews(id: number): { version: number; what: string; who: string } {
  const [news, setNews] = useState({ version: 0, what: '', who: '' });
  useEffect(() => {
    setNews({ version: 0, what: '', who: '' });
    return onChanges((changes) => {
      const last = changes.filter((one) => one.case === id && one.row !== undefined).at(-1);
      if (last !== undefined) {
        const row = last.row!;
        setNews({ version: row.version, what: last.what, who: actorOf(last.what, row.assignee_name) });
      }
    }, 'case');
  }, [id]);
  return news;
}

function useCaseKeys(one: Case, at: number, on: {
  doing: (doing: Doing, outcome?: Outcome) => void;
  alert: (step: number) => void;
  note: () => void;
  undo: () => void;
}): void {
  const doings = new Set(doingsOf(one));
  const keys: Key[] = [];
  const add = (key: string, label: () => string, isThere: boolean, run: () => void) =>
    isThere && keys.push({ key, label, run });
  const isDecided = one.state === 'approved'; // and is only closed
  const possible = doings.has('decide') && !isDecided ? outcomesOf([one]) : [];
  outcomes.forEach((outcome, i) =>
    add(String(i + 1), () => outcomeName(outcome), possible.includes(outcome), () => on.doing('decide', outcome)),
  );
  add('p', () => (isDecided ? verbName('close') : t('decide')), doings.has('decide'), () => on.doing('decide'));
  add('s', () => verbName('snooze'), doings.has('snooze'), () => on.doing('snooze'));
  add('a', () => verbName('assign'), doings.has('assign'), () => on.doing('assign'));
  add('e', () => t('keyNote'), may('work') || may('approve'), on.note);
  add('[', () => t('keyPrevious'), at > 0, () => on.alert(-1));
  add(']', () => t('keyNext'), at < one.bodies.length - 1, () => on.alert(1));
  // While a message offers to take the last step back, the key is its own.
  add('u', () => t('undo'), one.undo_until !== null && !isUndoOffered(), on.undo);
  add('Backspace', () => t('toQueue'), true, () => go('queue'));
  useKeys(() => t('keys'), keys);
}

function Desk({ one, onNow, onReload, onPrint, alert, onAlert }: {
  one: Case;
  onNow: (now: Case) => void;
  onReload: () => void;
  onPrint: () => void;
  alert: string;
  onAlert: (id: string) => void;
}) {
  const [open, setOpen] = useState<Open>(null);
  const [identities, setIdentities] = useState<ReadonlyMap<string, string>>(new Map());
  const note = useRef<HTMLTextAreaElement>(null);
  const news = useNews(one.id);
  const first = one.bodies.findIndex((body) => body.status !== 'withdrawn');
  const asked = one.bodies.findIndex((body) => body.alert_id === alert);
  const at = Math.max(0, asked < 0 ? first : asked);
  const chosen = one.bodies[at]?.alert_id ?? '';
  const purpose = purposeOf(may);

  const done = (cases: Case[]) => (cases[0] === undefined ? onReload() : onNow(cases[0]));
  const doing = (what: Doing, outcome?: Outcome) => {
    if (what === 'start' || what === 'release' || what === 'unsnooze') {
      actNow([one], what, {}, done);
    } else {
      setOpen({ doing: what, outcome });
    }
  };
  const undo = () => {
    post<Case>(`/cases/${one.id}/undo`, { version: one.version }).then(
      (now) => {
        toast(t('undone'), { about: [one.id] });
        onNow(now);
      },
      (failed: unknown) => {
        toast(errorName(asApiError(failed).code), { tone: 'bad' });
        onReload();
      },
    );
  };
  useCaseKeys(one, at, {
    doing, undo,
    alert: (step) => onAlert(one.bodies[at + step]?.alert_id ?? chosen),
    note: () => note.current?.focus(),
  });

  return (
    <div class="page fills case-page on-sheets">
      <Head one={one} actions={<Papers one={one} onPrint={onPrint} />} />
      {news.version > one.version && open === null && (
        <div class="notice row" role="status">
          <span class="grow">
            {t(news.who === '' ? 'changed' : 'changedBy', { what: whatText(news.what), name: news.who })}
          </span>
          <Button onClick={onReload}>{t('reload')}</Button>
        </div>
      )}
      <div class="case-columns">
        <Left
          one={one} chosen={chosen} onChoose={onAlert} identities={identities}
          onUnmask={() => setOpen('unmask')}
        />
        <div class="case-story">
          <Story
            id={one.id} bodies={one.bodies} parties={one.parties} control={one.control} chosen={chosen} purpose={purpose}
          />
          <AsOf at={one.as_of} />
        </div>
        <div class="case-right">
          <Status one={one} onDo={doing} onUndo={undo} />
          <Notes one={one} onDone={onNow} box={note} />
          <Tags one={one} onDone={onNow} />
          <Files one={one} onDone={onNow} />
          <Links one={one} onDone={onNow} />
          <History one={one} />
        </div>
      </div>
      <div class="on-paper-only">
        <Decisions one={one} />
        <Proof one={one} />
      </div>
      {open === 'unmask' && (
        <UnmaskDialog
          one={one} onClose={() => setOpen(null)}
          onShown={(people) =>
            setIdentities(new Map([...identities, ...people.map((who) => [who.pseudonym, who.id] as const)]))
          }
        />
      )}
      {open !== null && open !== 'unmask' && (
        <CaseDialog
          rows={[one as CaseRow]} verb={open.doing} outcome={open.outcome} onClose={() => setOpen(null)} onDone={done}
          about={one.outcome !== '' && open.doing !== 'assign' ? <Conclusion one={one} /> : undefined}
        />
      )}
    </div>
  );
}

export default function CasePage({ path, query }: PageProps) {
  const id = /^\d+$/.test(path[0] ?? '') ? Number(path[0]) : null;
  const read = useGet<Case>(id === null ? null : `/cases/${id}`, { purpose: purposeOf(may) });
  const [answered, setAnswered] = useState<Case | null>(null);
  const isNewer = answered !== null && answered.id === id && answered.version >= (read.data?.version ?? 0);
  const one = isNewer ? answered : read.data;
  const change = (name: string, value: string | null) => {
    const now = new URLSearchParams(query);
    if (value === null) {
      now.delete(name);
    } else {
      now.set(name, value);
    }
    replaceQuery(now);
  };

  if (id === null) {
    return (
      <Empty title={t('noNumber')}><Button onClick={() => go('queue')}>{t('toQueue')}</Button></Empty>
    );
  }
  if (one === null) {
    return (
      <div class="page">
        {read.error !== null ? <ErrorBox error={read.error} retry={read.reload} /> : <Loading lines={12} />}
      </div>
    );
  }
  if (query.has('print')) {
    return <Report one={one} onBack={() => change('print', null)} />;
  }
  return (
    <Desk
      key={one.id} one={one} onNow={setAnswered} onReload={read.reload} onPrint={() => change('print', '1')}
      alert={query.get('alert') ?? ''} onAlert={(alert) => change('alert', alert)}
    />
  );
}
