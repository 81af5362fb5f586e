// SPDX-License-Identifier: GPL-3.0-or-later
// Above the table: ready-made and own filters, and the bar to narrow them.
import { useState } from 'preact/hooks';
import {
  clocks, del, may, post, severities, states, type CaseRow, type ResultType, type SavedFilter,
} from '../../core/api';
import { language } from '../../core/i18n';
import { asApiError, useGet } from '../../core/load';
import { clockName, errorName, resultName, severityName, stateName } from '../../core/names';
import { patterns } from '../../core/patterns';
import { href, replaceQuery } from '../../core/router';
import { Button, Dialog, Field, Icon, Menu, RegionFilter, Select, toast, type MenuEntry } from '../../core/ui';
import { readFilter, viewOf, views, type FilterName, type QueueFilter, type Sort, type ViewName } from './filter';
import { t } from './text';

const forWorkers: ViewName[] = ['mine', 'returned'];

export function Views({ filter }: { filter: QueueFilter }) {
  const here = viewOf(filter);
  const names = (Object.keys(views) as ViewName[]).filter(
    (name) => may('work') || !forWorkers.includes(name),
  );
  return (
    <nav class="views" aria-label={t('views')}>
      {names.map((name) => (
        <a
          key={name} href={href('queue', views[name])}
          aria-current={name === here ? 'true' : undefined}
        >
          {t(name)}
        </a>
      ))}
    </nav>
  );
}

function SaveDialog({ filter, sort, onClose, onSaved }: {
  filter: QueueFilter;
  sort: Sort;
  onClose: () => void;
  onSaved: () => void;
}) {
  const [name, setName] = useState('');
  const [wrong, setWrong] = useState('');
  const send = async () => {
    const query = href('', { ...filter, sort }).replace(/^#\/\??/, '');
    try {
      await post('/filters', { name: name.trim(), query });
      toast(t('filterSaved', { name: name.trim() }));
      onSaved();
      onClose();
    } catch (error) {
      const { code, message } = asApiError(error);
      setWrong(`${errorName(code)}: ${message}`);
    }
  };
  return (
    <Dialog
      title={t('saveFilter')} onClose={onClose}
      onSubmit={() => void (name.trim() !== '' && send())}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" disabled={name.trim() === ''}>{t('save')}</Button>
        </>
      }
    >
      <Field label={t('filterName')} wrong={wrong}>
        <input
          class="input" data-first maxLength={40} value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </Field>
    </Dialog>
  );
}

export function SavedMenu({ filter, sort }: { filter: QueueFilter; sort: Sort }) {
  const { data, reload } = useGet<{ items: SavedFilter[] }>('/filters');
  const [saving, setSaving] = useState(false);
  const saved = data?.items ?? [];
  const entries: (MenuEntry | 'line')[] = saved.map((one) => ({
    text: one.name,
    run: () => replaceQuery(new URLSearchParams(one.query)),
  }));
  if (saved.length === 0) {
    entries.push({ text: t('noSaved') });
  }
  entries.push('line', { text: t('saveFilter'), run: () => setSaving(true) });
  const here = saved.find((one) => {
    const its = new URLSearchParams(one.query);
    return JSON.stringify(readFilter(its)) === JSON.stringify(filter);
  });
  if (here !== undefined) {
    entries.push({
      text: t('filterDelete', { name: here.name }),
      run: () => {
        del(`/filters/${here.id}`).then(reload, (error: unknown) =>
          toast(errorName(asApiError(error).code), { tone: 'bad' }),
        );
      },
    });
  }
  return (
    <>
      <Menu right title={t('saved')} label={<><Icon name="star" />{here?.name ?? t('saved')}</>} entries={entries} />
      {saving && (
        <SaveDialog filter={filter} sort={sort} onClose={() => setSaving(false)} onSaved={reload} />
      )}
    </>
  );
}

export function FilterBar({ filter, sort, rows, first }: {
  filter: QueueFilter;
  sort: Sort;
  rows: readonly CaseRow[];
  first: { current: HTMLElement | null };
}) {
  const set = (name: FilterName, value: string) =>
    replaceQuery({ ...filter, [name]: value, sort: sort === 'rank' ? '' : sort });
  const choose = (
    name: FilterName, any: string, values: readonly string[], text: (value: string) => string,
  ) => {
    const chosen = filter[name] ?? '';
    const all = chosen === '' || values.includes(chosen) ? values : [...values, chosen];
    return (
      <Select
        label={any} value={chosen} onChange={(value) => set(name, value)}
        options={[['', any], ...all.map((one): [string, string] => [one, text(one)])]}
      />
    );
  };
  const write = (name: FilterName, label: string, width: number) => (
    <input
      class="input" style={{ width: `${width}px` }} type="search" aria-label={label}
      placeholder={label} value={filter[name] ?? ''} spellcheck={false}
      onChange={(event) => set(name, event.currentTarget.value.trim())}
    />
  );
  return (
    <div class="row wrap" ref={(node) => { first.current = node?.querySelector('select') ?? null; }}>
      {choose('state', t('anyState'), states, stateName)}
      {choose('pattern', t('anyPattern'), [...patterns.value.keys()], (id) =>
        `${id} ${patterns.value.get(id)?.titles[language.value] ?? ''}`)}
      {choose('severity', t('anySeverity'), severities, severityName)}
      {choose('result_type', t('anyResult'), ['conclusive', 'suspicious'] satisfies ResultType[], resultName)}
      {choose('clock', t('anyClock'), clocks, clockName)}
      <RegionFilter
        value={filter.region ?? ''} label={t('region')} unknown={t('regionUnknown')} rows={rows}
        onChange={(code) => set('region', code)}
      />
      {write('subject', t('subject'), 136)}
      {write('tag', t('tag'), 80)}
      {viewOf(filter) === null && (
        <Button kind="plain" onClick={() => replaceQuery({})}>{t('clear')}</Button>
      )}
    </div>
  );
}
