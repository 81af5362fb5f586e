// SPDX-License-Identifier: GPL-3.0-or-later
// What the forms of these pages share.
import { useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import type { ApiError } from '../../core/api';
import { errorName } from '../../core/names';
import { asApiError } from '../../core/load';
import { Button, Dialog, ErrorBox, toast } from '../../core/ui';
import { CopyButton } from '../../core/ui/copy';
import { t } from './text';

export type Wrongs = Record<string, string>; // of a field: what is wrong with it

// Sends a form. `wrongs`: at the fields; `error`: what belongs to none of them.
export function useForm(rules: Wrongs, taken = '') {
  const [wrongs, setWrongs] = useState<Wrongs>({});
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  // bad: fields that are already seen to be wrong; nothing is sent then.
  const submit = async (bad: readonly (string | false)[], send: () => Promise<void>) => {
    const found = bad.filter((one): one is string => one !== false);
    setError(null);
    setWrongs(Object.fromEntries(found.map((field) => [field, rules[field] ?? ''])));
    if (found.length > 0 || busy) {
      return;
    }
    setBusy(true);
    try {
      await send();
    } catch (failed) {
      const one = asApiError(failed);
      if (one.code === 'invalid' && one.field in rules) {
        setWrongs({ [one.field]: rules[one.field]! });
      } else if (one.code === 'conflict' && taken !== '') {
        setWrongs({ [taken]: t('nameTaken') });
      } else {
        setError(one);
      }
    }
    setBusy(false);
  };
  return { wrongs, error, busy, submit };
}

export function FormDialog({ title, onClose, onSubmit, busy, error, action, danger, children }: {
  title: string;
  onClose: () => void;
  onSubmit: () => void;
  busy: boolean;
  error: ApiError | null;
  action?: string;
  danger?: boolean;
  children: ComponentChildren;
}) {
  return (
    <Dialog
      title={title} onClose={onClose} onSubmit={onSubmit}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind={danger ? 'danger' : 'primary'} type="submit" disabled={busy}>
            {action ?? t('save')}
          </Button>
        </>
      }
    >
      {error !== null && <ErrorBox error={error} />}
      {children}
    </Dialog>
  );
}

export function Checks({ label, wrong, options, chosen, onChange }: {
  label: string;
  wrong?: string;
  options: readonly (readonly [value: string, text: string, what?: string])[];
  chosen: ReadonlySet<string>;
  onChange: (chosen: Set<string>) => void;
}) {
  return (
    <fieldset class="field checks">
      <legend>{label}</legend>
      <div class="row wrap">
        {options.map(([value, text, what]) => (
          <label key={value} class={`check ${what === undefined ? '' : 'told'}`}>
            <input
              type="checkbox" checked={chosen.has(value)}
              onChange={() => {
                const next = new Set(chosen);
                if (!next.delete(value)) {
                  next.add(value);
                }
                onChange(next);
              }}
            />
            {what === undefined ? text : <span>{text}<br /><span class="muted">{what}</span></span>}
          </label>
        ))}
      </div>
      {wrong !== undefined && wrong !== '' && <span class="wrong" role="alert">{wrong}</span>}
    </fieldset>
  );
}

// Shown once: no way leads back to it.
export function SecretDialog({ title, secret, onClose }: {
  title: string;
  secret: string;
  onClose: () => void;
}) {
  return (
    <Dialog
      title={title} onClose={onClose}
      footer={<Button kind="primary" onClick={onClose}>{t('done')}</Button>}
    >
      <p>{t('onceWhat')}</p>
      <div class="row secret">
        <code class="grow" tabIndex={0}>{secret}</code>
        <CopyButton first text={secret} />
      </div>
    </Dialog>
  );
}

export function Sure({ text, action, send, onClose }: {
  text: string;
  action: string;
  send: () => Promise<void>;
  onClose: () => void;
}) {
  const { error, busy, submit } = useForm({});
  return (
    <FormDialog
      title={action} action={action} danger busy={busy} error={error} onClose={onClose}
      onSubmit={() => void submit([], async () => {
        await send();
        onClose();
      })}
    >
      <p>{text}</p>
    </FormDialog>
  );
}

// For what is done from a row, without a form.
export function tellFailure(failed: unknown): void {
  const { code, message } = asApiError(failed);
  toast(`${errorName(code)}: ${message}`, { tone: 'bad' });
}
