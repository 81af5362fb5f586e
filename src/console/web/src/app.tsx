// SPDX-License-Identifier: GPL-3.0-or-later
// The frame: who is here, where they are, and the page itself, read when it is first opened.
import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { AccountMenu, become } from './account';
import { ApiError, may, resume, session, type DataHealth, type Permission } from './core/api';
import { count } from './core/i18n';
import { listen, useKeys } from './core/keys';
import { askAhead, useGet } from './core/load';
import { calendarUntil } from './core/completeness';
import { readPatterns } from './core/patterns';
import { readRegions, regionName } from './core/regions';
import { go, href, route, type PageProps } from './core/router';
import { closeStream, openStream, streamState } from './core/stream';
import { Empty, ErrorBox, Icon, Loading, Toasts, type IconName } from './core/ui';
import { Help, type KeyGroup } from './core/ui/help';
import { Guard } from './guard';
import { LookMenus } from './look';
import { Search } from './search';
import { overviewAsk } from './pages/overview/ask';
import { t } from './text';

interface PageInfo {
  load: () => Promise<{ default: ComponentType<PageProps> }>;
  needs: Permission[]; // any of them
  ahead?: (query: URLSearchParams) => void; // asks for what it shows first
  key?: string; // after g; none: not in the navigation
}

const pages = {
  overview: {
    load: () => import('./pages/overview'), needs: ['read'], key: 'o',
    ahead: (query) => askAhead('/overview', overviewAsk(query)),
  },
  feed: { load: () => import('./pages/feed'), needs: ['stream'], key: 'f' },
  queue: { load: () => import('./pages/queue'), needs: ['read'], key: 'q' },
  reviews: { load: () => import('./pages/reviews'), needs: ['work'], key: 'r' },
  patterns: { load: () => import('./pages/patterns'), needs: ['read'], key: 'p' },
  health: { load: () => import('./pages/health'), needs: ['read'], key: 'h' },
  audit: { load: () => import('./pages/audit'), needs: ['read_audit'], key: 'a' },
  admin: { load: () => import('./pages/admin'), needs: ['administer', 'approve'], key: 'm' },
  case: { load: () => import('./pages/case'), needs: ['read'] },
} satisfies Record<string, PageInfo>;

type PageName = keyof typeof pages;
const names = Object.keys(pages) as PageName[];

function infoOf(name: PageName): PageInfo {
  return pages[name];
}

function inNavigation(): PageName[] {
  return names.filter((name) => infoOf(name).key !== undefined && infoOf(name).needs.some(may));
}

// Reads the code of a page, then shows it.
function Lazy({ info: { load, ahead }, path, query }: PageProps & { info: PageInfo }) {
  const [Page, setPage] = useState<ComponentType<PageProps> | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let wanted = true;
    ahead?.(query);
    load().then(
      (module) => wanted && setPage(() => module.default),
      () => wanted && setFailed(true),
    );
    return () => {
      wanted = false;
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- asked once, as it was opened
  }, [load]);
  if (failed) {
    return (
      <div class="page">
        <ErrorBox error={new ApiError(0, 'unreachable', '')} retry={() => location.reload()} />
      </div>
    );
  }
  return Page === null ? <div class="page"><Loading /></div> : <Page path={path} query={query} />;
}

function Content() {
  const { page, path, query } = route.value;
  const first = inNavigation()[0];
  const known = names.find((name) => name === page);
  const shown = page === '' ? first : known;

  useEffect(() => {
    document.title = shown === undefined ? t('product') : `${t(shown)} · ${t('product')}`;
  });

  if (shown === undefined || !infoOf(shown).needs.some(may)) {
    return (
      <Empty title={t(known === undefined ? 'notHere' : 'notAllowed')}>
        <a class="button" href={href('')}>{t('toStart')}</a>
      </Empty>
    );
  }
  return (
    <Guard key={shown} at={href([page, ...path].join('/'), query)}>
      <Lazy info={infoOf(shown)} path={path} query={query} />
    </Guard>
  );
}

const HEALTH_MS = 30_000;

function HealthDot() {
  const { data, reload } = useGet<DataHealth>(may('read') ? '/health/data' : null);
  useEffect(() => {
    const timer = setInterval(reload, HEALTH_MS);
    return () => clearInterval(timer);
  }, [reload]);
  useEffect(() => {
    calendarUntil.value = data?.calendar.until ?? null;
  }, [data]);
  const feed = data?.feed;
  const state =
    feed !== undefined && !feed.ok ? 'stopped'
    : may('stream') && streamState.value !== 'live' ? 'connecting'
    : feed !== undefined && (feed.lag ?? 0) > 1000 ? 'behind'
    : 'live';
  const tone = { stopped: 'bad', connecting: 'warn', behind: 'warn', live: 'ok' }[state];
  return (
    <a
      class="row health" href={href('health')}
      title={feed && t('healthTitle', {
        state: t(state), lag: feed.lag === null ? '–' : count(feed.lag), taken: count(feed.taken),
        rejected: count(feed.rejected),
      })}
    >
      <span class={`dot ${tone}`} />{t(state)}
    </a>
  );
}

