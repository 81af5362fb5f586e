// SPDX-License-Identifier: GPL-3.0-or-later
// The search of the top bar: what is found hangs below it; arrows choose, Enter opens.
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { get, severities, type AlertRow, type CaseRow } from './core/api';
import { dateTime, moneyShort } from './core/i18n';
import { severityName } from './core/names';
import { patternTitle } from './core/patterns';
import { go, href } from './core/router';
import { Icon, StateBadge } from './core/ui';
import { t } from './text';

interface Found {
  cases: CaseRow[];
  alerts: AlertRow[];
}

const PAUSE_MS = 200;
const SHOWN = 8;

interface Hit {
  path: string;
  group: 'cases' | 'alerts';
  row: CaseRow | AlertRow;
}

function hitsOf(found: Found | null): Hit[] {
  if (found === null) {
    return [];
  }
  return [
    ...found.cases.slice(0, SHOWN).map((row): Hit => ({ path: `case/${row.id}`, group: 'cases', row })),
    ...found.alerts
      .slice(0, SHOWN)
      .map((row): Hit => ({ path: `case/${row.case}`, group: 'alerts', row })),
  ];
}

function HitLine({ hit }: { hit: Hit }) {
  if (hit.group === 'cases') {
    const row = hit.row as CaseRow;
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
  const row = hit.row as AlertRow;
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
  const hits = hitsOf(found);
  const q = text.trim();

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
            {(['cases', 'alerts'] as const).map((group) => {
              const name = t(group === 'cases' ? 'searchCases' : 'searchAlerts');
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
          {hits.length === 0 && <p class="muted">{t('searchNone', { q })}</p>}
        </div>
      )}
    </div>
  );
}
