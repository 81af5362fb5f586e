// SPDX-License-Identifier: GPL-3.0-or-later
// Where the case stands, what may be done, and all that was put beside it.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { address, may, post, postFile, type ApiError, type Case, type State } from '../../core/api';
import { dateTime, dateTimeSeconds, decimal, duration } from '../../core/i18n';
import { asApiError } from '../../core/load';
import { actionName, conditionName, outcomeName, stateName, verbName } from '../../core/names';
import { href } from '../../core/router';
import { Badge, Button, ErrorBox, Icon, PatternName, StateBadge, toast, When } from '../../core/ui';
import { doingsOf, gathered, lastWords, nextOf, passedBy, path, stepOf, turnOf, type Doing } from './logic';
import { eventName, t } from './text';

const FILE_MAX = 8 * 1024 * 1024;
const FILE_MAX_TEXT = '8 MiB';

function Panel({ title, children, aside }: {
  title: string;
  children: ComponentChildren;
  aside?: ComponentChildren;
}) {
  const id = useId();
  return (
    <section class="panel" aria-labelledby={id}>
      <header><h2 id={id} class="grow">{title}</h2>{aside}</header>
      <div class="body stack">{children}</div>
    </section>
  );
}

function StateLine({ one }: { one: Case }) {
  const at = stepOf(one.state);
  const passed = passedBy(one.history);
  const look = (state: State, i: number) =>
    i === at ? 'here' : i > at ? '' : passed.has(state) ? 'past' : 'passed-over';
  return (
    <ol class="state-line" aria-label={t('status')}>
      {path.map((state, i) => {
        const name = i === at ? one.state : state;
        return (
          <li
            key={state} class={look(state, i)}
            aria-current={i === at ? 'step' : undefined}
          >
            <span>{stateName(name)}</span>
          </li>
        );
      })}
    </ol>
  );
}

// What was proposed, or concluded: read before anybody approves it.
export function Conclusion({ one }: { one: Case }) {
  const words = lastWords(one.history, one.state === 'proposed' || one.state === 'returned' ? 'propose' : 'close')
    ?? lastWords(one.history, 'propose');
  return (
    <div class="conclusion">
      <p><strong>{one.outcome === '' ? '–' : outcomeName(one.outcome)}</strong></p>
      <p>{actionName(String(one.action))}</p>
      {one.conditions.length > 0 && (
        <ul class="met">
          {one.conditions.map((name) => <li key={name}>✓ {conditionName(name)}</li>)}
        </ul>
      )}
      {words !== undefined && (
        <>
          <blockquote>{words.text}</blockquote>
          <p class="muted">{t('by', { name: words.actor || t('bySystem') })} · <When at={words.at} /></p>
        </>
      )}
    </div>
  );
}

const hints: Partial<Record<Doing, string>> = { decide: 'p', assign: 'a', snooze: 's' };

// What was approved is decided: it is only closed.
function doingName(doing: Doing, state: State): string {
  return doing !== 'decide' ? verbName(doing) : state === 'approved' ? verbName('close') : t('decide');
}

function UndoButton({ until, onUndo }: { until: string; onUndo: () => void }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const left = Math.ceil((Date.parse(until) - now) / 1000);
  return left <= 0 ? null : (
    <span class="undo">
      <Button hint="u" onClick={onUndo}>
        {t('undo')} <span class="muted">{t('undoLeft', { time: duration(left * 1000) })}</span>
      </Button>
    </span>
  );
}

export function Status({ one, onDo, onUndo }: {
  one: Case;
  onDo: (doing: Doing) => void;
  onUndo: () => void;
}) {
  const next = nextOf(one);
  const turn = turnOf(one); // where it is somebody else's
  const doings = doingsOf(one).sort((a, b) => Number(b === next) - Number(a === next));
  return (
    <Panel title={t('status')} aside={<StateBadge row={{ state: one.state, outcome: '' }} />}>
      <StateLine one={one} />
      {one.outcome !== '' && <Conclusion one={one} />}
      {turn !== null && <p>{t(turn, { name: one.assignee_name })}</p>}
      {doings.length === 0 && turn === null && <p class="muted">{t('nothingAllowed')}</p>}
      <div class="doings">
        {doings.map((doing) => (
          <Button
            key={doing} kind={doing === next ? 'primary' : undefined} hint={hints[doing]}
            onClick={() => onDo(doing)}
          >
            {doingName(doing, one.state)}
          </Button>
        ))}
        {one.undo_until !== null && <UndoButton until={one.undo_until} onUndo={onUndo} />}
      </div>
    </Panel>
  );
}

