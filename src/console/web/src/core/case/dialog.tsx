// SPDX-License-Identifier: GPL-3.0-or-later
// One dialog for every verb that says more than its name: <CaseDialog rows verb .../>.
// "decide" closes or proposes, as the law of two persons asks for.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import {
  conditionNames, may, session, type Action, type ApiError, type Case, type CaseRow,
  type Colleague, type Condition, type Outcome, type Verb,
} from '../api';
import { date } from '../i18n';
import { asApiError, useGet } from '../load';
import { actionName, appealName, conditionName, outcomeName, roleName, verbName } from '../names';
import { patterns } from '../patterns';
import { ArticleText } from '../story/law';
import { Button, Dialog, ErrorBox, Field, Loading } from '../ui';
import {
  act, ACTION_ALONE_MAX, ACTION_SUSPEND, maySuspend, nameOf, needsSecond, outcomesOf, type Command,
} from './act';
import './style.css';
import { actionWhy, t } from './text';

export type Asked =
  | 'decide' | 'assign' | 'snooze' | 'return' | 'approve' | 'appeal' | 'rereview' | 'extend';

export interface CaseDialogProps {
  rows: readonly CaseRow[]; // one or more
  verb: Asked;
  outcome?: Outcome; // preset of "decide"
  about?: ComponentChildren; // what it is about, shown above what is asked
  onClose: () => void;
  onDone: (cases: Case[]) => void; // none given: read them again
}

const DAY_MS = 86_400_000;

// The actions that the patterns of these cases suggest: [4, 6].
function suggestedActions(rows: readonly CaseRow[]): Action[] {
  const all = rows.flatMap((row) => row.patterns.flatMap((id) => patterns.value.get(id)?.actions ?? []));
  return [...new Set(all.map((name) => Number(name.slice(1)) as Action))].sort();
}

function useSending(props: CaseDialogProps) {
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const send = (verb: Verb, command: Command) => {
    setBusy(true);
    setError(null);
    act(props.rows, verb, command, props.onDone).then(props.onClose, (failed: unknown) => {
      setError(asApiError(failed));
      setBusy(false);
    });
  };
  return { error, busy, send };
}

