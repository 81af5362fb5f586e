// SPDX-License-Identifier: GPL-3.0-or-later
import { useState } from 'preact/hooks';
import { post, session, type Page, type Role, type User } from '../../core/api';
import { dateTime } from '../../core/i18n';
import { useGet } from '../../core/load';
import { roleName, roleWhat } from '../../core/names';
import { Badge, Button, Field, toast, When } from '../../core/ui';
import { areRegions, bytes, isName, isPassword, PASSWORD_MAX, tidyRegions } from './check';
import { Checks, FormDialog, useForm } from './form';
import { Listing } from './listing';
import { t } from './text';

const roles: Role[] = ['analyst', 'investigator', 'approver', 'auditor', 'admin', 'feed'];

// user null: a new account.
function UserDialog({ user, onClose, onDone }: {
  user: User | null;
  onClose: () => void;
  onDone: () => void;
}) {
  const [name, setName] = useState(user?.name ?? '');
  const [password, setPassword] = useState('');
  const [chosen, setChosen] = useState<Set<string>>(new Set(user?.roles));
  const [regions, setRegions] = useState(user?.regions.join(',') ?? '');
  const [active, setActive] = useState(user?.active ?? true);
  const { wrongs, error, busy, submit } = useForm({
    name: t('nameRule'), roles: t('rolesRule'), regions: t('regionsRule'),
    password: t(bytes(password) > PASSWORD_MAX ? 'passwordLong' : 'passwordRule'),
  }, 'name');
  const tidy = tidyRegions(regions);
  const send = async () => {
    const access = { roles: [...chosen].join(','), regions: tidy };
    if (user === null) {
      await post('/users', { name: name.trim(), password, ...access });
    } else {
      await post(`/users/${user.id}`, {
        ...access, active, ...(password !== '' && { password }),
      });
    }
    toast(t('saved'));
    onDone();
    onClose();
  };
  return (
    <FormDialog
      title={user === null ? t('userAdd') : t('userEdit', { name: user.name })}
      onClose={onClose} busy={busy} error={error}
      onSubmit={() => void submit([
        user === null && !isName(name.trim()) && 'name',
        (user === null || password !== '') && !isPassword(password) && 'password',
        chosen.size === 0 && 'roles',
        !areRegions(tidy) && 'regions',
      ], send)}
    >
      {user === null && (
        <Field label={t('name')} wrong={wrongs.name}>
          <input
            class="input" data-first value={name} autocomplete="off" spellcheck={false}
            aria-invalid={wrongs.name !== undefined}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </Field>
      )}
      <Field label={t(user === null ? 'password' : 'passwordNew')} wrong={wrongs.password}>
        <input
          class="input" type="password" autocomplete="new-password" value={password}
          placeholder={t('passwordRule')} aria-invalid={wrongs.password !== undefined}
          onInput={(event) => setPassword(event.currentTarget.value)}
        />
      </Field>
      <Checks
        label={t('roles')} wrong={wrongs.roles} chosen={chosen} onChange={setChosen}
        options={roles.map((role) => [role, roleName(role), roleWhat(role)] as const)}
      />
      <Field label={t('regions')} wrong={wrongs.regions}>
        <input
          class="input" value={regions} placeholder={t('regionsHint')} spellcheck={false}
          aria-invalid={wrongs.regions !== undefined}
          onInput={(event) => setRegions(event.currentTarget.value)}
        />
      </Field>
      {user !== null && (
        <label class="check">
          <input
            type="checkbox" checked={active}
            onChange={(event) => setActive(event.currentTarget.checked)}
          />
          <span>{t('active')}<br /><span class="muted">{t('activeWhat')}</span></span>
        </label>
      )}
    </FormDialog>
  );
}

export function Users() {
  const loaded = useGet<Page<User>>('/users');
  const [edited, setEdited] = useState<User | null | undefined>(undefined);
  const now = Date.now();
  return (
    <>
      <Listing
        loaded={loaded} none={t('usersNone')}
        tools={<Button kind="primary" onClick={() => setEdited(null)}>{t('userAdd')}</Button>}
        headings={[t('name'), t('roles'), t('regions'), t('state'), t('created')]}
        row={(one) => (
          <tr key={one.id} class={one.active ? '' : 'muted'}>
            <td>
              <strong>{one.name}</strong>
              {one.id === session.value?.id && <span class="muted"> ({t('yourself')})</span>}
            </td>
            <td>
              <span class="row wrap">
                {one.roles.map((role) => <Badge key={role} title={roleWhat(role)}>{roleName(role)}</Badge>)}
              </span>
            </td>
            <td>{one.regions.join(', ') || <span class="muted">{t('everywhere')}</span>}</td>
            <td>
              <Badge tone={one.active ? 'ok' : 'outline'}>
                {t(one.active ? 'active' : 'inactive')}
              </Badge>
              {one.rests_until !== null && new Date(one.rests_until).getTime() > now && (
                <div class="muted">{t('rests', { time: dateTime(one.rests_until) })}</div>
              )}
            </td>
            <td><When at={one.created} /></td>
            <td class="num">
              <Button
                aria-label={t('userEdit', { name: one.name })} onClick={() => setEdited(one)}
              >
                {t('edit')}
              </Button>
            </td>
          </tr>
        )}
      />
      {edited !== undefined && (
        <UserDialog user={edited} onDone={loaded.reload} onClose={() => setEdited(undefined)} />
      )}
    </>
  );
}
