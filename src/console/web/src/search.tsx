// SPDX-License-Identifier: GPL-3.0-or-later
// The search of the top bar: what is found hangs below it; arrows choose, Enter opens.
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { get, severities, type AlertRow, type CaseRow, type Pattern } from './core/api';
import { dateTime, language, moneyShort } from './core/i18n';
import { severityName } from './core/names';
import { patterns, patternTitle } from './core/patterns';
import { go, href } from './core/router';
import { Icon, SeverityBadge, StateBadge } from './core/ui';
import { t } from './text';

interface Found {
  cases: CaseRow[];
  alerts: AlertRow[];
}

const PAUSE_MS = 200;
const SHOWN = 8;

const groups = ['cases', 'alerts', 'patterns'] as const;

type Hit =
  | { group: 'cases'; path: string; row: CaseRow }
  | { group: 'alerts'; path: string; row: AlertRow }
  | { group: 'patterns'; path: string; row: Pattern };

const titles = {
  cases: 'searchCases', alerts: 'searchAlerts', patterns: 'searchPatterns',
} as const;

// The service searches cases and alerts; the pack's patterns are here already. All words must be in
// the titles or the name, or it is the beginning of the id.
export function patternsWith(text: string, all: Iterable<Pattern>): Pattern[] {
  const words = text.toLowerCase().split(/\s+/);
  return [...all].filter(({ id, name, titles: { en, 'zh-CN': zh } }) => {
    const said = `${en} ${zh} ${name}`.toLowerCase();
    return id.toLowerCase().startsWith(words.join('')) || words.every((one) => said.includes(one));
  });
}

function hitsOf(found: Found | null, text: string): Hit[] {
  if (found === null || text === '') {
    return [];
  }
  return [
    ...found.cases.slice(0, SHOWN)
      .map((row): Hit => ({ group: 'cases', path: `case/${row.id}`, row })),
    ...found.alerts.slice(0, SHOWN)
      .map((row): Hit => ({ group: 'alerts', path: `case/${row.case}`, row })),
    ...patternsWith(text, patterns.value.values()).slice(0, SHOWN)
      .map((row): Hit => ({ group: 'patterns', path: `patterns/${row.id}`, row })),
  ];
}

function HitLine({ hit }: { hit: Hit }) {
  if (hit.group === 'cases') {
    const { row } = hit;
    return (
      <>
        <code>#{row.id}</code>
        <span class="grow cut">{row.patterns.map(patternTitle).join(' · ')}</span>
        <span class="muted">{row.subject_name || row.subject}</span>
        <span>{moneyShort(row.amount_fen)}</span>
        <StateBadge row={row} />
      </>
    );
  }
  if (hit.group === 'patterns') {
    const { row } = hit;
    return (
      <>
        <code>{row.id}</code>
        <span class="grow cut">{row.titles[language.value]}</span>
        <SeverityBadge severity={row.severity} />
      </>
    );
  }
  const { row } = hit;
  return (
    <>
      <code>{row.pattern}</code>
      <span class="grow cut">{patternTitle(row.pattern)}</span>
      <span class="muted">{row.subject}</span>
      <span class="muted">{dateTime(row.start)}</span>
      <span>{severityName(severities[row.severity])}</span>
    </>
  );
}

export function Search({ input }: { input: { current: HTMLInputElement | null } }) {
  const [text, setText] = useState('');
  const [found, setFound] = useState<Found | null>(null);
  const [chosen, setChosen] = useState(0);
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  const q = text.trim();
  const hits = hitsOf(found, q);

  useEffect(() => {
    if (q === '') {
      setFound(null);
      return undefined;
    }
    const abort = new AbortController();
    const timer = setTimeout(() => {
      get<Found>('/search', { query: { q }, signal: abort.signal }).then(
        (all) => {
          setFound(all);
          setChosen(0);
        },
        () => undefined, // a search that fails finds nothing; typing on asks again
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [q]);

  const leave = () => {
    setOpen(false);
    input.current?.blur();
  };
  const onKey = (event: KeyboardEvent) => {
    const hit = hits[chosen];
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setChosen(Math.max(0, Math.min(hits.length - 1, chosen + step)));
    } else if (event.key === 'Enter' && hit !== undefined) {
      leave();
      go(hit.path);
    } else if (event.key === 'Escape') {
      leave();
    } else {
      return;
    }
    event.preventDefault();
  };

  return (
    <div
      class="search" ref={box} role="search"
      onFocusOut={(event) => {
        if (!box.current?.contains(event.relatedTarget as Node | null)) {
          setOpen(false);
        }
      }}
    >
      <Icon name="search" />
      <input
        ref={input} class="input" type="search" value={text} placeholder={t('searchHint')}
        role="combobox" aria-label={t('search')} aria-expanded={open && q !== '' && found !== null}
        aria-controls={`${id}-list`} aria-autocomplete="list" spellcheck={false} autocomplete="off"
        aria-activedescendant={open && hits.length > 0 ? `${id}-${chosen}` : undefined}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onKeyDown={onKey}
      />
      <kbd aria-hidden="true">/</kbd>
      {open && q !== '' && found !== null && (
        <div class="found">
          <div role="listbox" id={`${id}-list`} aria-label={t('search')}>
            {groups.map((group) => {
              const name = t(titles[group]);
              return hits.some((hit) => hit.group === group) && (
                <div key={group} role="group" aria-label={name}>
                  <div class="title" role="presentation">{name}</div>
                  {hits.map((hit, i) => hit.group === group && (
                    <a
                      key={i} id={`${id}-${i}`} role="option" aria-selected={i === chosen}
                      tabIndex={-1} href={href(hit.path)} onClick={leave}
                      onMouseMove={() => setChosen(i)}
                    >
                      <HitLine hit={hit} />
                    </a>
                  ))}
                </div>
              );
            })}
          </div>
          {hits.length === 0 && (
            <>
              <p><strong>{t('searchNone', { q })}</strong></p>
              <p class="muted">{t('searchWhat')}</p>
            </>
          )}
        </div>
      )}
    </div>
  );
}