function Frame({ props, heading, submit, ready, sending, onSend, children }: {
  props: CaseDialogProps;
  heading: string;
  submit: string;
  ready: boolean;
  sending: ReturnType<typeof useSending>;
  onSend: () => void;
  children: ComponentChildren;
}) {
  const go = () => ready && !sending.busy && onSend();
  return (
    <Dialog
      title={t('title', { verb: heading, what: nameOf(props.rows) })} onClose={props.onClose}
      onSubmit={go}
      footer={
        <>
          <Button onClick={props.onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" disabled={!ready || sending.busy} hint="Ctrl ↵">
            {submit}
          </Button>
        </>
      }
    >
      {props.about}
      {children}
      {sending.error !== null && <ErrorBox error={sending.error} />}
    </Dialog>
  );
}

function Reason({ value, onInput }: { value: string; onInput: (text: string) => void }) {
  return (
    <Field label={t('reason')}>
      <textarea
        class="textarea" data-first required maxLength={1300} placeholder={t('reasonHint')}
        value={value} onInput={(event) => onInput(event.currentTarget.value)}
      />
    </Field>
  );
}

function Choice<V extends string | number>({ legend, name, values, chosen, text, onChoose }: {
  legend: string;
  name: string;
  values: readonly V[];
  chosen: V | null;
  text: (value: V) => string;
  onChoose: (value: V) => void;
}) {
  return (
    <fieldset class="choice">
      <legend>{legend}</legend>
      {values.map((value, i) => (
        <label key={value}>
          <input
            type="radio" name={name} checked={value === chosen} onChange={() => onChoose(value)}
            data-first={chosen === null && i === 0 ? '' : undefined}
          />
          <span>{text(value)}</span>
        </label>
      ))}
    </fieldset>
  );
}

const conditionArticles = ['条例-30', '条例-31', '条例-41'];

function Conditions({ met, onChange }: {
  met: ReadonlySet<Condition>;
  onChange: (met: Set<Condition>) => void;
}) {
  return (
    <fieldset class="conditions">
      <legend>{t('conditions')}</legend>
      <p class="muted">{t('conditionsWhy')}</p>
      {conditionNames.map((one) => (
        <label key={one} class="check">
          <input
            type="checkbox" checked={met.has(one)}
            onChange={(event) => {
              const now = new Set(met);
              if (event.currentTarget.checked) {
                now.add(one);
              } else {
                now.delete(one);
              }
              onChange(now);
            }}
          />
          {conditionName(one)}
        </label>
      ))}
      <details>
        <summary>{t('conditionsWords')}</summary>
        {conditionArticles.map((id) => <ArticleText key={id} id={id} />)}
      </details>
    </fieldset>
  );
}

function Decide(props: CaseDialogProps) {
  const suggested = suggestedActions(props.rows);
  const possible = outcomesOf(props.rows);
  const preset = props.outcome !== undefined && possible.includes(props.outcome) ? props.outcome : null;
  const [outcome, setOutcome] = useState<Outcome | null>(preset); // none: nothing is put into anybody's mouth
  const [chosen, setAction] = useState<Action>(preset === 'confirmed' ? (suggested[0] ?? 1) : 0);
  const [reason, setReason] = useState('');
  const [met, setMet] = useState<ReadonlySet<Condition>>(new Set());
  const sending = useSending(props);
  const isConfirmed = outcome === 'confirmed';
  const actions: Action[] = isConfirmed ? [1, 2, 3, 4, 5, 6] : [0, 1, 2];
  const action = isConfirmed ? chosen : chosen > ACTION_ALONE_MAX ? 0 : chosen;
  const isSuspending = isConfirmed && action === ACTION_SUSPEND;
  const isProposing = outcome !== null && needsSecond(outcome, action);
  const verb = isProposing ? 'propose' : 'close';
  const ready = outcome !== null && reason.trim().length >= 2 && (!isSuspending || maySuspend(met));

  return (
    <Frame
      props={props} heading={t('conclude')} submit={verbName(verb)} ready={ready} sending={sending}
      onSend={() =>
        sending.send(verb, { outcome: outcome!, action, reason, conditions: isSuspending ? [...met] : [] })
      }
    >
      <Choice
        legend={t('outcome')} name="outcome" values={possible} chosen={outcome} text={outcomeName}
        onChoose={(now) => {
          setOutcome(now);
          setAction(now === 'confirmed' ? (suggested[0] ?? 1) : 0);
        }}
      />
      <Reason value={reason} onInput={setReason} />
      {outcome !== null && (
        <Field label={t('action')}>
          <select
            class="select" value={action}
            onChange={(event) => setAction(Number(event.currentTarget.value) as Action)}
          >
            {actions.map((one) => (
              <option key={one} value={one}>{actionName(String(one))}</option>
            ))}
          </select>
          {action > 0 && <span class="muted">{actionWhy(String(action))}</span>}
          {isConfirmed && suggested.length > 0 && (
            <span class="muted">
              {t('suggested', { actions: suggested.map((one) => actionName(String(one))).join(t('listComma')) })}
            </span>
          )}
        </Field>
      )}
      {isSuspending && <Conditions met={met} onChange={setMet} />}
      <p class="muted">
        {outcome === null ? t('chooseOutcome')
          : isSuspending && !maySuspend(met) ? t('conditionsMissing')
          : t(isProposing ? 'willPropose' : 'willClose')}
      </p>
    </Frame>
  );
}

// Nine in the morning in Beijing, so many days from now.
function morning(days: number): string {
  return `${date(Date.now() + days * DAY_MS)}T09:00:00+08:00`;
}

function Snooze(props: CaseDialogProps) {
  const [until, setUntil] = useState(morning(1));
  const [reason, setReason] = useState('');
  const sending = useSending(props);
  const presets = [1, 3, 7];
  return (
    <Frame
      props={props} heading={verbName('snooze')} submit={verbName('snooze')} sending={sending}
      ready={reason.trim().length >= 2} onSend={() => sending.send('snooze', { until, reason })}
    >
      <Choice
        legend={t('until')} name="until" values={presets}
        chosen={presets.find((days) => morning(days) === until) ?? null}
        text={(days) => (days === 1 ? t('tomorrow') : t('inDays', { n: days }))}
        onChoose={(days) => setUntil(morning(days))}
      />
      <Field label={t('onDay')}>
        <input
          class="input" type="date" value={until.slice(0, 10)} min={morning(1).slice(0, 10)}
          max={morning(29).slice(0, 10)}
          onInput={(event) =>
            event.currentTarget.value !== '' &&
            setUntil(`${event.currentTarget.value}T09:00:00+08:00`)
          }
        />
        <span class="muted">{t('untilLimit')}</span>
      </Field>
      <Reason value={reason} onInput={setReason} />
    </Frame>
  );
}

function Assign(props: CaseDialogProps) {
  const { data, error } = useGet<{ items: Colleague[] }>('/colleagues');
  const mine = session.value?.id ?? 0;
  const [account, setAccount] = useState<number | null>(may('work') ? mine : null);
  const sending = useSending(props);
  const workers = (data?.items ?? []).filter((one) => one.roles.includes('investigator'));
  const nameOfAccount = (id: number) =>
    id === mine ? t('me') : (workers.find((one) => one.id === id)?.name ?? '');
  const read = data !== null;
  useEffect(() => {
    if (read) {
      document.querySelector<HTMLElement>('dialog .choice input')?.focus();
    }
  }, [read]);
  const ids = workers.map((one) => one.id).sort((a, b) => Number(b === mine) - Number(a === mine));
  return (
    <Frame
      props={props} heading={verbName('assign')} submit={verbName('assign')} sending={sending}
      ready={account !== null}
      onSend={() => sending.send('assign', { account: account === mine ? undefined : account! })}
    >
      {error !== null && <ErrorBox error={error} />}
      {data === null && error === null && <Loading lines={3} />}
      {data !== null && ids.length === 0 && <p class="muted">{t('nobody')} ({roleName('investigator')})</p>}
      {ids.length > 0 && (
        <Choice
          legend={t('assignTo')} name="account" values={ids} chosen={account} text={nameOfAccount}
          onChoose={setAccount}
        />
      )}
    </Frame>
  );
}

function Rereview(props: CaseDialogProps) {
  const [appeal, setAppeal] = useState<'upheld' | 'reversed'>('upheld');
  const [reason, setReason] = useState('');
  const sending = useSending(props);
  return (
    <Frame
      props={props} heading={verbName('rereview')} submit={verbName('rereview')} sending={sending}
      ready={reason.trim().length >= 2} onSend={() => sending.send('rereview', { appeal, reason })}
    >
      <Choice
        legend={t('appealDecision')} name="appeal" values={['upheld', 'reversed'] as const}
        chosen={appeal} text={appealName} onChoose={setAppeal}
      />
      <Reason value={reason} onInput={setReason} />
    </Frame>
  );
}

function ReasonOnly({ act: verb, ...props }: CaseDialogProps & { act: Verb }) {
  const [reason, setReason] = useState('');
  const sending = useSending(props);
  const isNeeded = verb !== 'approve';
  return (
    <Frame
      props={props} heading={verbName(verb)} submit={verbName(verb)} sending={sending}
      ready={!isNeeded || reason.trim().length >= 2}
      onSend={() => sending.send(verb, { reason })}
    >
      <Reason value={reason} onInput={setReason} />
    </Frame>
  );
}

export function CaseDialog(props: CaseDialogProps) {
  switch (props.verb) {
    case 'decide':
      // What was approved is decided: it is only closed.
      return props.rows.every((row) => row.state === 'approved')
        ? <ReasonOnly {...props} act="close" />
        : <Decide {...props} />;
    case 'snooze':
      return <Snooze {...props} />;
    case 'assign':
      return <Assign {...props} />;
    case 'rereview':
      return <Rereview {...props} />;
    default:
      return <ReasonOnly {...props} act={props.verb} />;
  }
}
