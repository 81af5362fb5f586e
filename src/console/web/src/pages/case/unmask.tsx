// SPDX-License-Identifier: GPL-3.0-or-later
// From pseudonyms to people: one at once, several only with a second person.
import { useState } from 'preact/hooks';
import { get, postOnce, type ApiError, type Case, type Unmasked, type UnmaskRequest } from '../../core/api';
import { asApiError } from '../../core/load';
import { kindName } from '../../core/names';
import { Button, Dialog, ErrorBox, Field } from '../../core/ui';
import { t } from './text';

// As the service asks for, in bytes.
const REASON_MIN = 10;
const REASON_MAX = 500;

export function UnmaskDialog({ one, onShown, onClose }: {
  one: Case;
  onShown: (people: Unmasked['people']) => void;
  onClose: () => void;
}) {
  const people = one.parties.filter((party) => party.ref.startsWith('P-'));
  // Of an institution's case nobody is meant before somebody says who.
  const subject = people.find((party) => party.ref === one.subject);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(subject === undefined ? [] : [subject.ref]));
  const [reason, setReason] = useState('');
  const [request, setRequest] = useState<number | null>(null);
  const [note, setNote] = useState('');
  const [error, setError] = useState<ApiError | null>(null);
  const bytes = new TextEncoder().encode(reason.trim()).length;
  const ready = chosen.size > 0 && bytes >= REASON_MIN && bytes <= REASON_MAX;

  const take = (answer: Unmasked) => {
    onShown(answer.people);
    onClose();
  };
  const ask = () => {
    if (!ready) {
      return;
    }
    setError(null);
    postOnce<Unmasked | { request: number }>('/identities/unmask', { people: [...chosen], reason, case: one.id }).then(
      (answer) => ('request' in answer ? setRequest(answer.request) : take(answer)),
      (failed: unknown) => setError(asApiError(failed)),
    );
  };
  const look = () => {
    setNote('');
    get<Unmasked & Pick<UnmaskRequest, 'state'>>(`/identities/requests/${request}`).then(
      (answer) => (answer.state === 'granted' ? take(answer) : setNote(t(answer.state))),
      (failed: unknown) => setError(asApiError(failed)),
    );
  };
  const toggle = (ref: string) => {
    const now = new Set(chosen);
    if (!now.delete(ref)) {
      now.add(ref);
    }
    setChosen(now);
  };
  return (
    <Dialog
      title={t('unmask')} onClose={onClose} onSubmit={request === null ? ask : look}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          {request === null
            ? <Button kind="primary" type="submit" disabled={!ready}>{t('unmaskAsk')}</Button>
            : <Button kind="primary" type="submit">{t('unmaskLook')}</Button>}
        </>
      }
    >
      <p class="muted">{t('unmaskWhy')}</p>
      {request === null ? (
        <>
          <fieldset class="people">
            <legend>{t('unmaskWho')}</legend>
            {people.map((party) => (
              <label key={party.ref} class="check">
                <input type="checkbox" checked={chosen.has(party.ref)} onChange={() => toggle(party.ref)} />
                <span><code>{party.ref}</code> <span class="muted">{kindName(party.kind)}</span></span>
              </label>
            ))}
          </fieldset>
          <Field label={t('unmaskReason')} wrong={bytes > REASON_MAX ? t('unmaskLong') : ''}>
            <textarea
              class="textarea" data-first required value={reason}
              onInput={(event) => setReason(event.currentTarget.value)}
            />
          </Field>
        </>
      ) : (
        <p role="status">{t('unmaskWaiting', { id: String(request) })} {note}</p>
      )}
      {error !== null && <ErrorBox error={error} />}
    </Dialog>
  );
}