// Sends and takes the answer; what went wrong stays where it was asked.
function useWrite(onDone: (now: Case) => void) {
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const write = (send: () => Promise<Case>, after: () => void) => {
    setBusy(true);
    setError(null);
    send().then(
      (now) => {
        setBusy(false);
        after();
        onDone(now);
      },
      (failed: unknown) => {
        setBusy(false);
        setError(asApiError(failed));
      },
    );
  };
  return { error, busy, write };
}

export function Notes({ one, onDone, box }: {
  one: Case;
  onDone: (now: Case) => void;
  box: { current: HTMLTextAreaElement | null };
}) {
  const [text, setText] = useState('');
  const { error, busy, write } = useWrite(onDone);
  const notes = one.history.filter((item) => item.what === 'note');
  const mayWrite = may('work') || may('approve');
  const send = () => {
    if (text.trim() !== '' && !busy) {
      write(() => post<Case>(`/cases/${one.id}/notes`, { text }), () => setText(''));
    }
  };
  return (
    <Panel title={t('notes')}>
      {mayWrite && (
        <form
          class="stack" onSubmit={(event) => {
            event.preventDefault();
            send();
          }}
        >
          <textarea
            ref={box} class="textarea" rows={2} aria-label={t('notes')} placeholder={t('noteHint')} value={text}
            onInput={(event) => setText(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
                event.preventDefault();
                send();
              } else if (event.key === 'Escape') {
                event.currentTarget.blur();
              }
            }}
          />
          {text.trim() !== '' && <Button type="submit" disabled={busy}>{t('send')}</Button>}
        </form>
      )}
      {error !== null && <ErrorBox error={error} />}
      <ul class="notes">
        {notes.map((note) => (
          <li key={note.id}>
            <p>{note.text}</p>
            <p class="muted">{note.actor} · <When at={note.at} as="relative" /></p>
          </li>
        ))}
      </ul>
      {notes.length === 0 && !mayWrite && <p class="muted">{t('none')}</p>}
    </Panel>
  );
}

export function Tags({ one, onDone }: { one: Case; onDone: (now: Case) => void }) {
  const [text, setText] = useState('');
  const { error, write } = useWrite(onDone);
  const mayWrite = may('work') || may('approve');
  const change = (tag: string, remove: boolean) =>
    write(() => post<Case>(`/cases/${one.id}/tags`, remove ? { tag, remove } : { tag }), () => setText(''));
  return (
    <Panel title={t('tags')}>
      <div class="row wrap">
        {one.tags.map((tag) => (
          <Badge key={tag} tone="outline">
            <span class="cut" title={tag}>{tag}</span>
            {mayWrite && (
              <button type="button" class="untag" aria-label={t('tagRemove', { tag })} onClick={() => change(tag, true)}>
                ×
              </button>
            )}
          </Badge>
        ))}
        {one.tags.length === 0 && !mayWrite && <span class="muted">{t('none')}</span>}
        {mayWrite && (
          <form
            class="row grow" onSubmit={(event) => {
              event.preventDefault();
              if (text.trim() !== '') {
                change(text.trim(), false);
              }
            }}
          >
            <input
              class="input grow" aria-label={t('tagHint')} placeholder={t('tagHint')} maxLength={40} value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
            {text.trim() !== '' && <Button type="submit">{t('add')}</Button>}
          </form>
        )}
      </div>
      {error !== null && <ErrorBox error={error} />}
    </Panel>
  );
}

function sizeText(bytes: number): string {
  return bytes < 1024 ? `${bytes} B`
    : bytes < 1024 * 1024 ? `${decimal(bytes / 1024, 1)} KiB`
    : `${decimal(bytes / 1024 / 1024, 1)} MiB`;
}

export function FileList({ one, short }: { one: Case; short: boolean }) {
  return (
    <ul class="files">
      {one.files.map((file) => (
        <li key={file.id}>
          <span class="row">
            <a class="grow cut" href={address(`/cases/${one.id}/files/${file.id}`)} download={file.name} title={file.name}>
              {file.name}
            </a>
            <span class="muted nowrap">{sizeText(file.size)}</span>
          </span>
          <code class={short ? 'cut hash' : 'hash'} title={`SHA-256 ${file.sha256}`}>SHA-256 {file.sha256}</code>
          <span class="muted">{file.actor} · <When at={file.at} /></span>
        </li>
      ))}
    </ul>
  );
}