// What may be worth knowing of the pages where somebody is not: `?` tells all keys of that where they
// are.
function keysElsewhere(here: string): KeyGroup[] {
  const rows = [['j k', t('keysRows')], ['Enter', t('keysOpen')]] as const;
  const groups: [PageName, KeyGroup['keys']][] = [
    ['feed', [...rows, ['p', t('keysPause')], ['f', t('keysFilter')]]],
    ['queue', [
      ...rows, ['Space', t('keysPreview')], ['x', t('keysSelect')], ['f', t('keysFilter')],
      ...(may('work') ? [['n', t('keysNext')], ['1 2 3 4', t('keysConclude')]] as const : []),
    ]],
    ['case', [
      ...(may('work') ? [['1 2 3 4', t('keysConclude')]] as const : []),
      ['[ ]', t('keysAlerts')], ['Backspace', t('keysBack')],
    ]],
  ];
  return groups
    .filter(([name]) => name !== here && infoOf(name).needs.some(may))
    .map(([name, keys]) => ({ name: t('onPage', { page: t(name) }), keys }));
}

function Shell() {
  const search = useRef<HTMLInputElement>(null);
  const [help, setHelp] = useState(false);
  const shown = inNavigation();
  const here = route.value.page === 'case' ? 'queue' : route.value.page || shown[0];
  const regions = (session.value?.regions ?? '').split(',').filter(Boolean).map(regionName).join(', ');

  useKeys(() => t('everywhereKeys'), [
    { key: '/', label: () => t('search'), run: () => search.current?.focus() },
    { key: '?', label: () => t('keys'), run: () => setHelp(true) },
    ...shown.map((name) => ({
      key: `g ${infoOf(name).key}`,
      label: () => t('goTo', { page: t(name) }),
      run: () => go(name),
    })),
  ]);

  return (
    <div class="shell">
      <header>
        <a
          class="skip" href="#main"
          onClick={(event) => {
            event.preventDefault();
            document.getElementById('main')?.focus();
          }}
        >
          {t('skip')}
        </a>
        <a class="brand" href={href('')}>{t('product')}</a>
        <span class="badge outline cut" title={t('scope', { regions: regions || t('everywhere') })}>
          {regions || t('everywhere')}
        </span>
        <div class="grow row">{may('read') && <Search input={search} />}</div>
        {may('read') && <HealthDot />}
        <LookMenus />
        <AccountMenu onKeys={() => setHelp(true)} />
      </header>
      <nav aria-label={t('pages')}>
        {shown.map((name) => (
          <a
            key={name} href={href(name)} title={t(name)}
            aria-current={name === here ? 'page' : undefined}
          >
            <Icon name={name as IconName} /><span>{t(name)}</span>
          </a>
        ))}
        <button
          type="button" class="button plain keys" title={t('keys')} onClick={() => setHelp(true)}
        >
          <kbd>?</kbd><span class="muted">{t('keysShort')}</span>
        </button>
      </nav>
      <main id="main" tabIndex={-1}><Content /></main>
      {help && (
        <Help others={keysElsewhere(route.value.page || shown[0]!)} onClose={() => setHelp(false)} />
      )}
    </div>
  );
}

// #as=NAME enters a demo account from a link.
async function enter(): Promise<void> {
  const wanted = /^#as=([^&]+)$/.exec(location.hash)?.[1];
  await resume();
  if (wanted !== undefined) {
    history.replaceState(null, '', href(''));
    dispatchEvent(new HashChangeEvent('hashchange'));
    await become(decodeURIComponent(wanted)).catch(() => false);
  }
}

// The code of the page wanted comes while the service is asked who is here.
function readAhead(): void {
  const wanted = names.find((name) => name === route.value.page) ?? names[0]!;
  infoOf(wanted).load().catch(() => undefined); // asked for again, and told, when it is shown
}

const login: PageInfo = { load: () => import('./pages/login'), needs: [] };

export function App() {
  const [ready, setReady] = useState(false);
  const who = session.value?.id;

  useEffect(listen, []);
  useEffect(() => {
    const begin = () => void enter().then(() => setReady(true));
    const changed = () => location.hash.startsWith('#as=') && begin();
    readAhead();
    begin();
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  useEffect(() => {
    if (who === undefined) {
      return undefined;
    }
    if (may('read')) {
      void readPatterns();
      void readRegions();
    }
    if (may('stream')) {
      openStream();
    }
    return closeStream;
  }, [who]);

  if (!ready) {
    return null;
  }
  return (
    <>
      {who === undefined ? (
        <Lazy key="login" info={login} path={[]} query={new URLSearchParams()} />
      ) : (
        <Shell key={who} />
      )}
      <Toasts />
    </>
  );
}
