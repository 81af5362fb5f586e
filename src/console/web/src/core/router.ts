// SPDX-License-Identifier: GPL-3.0-or-later
// Routes live behind the hash (#/queue?state=new): every address is index.html.
import { signal } from '@preact/signals';
import type { Query } from './api';

export interface Route {
  page: string; // 'queue'
  path: string[]; // what follows: ['123'] of #/case/123
  query: URLSearchParams;
}

export interface PageProps {
  path: string[];
  query: URLSearchParams;
}

export function parse(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [page = '', ...rest] = path.split('/').filter((part) => part !== '');
  return { page, path: rest.map(decodeURIComponent), query: new URLSearchParams(query) };
}

export const route = signal<Route>(parse(location.hash));
addEventListener('hashchange', () => {
  route.value = parse(location.hash);
});

// href('case/12') or href('queue', {state: 'new'}); empty values are left out.
export function href(path: string, query: Query | URLSearchParams = {}): string {
  const all = new URLSearchParams();
  const given = query instanceof URLSearchParams ? [...query] : Object.entries(query);
  for (const [name, value] of given) {
    if (value !== undefined && value !== null && value !== '') {
      all.set(name, String(value));
    }
  }
  const text = all.toString();
  return `#/${path}${text === '' ? '' : `?${text}`}`;
}

export function go(path: string, query: Query | URLSearchParams = {}): void {
  location.hash = href(path, query);
}

// Changes the query of this page without a step in the history.
export function replaceQuery(query: Query | URLSearchParams): void {
  const here = [route.value.page, ...route.value.path.map(encodeURIComponent)].join('/');
  history.replaceState(null, '', href(here, query));
  route.value = parse(location.hash);
}
