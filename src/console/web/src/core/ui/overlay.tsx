// SPDX-License-Identifier: GPL-3.0-or-later
// What lies above the page: dialogs, menus, toasts.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { signal } from '@preact/signals';
import { register } from '../keys';
import { Button } from './basics';
import { Icon } from './icons';
import { t } from './text';

// The browser's own dialog keeps the focus inside, closes on Esc and gives the focus back.
export function Dialog({ title, onClose, footer, onSubmit, wide = false, children }: {
  title: string;
  onClose: () => void;
  onSubmit?: () => void; // also by Ctrl+Enter
  footer?: ComponentChildren;
  wide?: boolean;
  children: ComponentChildren;
}) {
  const box = useRef<HTMLDialogElement>(null);
  const heading = useId();

  // Before anything else: the very next key must already belong to it.
  useLayoutEffect(() => {
    const dialog = box.current;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => dialog?.close();
  }, []);

  return (
    <dialog
      ref={box}
      class={`dialog ${wide ? 'wide' : ''}`}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => event.target === box.current && onClose()}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          onSubmit?.();
        }
      }}
    >
      <header>
        <h2 id={heading}>{title}</h2>
        <Button kind="plain" size="icon" aria-label={t('close')} onClick={onClose}>
          <Icon name="close" />
        </Button>
      </header>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit?.();
        }}
      >
        <div class="content">{children}</div>
        {footer !== undefined && <footer>{footer}</footer>}
      </form>
    </dialog>
  );
}

export interface MenuEntry {
  text: ComponentChildren;
  run?: () => void; // none: a heading
  checked?: boolean; // given: one of several
}

export function Menu({ label, title, right = false, kind, entries }: {
  label: ComponentChildren;
  title: string; // what it is, read out and shown on hovering
  right?: boolean;
  kind?: 'primary' | 'plain';
  entries: (MenuEntry | 'line')[];
}) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const items = () => [...(box.current?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])];
  const close = (focus: boolean) => {
    setOpen(false);
    if (focus) {
      box.current?.querySelector<HTMLElement>('button')?.focus();
    }
  };

  useLayoutEffect(() => {
    if (!open) {
      return undefined;
    }
    (items().find((one) => one.ariaChecked === 'true') ?? items()[0])?.focus();
    const outside = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) {
        setOpen(false);
      }
    };
    addEventListener('pointerdown', outside);
    return () => removeEventListener('pointerdown', outside);
  }, [open]);

  const onKey = (event: KeyboardEvent) => {
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === 'Escape' || event.key === 'Tab') {
      close(event.key === 'Escape');
    } else if (to !== undefined) {
      all[(to + all.length) % all.length]?.focus();
    } else {
      return;
    }
    if (event.key !== 'Tab') {
      event.preventDefault();
      event.stopPropagation();
    }
  };

  return (
    <div class="menu" ref={box} onKeyDown={open ? onKey : undefined}>
      <Button
        kind={kind} title={title} aria-label={typeof label === 'string' ? undefined : title}
        aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)}
      >
        {label}
        <Icon name="down" />
      </Button>
      {open && (
        <div role="menu" aria-label={title} class={right ? 'right' : ''}>
          {entries.map((entry, i) => {
            if (entry === 'line') {
              return <hr key={i} />;
            }
            if (entry.run === undefined) {
              return <div key={i} class="title" role="presentation">{entry.text}</div>;
            }
            return (
              <button
                key={i} type="button" tabIndex={-1}
                role={entry.checked === undefined ? 'menuitem' : 'menuitemradio'}
                aria-checked={entry.checked}
                onClick={() => {
                  close(true);
                  entry.run?.();
                }}
              >
                {entry.text}
              </button>
            );
          })}
        </div>
      )}
    </div>
  );
}

interface ToastItem {
  id: number;
  text: string;
  tone: 'plain' | 'bad';
  about: readonly number[]; // cases
  undo?: () => void;
}

const TOAST_MS = 6000;
const UNDO_MS = 30_000; // as long as the service allows it

const toasts = signal<ToastItem[]>([]);
let toastNext = 1;

function drop(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

// Says what happened. With `undo`: offered for 30 seconds, also by the key u. The service takes back
// the last step of a case, whichever that is: what is said later `about` the same case leaves the
// older ones nothing to take back.
export function toast(
  text: string,
  options: { tone?: 'bad'; about?: readonly number[]; undo?: () => void } = {},
): void {
  const { tone = 'plain', about = [], undo } = options;
  const item: ToastItem = { id: toastNext++, text, tone, about, undo };
  const older = toasts.value.slice(-2).map((one) =>
    one.about.some((id) => about.includes(id)) ? { ...one, undo: undefined } : one,
  );
  toasts.value = [...older, item];
  setTimeout(() => drop(item.id), item.undo === undefined ? TOAST_MS : UNDO_MS);
}

// Another person takes nothing back of what the last one did.
export function clearToasts(): void {
  toasts.value = [];
}

export function isUndoOffered(): boolean {
  return toasts.value.some((one) => one.undo !== undefined);
}

function undoNewest(): void {
  const item = [...toasts.value].reverse().find((one) => one.undo !== undefined);
  if (item !== undefined) {
    drop(item.id);
    item.undo?.();
  }
}

export function Toasts() {
  const newest = [...toasts.value].reverse().find((one) => one.undo !== undefined);
  const canUndo = newest !== undefined;
  useEffect(
    () =>
      canUndo
        ? register({
            name: () => t('undo'),
            keys: [{ key: 'u', label: () => t('undo'), run: undoNewest }],
          })
        : undefined,
    [canUndo],
  );
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((item) => (
        <div key={item.id} class={`toast ${item.tone}`}>
          <span class="grow">{item.text}</span>
          {item.undo !== undefined && (
            <Button
              hint={item === newest ? 'u' : undefined}
              onClick={() => {
                drop(item.id);
                item.undo?.();
              }}
            >
              {t('undo')}
            </Button>
          )}
          <Button kind="plain" size="icon" aria-label={t('close')} onClick={() => drop(item.id)}>
            <Icon name="close" />
          </Button>
        </div>
      ))}
    </div>
  );
}
