// SPDX-License-Identifier: GPL-3.0-or-later
import { Button } from './basics';
import { toast } from './overlay';
import { t } from './text';

// Without a secure origin a browser has no clipboard at all.
async function write(text: string): Promise<void> {
  if (navigator.clipboard === undefined) {
    throw new Error('no clipboard');
  }
  await navigator.clipboard.writeText(text);
}

export function CopyButton({ text, label, first = false }: {
  text: string;
  label?: string;
  first?: boolean; // gets the focus when its dialog opens
}) {
  const copy = () =>
    write(text).then(
      () => toast(t('copied')),
      () => toast(t('copyFailed'), { tone: 'bad' }),
    );
  return (
    <Button data-first={first ? '' : undefined} onClick={() => void copy()}>
      {label ?? t('copy')}
    </Button>
  );
}
