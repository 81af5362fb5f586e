// SPDX-License-Identifier: GPL-3.0-or-later
// What explains itself when it is asked: the keys, and what a heading means.
import { useId, useRef } from 'preact/hooks';
import { contexts } from '../keys';
import { Dialog } from './overlay';
import { t } from './text';

export interface KeyGroup {
  name: string;
  keys: readonly (readonly [keys: string, what: string])[]; // 'j k' or 'g q', as they are pressed
}

function Group({ name, keys }: KeyGroup) {
  return (
    <section>
      <h3>{name}</h3>
      <dl>
        {keys.map(([pressed, what]) => (
          <div key={pressed}>
            <dt>
              {pressed.split(' ').map((key) => <kbd key={key}>{key === 'Escape' ? 'Esc' : key}</kbd>)}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

// The keys that hold on this page now, and those of other pages.
export function Help({ others, onClose }: { others: readonly KeyGroup[]; onClose: () => void }) {
  return (
    <Dialog title={t('keys')} onClose={onClose} wide>
      <div class="help">
        {[...contexts.value].reverse().map((context, i) => (
          <Group
            key={i} name={context.name()}
            keys={context.keys.map((one) => [one.key, one.label()] as const)}
          />
        ))}
        {others.map((one) => <Group key={one.name} {...one} />)}
      </div>
    </Dialog>
  );
}

const HINT_WIDTH = 280; // as in style.css
const HINT_GAP = 8;

// A `?` that tells what stands before it means: by mouse, key and finger. The browser puts what it
// tells above everything, closes it on Esc and at a click elsewhere.
export function Hint({ text }: { text: string }) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const place = () => {
    const { left, bottom } = button.current!.getBoundingClientRect();
    const most = innerWidth - HINT_WIDTH - HINT_GAP;
    box.current!.style.left = `${Math.max(HINT_GAP, Math.min(left, most))}px`;
    box.current!.style.top = `${bottom + HINT_GAP}px`;
  };
  return (
    <>
      <button
        ref={button} type="button" class="hint-mark" aria-label={text} popovertarget={id}
      >
        ?
      </button>
      <div ref={box} id={id} popover="auto" class="panel hint" onBeforeToggle={place}>{text}</div>
    </>
  );
}
