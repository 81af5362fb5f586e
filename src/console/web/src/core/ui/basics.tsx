// SPDX-License-Identifier: GPL-3.0-or-later
// The small parts: buttons, badges, figures, and what stands where nothing can be shown.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { signal } from '@preact/signals';
import {
  clocks, severities, type ApiError, type CaseRow, type Clock, type Fen, type ResultType,
  type Severity, type State, type Time,
} from '../api';
import { dateTime, dateTimeSeconds, deadline, language, money, moneyShort, relative } from '../i18n';
import {
  clockName, errorName, outcomeName, resultName, severityName, stateName,
} from '../names';
import { patternTitle } from '../patterns';
import { t } from './text';

type ButtonProps = Omit<JSX.IntrinsicElements['button'], 'size' | 'class' | 'icon'> & {
  kind?: 'primary' | 'danger' | 'plain';
  size?: 'big' | 'icon';
  hint?: string; // a key that does the same
};

export function Button({ kind, size, hint, children, ...rest }: ButtonProps) {
  return (
    <button type="button" class={`button ${kind ?? ''} ${size ?? ''}`} {...rest}>
      {children}
      {hint !== undefined && <kbd aria-hidden="true">{hint}</kbd>}
    </button>
  );
}

export function Badge({ tone = '', title, children }: {
  tone?: string;
  title?: string;
  children: ComponentChildren;
}) {
  return <span class={`badge ${tone}`} title={title}>{children}</span>;
}

export function SeverityBadge({ severity }: { severity: Severity }) {
  const name = severities[severity];
  return <Badge tone={name}>{severityName(name)}</Badge>;
}

export function ResultBadge({ result }: { result: ResultType }) {
  return <Badge tone={result === 'conclusive' ? 'accent' : 'outline'}>{resultName(result)}</Badge>;
}

const stateTones: Partial<Record<State, string>> = {
  new: 'accent', proposed: 'warn', returned: 'high', approved: 'ok', closed: 'outline',
  appealed: 'warn',
};

export function StateBadge({ row }: { row: Pick<CaseRow, 'state' | 'outcome'> }) {
  const outcome = row.outcome === '' ? '' : outcomeName(row.outcome);
  return (
    <>
      <Badge tone={stateTones[row.state] ?? ''}>{stateName(row.state)}</Badge>
      {outcome !== '' && <span class="muted"> {outcome}</span>}
    </>
  );
}

export function PatternName({ id }: { id: string }) {
  const title = patternTitle(id);
  return (
    <span title={title === id ? id : `${id} ${title}`}>
      <code>{id}</code>{title !== id && ` ${title}`}
    </span>
  );
}

// Pseudonyms, institutions, devices: one look, so that they are known for what they are.
export function Ref({ id, name = '' }: { id: string; name?: string }) {
  return name === '' ? <code>{id}</code> : <span title={id}>{name}</span>;
}

export function Money({ fen, short = false }: { fen: Fen; short?: boolean }) {
  return <span class="nowrap" title={money(fen)}>{short ? moneyShort(fen) : money(fen)}</span>;
}

// One clock for all relative times on the page.
const now = signal(Date.now());
let watchers = 0;
let ticking: ReturnType<typeof setInterval> | undefined;

function useNow(): number {
  useEffect(() => {
    if (++watchers === 1) {
      now.value = Date.now();
      ticking = setInterval(() => (now.value = Date.now()), 15_000);
    }
    return () => {
      if (--watchers === 0) {
        clearInterval(ticking);
      }
    };
  }, []);
  return now.value;
}

export function When({ at, as = 'full' }: { at: Time; as?: 'full' | 'relative' }) {
  const here = useNow();
  return (
    <time class="nowrap" dateTime={at} title={dateTimeSeconds(at)}>
      {as === 'relative' ? relative(at, here) : dateTime(at)}
    </time>
  );
}

// A legal clock with its state in words.
export function Due({ due, clock }: { due: Time | null; clock: Clock }) {
  const here = useNow();
  if (due === null) {
    return <span class="muted">–</span>;
  }
  const tone = clock === 2 ? 'bad' : clock === 1 ? 'warn' : 'outline';
  return (
    <Badge tone={tone} title={`${clockName(clocks[clock])}: ${dateTime(due)}`}>
      {deadline(due, here)}
    </Badge>
  );
}

// Stands at every figure: as of when, and (children) on what completeness.
export function AsOf({ at, children }: { at: Time; children?: ComponentChildren }) {
  return (
    <p class="asof">
      <time dateTime={at}>{t('asOf', { time: dateTimeSeconds(at) })}</time>
      {children !== undefined && <> · {children}</>}
    </p>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children}
    </div>
  );
}

// Codes that leave open what exactly is wrong. Of the others the service says the same once more.
const openCodes = ['invalid', 'conflict', 'too_large', 'media_type'];

export function ErrorBox({ error, retry }: { error: ApiError; retry?: () => void }) {
  const said = errorName(error.code);
  const isOpen = openCodes.includes(error.code);
  // The service's own words are English and exact; they help whoever asks the operator.
  const more = error.message !== '' && isOpen && (error.code === 'invalid' || language.value === 'en');
  return (
    <div class="error" role="alert">
      <span class="grow">
        <strong>{said}</strong>
        {more && `: ${error.message}`}
        {isOpen && error.field !== '' && ` (${error.field})`}
      </span>
      {error.requestId !== '' && <code>{t('request', { id: error.requestId })}</code>}
      {retry !== undefined && <Button onClick={retry}>{t('retry')}</Button>}
    </div>
  );
}

export function Loading({ lines = 6 }: { lines?: number }) {
  return (
    <div class="stack" role="status" aria-label={t('loading')}>
      {Array.from({ length: lines }, (_, i) => (
        <div key={i} class="skeleton" style={{ height: '20px', width: `${100 - ((i * 17) % 40)}%` }} />
      ))}
    </div>
  );
}

export function Field({ label, wrong, children }: {
  label: string;
  wrong?: string;
  children: ComponentChildren;
}) {
  return (
    <label class="field">
      <span>{label}</span>
      {children}
      {wrong !== undefined && wrong !== '' && <span class="wrong" role="alert">{wrong}</span>}
    </label>
  );
}

export function Select<T extends string>({ label, value, options, onChange }: {
  label: string; // read out; the first option should say it too
  value: T;
  options: readonly (readonly [value: T, text: string])[];
  onChange: (value: T) => void;
}) {
  return (
    <select
      class="select"
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value as T)}
    >
      {options.map(([one, text]) => (
        <option key={one} value={one}>{text}</option>
      ))}
    </select>
  );
}
