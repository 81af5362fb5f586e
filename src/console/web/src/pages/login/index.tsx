// SPDX-License-Identifier: GPL-3.0-or-later
import { useState } from 'preact/hooks';
import { about, signIn, type Role } from '../../core/api';
import { asApiError } from '../../core/load';
import { errorName, roleName } from '../../core/names';
import { Button, Field } from '../../core/ui';
import { LookMenus } from '../../look';
import './style.css';
import { t } from './text';

function said(error: unknown): string {
  const { code } = asApiError(error);
  switch (code) {
    case 'unauthenticated':
    case 'forbidden':
    case 'invalid':
      return t('wrong');
    case 'unreachable':
      return t('silent');
    case 'rate_limited':
      return t('tries');
    default:
      return errorName(code);
  }
}

// What somebody does most tells who they are: everybody here may look.
const roleOrder: Role[] = ['admin', 'approver', 'investigator', 'auditor', 'analyst', 'feed'];

function mainRole(roles: Role[]): Role {
  return roleOrder.find((one) => roles.includes(one)) ?? 'analyst';
}

export default function LoginPage() {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [wrong, setWrong] = useState('');
  const [busy, setBusy] = useState(false);
  const demo = about.value?.demo ?? [];

  const enter = async (as: string, by: string) => {
    setBusy(true);
    setWrong('');
    try {
      await signIn(as, by);
    } catch (error) {
      setWrong(said(error));
      setBusy(false);
    }
  };

  return (
    <div class="login">
      <header class="row"><span class="grow" /><LookMenus /></header>
      <main>
        <div class="who">
          <h1>{t('product')}</h1>
          <p class="muted">{t('what')}</p>
        </div>
        <div class="cards">
          {demo.length > 0 && (
            <section class="panel" aria-labelledby="demo">
              <h2 id="demo">{t('demo')}</h2>
              <p class="muted">{t('demoWhy')}</p>
              <ul>
                {demo.map((one, i) => {
                  const role = mainRole(one.roles);
                  const isAnother = demo.slice(0, i).some((other) => mainRole(other.roles) === role);
                  return (
                    <li key={one.name}>
                      <button
                        type="button" disabled={busy}
                        onClick={() => void enter(one.name, one.password)}
                      >
                        <span class="row">
                          <strong class="grow">{t('enterAs', { role: roleName(role) })}</strong>
                          <code class="muted">{one.name}</code>
                        </span>
                        <span class="muted">{t(isAnother ? 'another' : role)}</span>
                      </button>
                    </li>
                  );
                })}
              </ul>
            </section>
          )}
          <form
            class="panel" aria-labelledby="sign-in"
            onSubmit={(event) => {
              event.preventDefault();
              void enter(name, password);
            }}
          >
            <h2 id="sign-in">{t('title')}</h2>
            <Field label={t('name')}>
              <input
                class="input big" required autocomplete="username" autoFocus={demo.length === 0}
                value={name} onInput={(event) => setName(event.currentTarget.value)}
              />
            </Field>
            <Field label={t('password')} wrong={wrong}>
              <input
                class="input big" type="password" required autocomplete="current-password"
                aria-invalid={wrong !== ''} value={password}
                onInput={(event) => setPassword(event.currentTarget.value)}
              />
            </Field>
            <Button kind="primary" size="big" type="submit" disabled={busy}>{t('enter')}</Button>
          </form>
        </div>
        <p class="muted law">
          {t('law')}
          {about.value !== null && <> {t('version', { version: about.value.version })}</>}
        </p>
      </main>
    </div>
  );
}