export function Files({ one, onDone }: { one: Case; onDone: (now: Case) => void }) {
  const { error, busy, write } = useWrite(onDone);
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const take = (list: FileList | null | undefined) => {
    const files = [...(list ?? [])] as File[];
    const big = files.find((file) => file.size > FILE_MAX);
    if (big !== undefined) {
      toast(t('fileTooLarge', { name: big.name, size: FILE_MAX_TEXT }), { tone: 'bad' });
      return;
    }
    const sendAll = async () => {
      let now = one;
      for (const file of files) {
        now = await postFile<Case>(`/cases/${one.id}/files`, file, { query: { name: file.name } });
        toast(t('fileTaken', { name: file.name }));
      }
      return now;
    };
    if (files.length > 0) {
      write(sendAll, () => undefined);
    }
  };
  return (
    <Panel title={t('files')}>
      <FileList one={one} short />
      {may('work') && (
        <div
          class={`drop ${over ? 'over' : ''}`}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={(event) => {
            event.preventDefault();
            setOver(false);
            take(event.dataTransfer?.files as unknown as FileList);
          }}
        >
          <p>
            {t('fileHint')}{' '}
            <Button disabled={busy} onClick={() => input.current?.click()}>{t('fileChoose')}</Button>
          </p>
          <p class="muted">{t('fileLimit', { size: FILE_MAX_TEXT })}</p>
          <input
            ref={input} type="file" multiple hidden
            onChange={(event) => {
              take(event.currentTarget.files as unknown as FileList);
              event.currentTarget.value = '';
            }}
          />
        </div>
      )}
      {one.files.length === 0 && !may('work') && <p class="muted">{t('none')}</p>}
      {error !== null && <ErrorBox error={error} />}
    </Panel>
  );
}

export function Links({ one, onDone }: { one: Case; onDone: (now: Case) => void }) {
  const [other, setOther] = useState('');
  const [reason, setReason] = useState('');
  const { error, write } = useWrite(onDone);
  const ready = /^\d+$/.test(other) && reason.trim().length >= 2;
  const send = () =>
    write(() => post<Case>(`/cases/${one.id}/links`, { other: Number(other), reason }), () => {
      setOther('');
      setReason('');
    });
  return (
    <Panel title={t('links')}>
      <ul class="links">
        {one.links.map((link) => (
          <li key={link.id}>
            <span class="row wrap">
              <a href={href(`case/${link.id}`)}>#{link.id}</a>
              {link.patterns.map((id) => <PatternName key={id} id={id} />)}
              <StateBadge row={link} />
            </span>
            <span class="muted">{link.reason}</span>
          </li>
        ))}
      </ul>
      {(may('work') || may('approve')) && (
        <form
          class="row link-form" onSubmit={(event) => {
            event.preventDefault();
            if (ready) {
              send();
            }
          }}
        >
          <input
            class="input number" inputMode="numeric" aria-label={t('linkNumber')} placeholder="#" value={other}
            onInput={(event) => setOther(event.currentTarget.value.replace(/\D/g, ''))}
          />
          <input
            class="input grow" aria-label={t('linkReason')} placeholder={t('linkReason')} value={reason}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
          {ready && <Button type="submit">{t('linkAdd')}</Button>}
        </form>
      )}
      {error !== null && <ErrorBox error={error} />}
    </Panel>
  );
}

export function whatText(what: string): string {
  const name = eventName(what);
  return name === what ? verbName(what) : name;
}

// What a history entry says beyond its name: the outcome and action of a conclusion, the alert.
export function detailText(what: string, detail: unknown): string {
  const known = detail as { outcome?: string; action?: number; pattern?: string; rev?: number } | null;
  if (what === 'propose' || what === 'close' || what === 'approve') {
    const outcome = known?.outcome ? outcomeName(known.outcome) : '';
    const action = known?.action ? actionName(String(known.action)) : '';
    return [outcome, action].filter((one) => one !== '').join(' · ');
  }
  return known?.pattern ?? '';
}

export function History({ one }: { one: Case }) {
  return (
    <Panel title={t('history')}>
      <ol class="history">
        {gathered(one.history).map(({ item, times, first }) => (
          <li key={item.id} class={item.actor === '' ? 'by-system' : ''}>
            <p>
              <strong>{whatText(item.what)}</strong>
              {detailText(item.what, item.detail) !== '' && <> · {detailText(item.what, item.detail)}</>}
              {times > 1 && <span class="muted"> · {t('revisedTimes', { n: times, time: dateTime(first.at) })}</span>}
            </p>
            {item.text !== '' && <p class="words">{item.text}</p>}
            <p class="muted">
              {item.actor || t('bySystem')} · <time dateTime={item.at}>{dateTimeSeconds(item.at)}</time>
            </p>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

export function Papers({ one, onPrint }: { one: Case; onPrint: () => void }) {
  return (
    <div class="row">
      <Button onClick={onPrint}>{t('print')}</Button>
      {may('export') && (
        <a class="button" href={address(`/cases/${one.id}/evidence`)} download title={t('evidenceWhy')}>
          <Icon name="audit" />{t('evidence')}
        </a>
      )}
    </div>
  );
}
