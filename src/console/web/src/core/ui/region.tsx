// SPDX-License-Identifier: GPL-3.0-or-later
// Where, in names: shown, and chosen.
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { regionName, regionPath } from '../regions';
import { Badge } from './basics';

// Where: the name of a region, and all of it with its code under the pointer.
export function Region({ code, full = false }: { code: string; full?: boolean }) {
  return <span title={`${regionPath(code)} ${code}`}>{full ? regionPath(code) : regionName(code)}</span>;
}

// 和平区 210102; where a code is part of the name, that alone.
export function regionLabel(code: string): string {
  const name = regionName(code);
  return code === '' || name.endsWith(code) ? name : `${name} ${code}`;
}

// Provinces and prefectures first: a beginning of a code stands for all below it.
export function withAbove(codes: Iterable<string>): string[] {
  const all = [...codes].filter((code) => code !== '');
  return [...new Set(all.flatMap((code) => [code.slice(0, 2), code.slice(0, 4), code]))]
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
}

// The code that is meant; null: no region of such a name is known. A code may be any.
export function regionOf(text: string, known: readonly string[]): string | null {
  const typed = text.trim();
  const code = /(\d{2,})$/.exec(typed)?.[1];
  if (typed === '' || code !== undefined) {
    return code ?? '';
  }
  return known.find((one) => regionName(one) === typed)
    ?? known.find((one) => regionName(one).includes(typed))
    ?? known.find((one) => regionPath(one).includes(typed))
    ?? null;
}

// Takes a code or a name; offered are the regions that were seen in the rows, and what is above them.
export function RegionFilter({ value, label, unknown, rows, onChange }: {
  value: string; // a code, or the beginning of one
  label: string;
  unknown: string; // said where no such region is known
  rows: readonly { region: string }[];
  onChange: (code: string) => void;
}) {
  const id = useId();
  const [wrong, setWrong] = useState(false);
  // What a filter hides stays known, so that another region can be chosen.
  const seen = useRef(new Set<string>()).current;
  rows.forEach((row) => seen.add(row.region));
  const known = withAbove(seen);
  const box = useRef<HTMLInputElement>(null);
  const shown = regionLabel(value);
  useEffect(() => {
    box.current!.value = shown;
    setWrong(false);
  }, [shown]);
  const choose = (text: string) => {
    const code = regionOf(text, known);
    setWrong(code === null);
    if (code !== null) {
      box.current!.value = regionLabel(code);
      onChange(code);
    }
  };
  return (
    <>
      <input
        ref={box} class="input" style={{ width: '176px' }} type="search" list={id}
        aria-label={label} placeholder={label} spellcheck={false} aria-invalid={wrong}
        onInput={(event) => {
          const text = event.currentTarget.value;
          if (known.some((code) => regionLabel(code) === text)) {
            choose(text); // it was taken off the list
          }
        }}
        onChange={(event) => choose(event.currentTarget.value)}
      />
      <datalist id={id}>
        {known.map((code) => <option key={code} value={regionLabel(code)}>{regionPath(code)}</option>)}
      </datalist>
      <span role="alert">{wrong && <Badge tone="bad">{unknown}</Badge>}</span>
    </>
  );
}
