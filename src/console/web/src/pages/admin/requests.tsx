// SPDX-License-Identifier: GPL-3.0-or-later
// Who wants to know who several people are; somebody else says yes or no.
import { useState } from 'preact/hooks';
import { may, post, type Page, type UnmaskRequest } from '../../core/api';
import { count } from '../../core/i18n';
import { useGet } from '../../core/load';
import { Badge, Button, Dialog, ErrorBox, Field, toast, When } from '../../core/ui';
import { useForm } from './form';
import { Listing } from './listing';
import { t } from './text';

const tones = { waiting: 'warn', granted: 'ok', refused: 'outline', expired: 'outline' };

function DecideDialog({ request, onClose, onDone }: {
  request: UnmaskRequest;
  onClose: () => void;
  onDone: () => void;
}) {
  const [reason, setReason] = useState('');
  const { wrongs, error, busy, submit } = useForm({ reason: t('reasonRule') });
  const decide = (grant: boolean) =>
    void submit([reason.trim() === '' && 'reason'], async () => {
      await post(`/identities/requests/${request.id}`, { grant, reason: reason.trim() });
      toast(t(grant ? 'granted' : 'refused'));
      onDone();
      onClose();
    });
  return (
    <Dialog
      title={t('decideOf', { name: request.asked_by, n: request.people })} onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="danger" disabled={busy} onClick={() => decide(false)}>{t('refuse')}</Button>
          <Button kind="primary" disabled={busy} onClick={() => decide(true)}>{t('grant')}</Button>
        </>
      }
    >
      {error !== null && <ErrorBox error={error} />}
      <dl>
        <dt class="muted">{t('reason')}</dt><dd>{request.reason}</dd>
      </dl>
      <Field label={t('yourReason')} wrong={wrongs.reason}>
        <textarea
          class="textarea" data-first value={reason} aria-invalid={wrongs.reason !== undefined}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </Field>
    </Dialog>
  );
}

export function Requests() {
  const loaded = useGet<Page<UnmaskRequest>>('/identities/requests');
  const [decided, setDecided] = useState<UnmaskRequest | null>(null);
  return (
    <>
      <Listing
        loaded={loaded} none={t('requestsNone')} noneWhat={t('requestsNoneWhat')}
        what={t('requestsWhat')}
        tools={<Button onClick={loaded.reload}>{t('refresh')}</Button>}
        headings={[t('asked'), t('askedBy'), [t('people'), 'num'], t('reason'), t('state')]}
        row={(one) => (
          <tr key={one.id}>
            <td><When at={one.asked} /></td>
            <td>{one.asked_by}</td>
            <td class="num">{count(one.people)}</td>
            <td>{one.reason}</td>
            <td>
              <Badge tone={tones[one.state]}>
                {t(one.state === 'expired' ? 'lapsed' : one.state)}
              </Badge>
            </td>
            <td class="num">
              {one.state === 'waiting' && (
                one.mine
                  ? <span class="muted">{t('own')}</span>
                  : may('approve') && (
                    <Button onClick={() => setDecided(one)}>{t('decide')}</Button>
                  )
              )}
            </td>
          </tr>
        )}
      />
      {decided !== null && (
        <DecideDialog request={decided} onDone={loaded.reload} onClose={() => setDecided(null)} />
      )}
    </>
  );
}
