// SPDX-License-Identifier: GPL-3.0-or-later
// Who is here: the menu, changing the password, and in a demo becoming somebody else.
import { useState } from 'preact/hooks';
import { about, postOnce, session, signIn, signOut } from './core/api';
import { asApiError } from './core/load';
import { errorName, roleName } from './core/names';
import { Button, clearToasts, Dialog, Field, Icon, Menu, toast, type MenuEntry } from './core/ui';
import { t } from './text';

// In a demo one visitor is several people: what one proposes, another approves.
export async function become(name: string): Promise<boolean> {
  const account = about.value?.demo.find((one) => one.name === name);
  if (account === undefined) {
    return false;
  }
  if (session.value !== null) {
    await signOut();
    clearToasts();
  }
  await signIn(account.name, account.password);
  return true;
}

function PasswordDialog({ onClose }: { onClose: () => void }) {
  const [old, setOld] = useState('');
  const [fresh, setFresh] = useState('');
  const [again, setAgain] = useState('');
  const [wrong, setWrong] = useState('');
  const differs = again !== '' && again !== fresh;

  const send = async () => {
    try {
      await postOnce('/session/password', { old, new: fresh });
      toast(t('passwordChanged'));
      session.value = null;
      onClose();
    } catch (error) {
      const { code, message } = asApiError(error);
      setWrong(`${errorName(code)}: ${message}`);
    }
  };
  const input = (value: string, set: (text: string) => void, complete: 'current' | 'new') => (
    <input
      class="input" type="password" required value={value} autocomplete={`${complete}-password`}
      onInput={(event) => set(event.currentTarget.value)}
    />
  );

  return (
    <Dialog
      title={t('password')} onClose={onClose}
      onSubmit={() => void (old !== '' && fresh !== '' && again === fresh && send())}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit">{t('save')}</Button>
        </>
      }
    >
      <Field label={t('passwordOld')} wrong={wrong}>{input(old, setOld, 'current')}</Field>
      <Field label={t('passwordNew')}>{input(fresh, setFresh, 'new')}</Field>
      <Field label={t('passwordAgain')} wrong={differs ? t('passwordDiffers') : ''}>
        {input(again, setAgain, 'new')}
      </Field>
    </Dialog>
  );
}

export function AccountMenu({ onKeys }: { onKeys: () => void }) {
  const [changing, setChanging] = useState(false);
  const me = session.value;
  if (me === null) {
    return null;
  }
  const roles = me.roles.map(roleName).join(', ');
  const demo = about.value?.demo ?? [];
  const entries: (MenuEntry | 'line')[] = [{ text: roles }];
  if (demo.length > 0) {
    entries.push('line', { text: t('switchTo') });
    for (const one of demo) {
      entries.push({
        text: (
          <>
            <span class="grow">{one.name}</span>
            <span class="muted">{one.roles.map(roleName).join(', ')}</span>
          </>
        ),
        checked: one.name === me.name,
        run: () => {
          become(one.name).then(
            () => toast(t('switched', { name: one.name, roles: one.roles.map(roleName).join(', ') })),
            (error: unknown) => toast(errorName(asApiError(error).code), { tone: 'bad' }),
          );
        },
      });
    }
  }
  entries.push(
    'line',
    { text: <><span class="grow">{t('keys')}</span><kbd>?</kbd></>, run: onKeys },
    { text: t('password'), run: () => setChanging(true) },
    { text: t('signOut'), run: () => void signOut().then(clearToasts) },
  );
  return (
    <>
      <Menu
        right kind="plain" title={`${t('account')} ${me.name}`} entries={entries}
        label={<><Icon name="person" />{me.name}</>}
      />
      {changing && <PasswordDialog onClose={() => setChanging(false)} />}
    </>
  );
}
