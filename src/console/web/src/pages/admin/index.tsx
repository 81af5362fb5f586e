// SPDX-License-Identifier: GPL-3.0-or-later
// Who may enter, which programs may, who is told, and who may know who somebody is.
import type { ComponentType } from 'preact';
import { may } from '../../core/api';
import { replaceQuery, type PageProps } from '../../core/router';
import { Tabs } from '../../core/ui';
import { Requests } from './requests';
import './style.css';
import { t } from './text';
import { Tokens } from './tokens';
import { Users } from './users';
import { Webhooks } from './webhooks';

const views = { users: Users, tokens: Tokens, webhooks: Webhooks, requests: Requests } satisfies
  Record<string, ComponentType>;
type View = keyof typeof views;

function allowed(): View[] {
  return [
    ...(may('administer') ? (['users', 'tokens', 'webhooks'] as const) : []),
    ...(may('approve') && may('unmask') ? (['requests'] as const) : []),
  ];
}

export default function AdminPage({ query }: PageProps) {
  const shown = allowed();
  const view = shown.find((one) => one === query.get('view')) ?? shown[0] ?? 'users';
  const Chosen = views[view];
  return (
    <div class="page admin-page">
      <div class="page-head"><h1>{t('title')}</h1></div>
      <Tabs
        label={t('views')} chosen={view} tabs={shown.map((key) => ({ key, text: t(key) }))}
        onChoose={(key) => replaceQuery({ view: key === shown[0] ? '' : key })}
      >
        <Chosen key={view} />
      </Tabs>
    </div>
  );
}
