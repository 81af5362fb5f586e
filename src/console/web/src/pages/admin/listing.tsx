// SPDX-License-Identifier: GPL-3.0-or-later
// How each of these pages shows what there is: tools above it, and a row for each thing.
import type { ComponentChildren } from 'preact';
import type { ApiError, Page } from '../../core/api';
import type { Loaded } from '../../core/load';
import { AsOf, Empty, ErrorBox, Loading } from '../../core/ui';
import { t } from './text';

export function Missing({ error, retry }: { error: ApiError; retry: () => void }) {
  return error.status === 404
    ? <Empty title={t('notAvailable')} />
    : <ErrorBox error={error} retry={retry} />;
}

// A heading as [text, class]; the last column, of what can be done with a row, is there anyway.
export type Heading = string | readonly [text: string, kind: 'num'];

export function Table({ headings, hasActions = false, children }: {
  headings: readonly Heading[];
  hasActions?: boolean;
  children: ComponentChildren;
}) {
  return (
    <table class="table">
      <thead>
        <tr>
          {headings.map((one) => {
            const [text, kind] = typeof one === 'string' ? [one] : one;
            return <th key={text} scope="col" class={kind}>{text}</th>;
          })}
          {hasActions && <th scope="col"><span class="seen-by-readers">{t('actions')}</span></th>}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

export function Listing<T>({ loaded, none, noneWhat, what, tools, headings, row }: {
  loaded: Loaded<Page<T>>;
  none: string;
  noneWhat?: string; // when there would be one
  what?: string;
  tools: ComponentChildren;
  headings: readonly Heading[];
  row: (one: T) => ComponentChildren;
}) {
  const { data, error, reload } = loaded;
  return (
    <>
      <div class="row tools">
        <p class="muted grow">{what}</p>
        {data !== null && <AsOf at={data.as_of} />}
        {tools}
      </div>
      {error !== null && data === null && <Missing error={error} retry={reload} />}
      {data === null && error === null && <Loading />}
      {data !== null && (
        <div class="panel">
          {data.items.length === 0
            ? <Empty title={none}>{noneWhat !== undefined && <p>{noneWhat}</p>}</Empty>
            : <Table headings={headings} hasActions>{data.items.map(row)}</Table>}
        </div>
      )}
    </>
  );
}
