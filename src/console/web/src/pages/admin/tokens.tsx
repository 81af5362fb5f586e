// SPDX-License-Identifier: GPL-3.0-or-later
import { useState } from 'preact/hooks';
import { del, postOnce, type Page, type Token, type User } from '../../core/api';
import { useGet } from '../../core/load';
import { Badge, Button, Field, toast, When } from '../../core/ui';
import { areDays } from './check';
import { FormDialog, SecretDialog, Sure, useForm } from './form';
import { Listing } from './listing';
import { t } from './text';

function TokenDialog({ users, onClose, onMade }: {
  users: readonly User[];
  onClose: () => void;
  onMade: (secret: string) => void;
}) {
  const first = users.find((one) => one.roles.includes('feed')) ?? users[0];
  const [account, setAccount] = useState(String(first?.id ?? ''));
  const [label, setLabel] = useState('');
  const [days, setDays] = useState('90');
  const { wrongs, error, busy, submit } = useForm({
    label: t('labelRule'), days: t('daysRule'),
  });
  const send = async () => {
    const { token } = await postOnce<{ token: string }>(`/users/${account}/tokens`, {
      label: label.trim(), days: Number(days),
    });
    onClose();
    onMade(token);
  };
  return (
    <FormDialog
      title={t('tokenAdd')} onClose={onClose} busy={busy} error={error} action={t('tokenAdd')}
      onSubmit={() => void submit([label.trim() === '' && 'label', !areDays(days) && 'days'], send)}
    >
      <Field label={t('tokenFor')}>
        <select
          class="select" value={account}
          onChange={(event) => setAccount(event.currentTarget.value)}
        >
          {users.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
        </select>
      </Field>
      <Field label={t('label')} wrong={wrongs.label}>
        <input
          class="input" data-first value={label} placeholder={t('labelHint')}
          aria-invalid={wrongs.label !== undefined}
          onInput={(event) => setLabel(event.currentTarget.value)}
        />
      </Field>
      <Field label={t('days')} wrong={wrongs.days}>
        <input
          class="input" inputMode="numeric" value={days} aria-invalid={wrongs.days !== undefined}
          onInput={(event) => setDays(event.currentTarget.value.trim())}
        />
      </Field>
    </FormDialog>
  );
}

export function Tokens() {
  const loaded = useGet<Page<Token>>('/tokens');
  const users = useGet<Page<User>>('/users');
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState('');
  const [dropped, setDropped] = useState<Token | null>(null);
  const active = users.data?.items.filter((one) => one.active) ?? [];
  const now = Date.now();
  return (
    <>
      <Listing
        loaded={loaded} none={t('tokensNone')} noneWhat={t('tokensNoneWhat')} what={t('tokensWhat')}
        tools={
          <Button kind="primary" disabled={active.length === 0} onClick={() => setAdding(true)}>
            {t('tokenAdd')}
          </Button>
        }
        headings={[t('label'), t('name'), t('created'), t('seen'), t('expires')]}
        row={(one) => (
          <tr key={one.id}>
            <td><strong>{one.label}</strong></td>
            <td>{one.name}</td>
            <td><When at={one.created} /></td>
            <td>
              {one.seen === null
                ? <span class="muted">{t('never')}</span>
                : <When at={one.seen} as="relative" />}
            </td>
            <td>
              {new Date(one.expires).getTime() < now
                ? <Badge tone="outline">{t('expired')}</Badge>
                : <When at={one.expires} />}
            </td>
            <td class="num"><Button onClick={() => setDropped(one)}>{t('revoke')}</Button></td>
          </tr>
        )}
      />
      {adding && (
        <TokenDialog
          users={active} onClose={() => setAdding(false)}
          onMade={(made) => {
            setSecret(made);
            loaded.reload();
          }}
        />
      )}
      {secret !== '' && (
        <SecretDialog title={t('tokenMade')} secret={secret} onClose={() => setSecret('')} />
      )}
      {dropped !== null && (
        <Sure
          action={t('revoke')} text={t('revokeSure', { label: dropped.label })}
          onClose={() => setDropped(null)}
          send={async () => {
            await del(`/tokens/${dropped.id}`);
            toast(t('revoked'));
            loaded.reload();
          }}
        />
      )}
    </>
  );
}
