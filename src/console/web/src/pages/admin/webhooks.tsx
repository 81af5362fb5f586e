// SPDX-License-Identifier: GPL-3.0-or-later
import { useState } from 'preact/hooks';
import { del, post, postOnce, type Delivery, type Page, type Webhook } from '../../core/api';
import { count } from '../../core/i18n';
import { useGet } from '../../core/load';
import { Badge, Button, Dialog, Empty, Field, Loading, Region, toast, When } from '../../core/ui';
import { isRegion, isWebhookUrl } from './check';
import { Checks, FormDialog, SecretDialog, Sure, tellFailure, useForm } from './form';
import { Listing, Missing, Table } from './listing';
import { t } from './text';

const kinds = ['alert', 'case'] as const;

function WebhookDialog({ onClose, onMade }: {
  onClose: () => void;
  onMade: (secret: string) => void;
}) {
  const [url, setUrl] = useState('https://');
  const [events, setEvents] = useState<Set<string>>(new Set(kinds));
  const [region, setRegion] = useState('');
  const { wrongs, error, busy, submit } = useForm({
    url: t('urlRule'), events: t('eventsRule'), region: t('regionRule'),
  });
  const send = async () => {
    const { secret } = await postOnce<{ secret: string }>('/webhooks', {
      url: url.trim(), events: kinds.filter((one) => events.has(one)),
      ...(region.trim() !== '' && { region: region.trim() }),
    });
    onClose();
    onMade(secret);
  };
  return (
    <FormDialog
      title={t('webhookAdd')} onClose={onClose} busy={busy} error={error}
      onSubmit={() => void submit([
        !isWebhookUrl(url.trim()) && 'url',
        events.size === 0 && 'events',
        region.trim() !== '' && !isRegion(region.trim()) && 'region',
      ], send)}
    >
      <Field label={t('url')} wrong={wrongs.url}>
        <input
          class="input" type="text" inputMode="url" data-first value={url} spellcheck={false}
          aria-invalid={wrongs.url !== undefined}
          onInput={(event) => setUrl(event.currentTarget.value)}
        />
      </Field>
      <Checks
        label={t('events')} wrong={wrongs.events} chosen={events} onChange={setEvents}
        options={kinds.map((one) => [one, t(one)] as const)}
      />
      <Field label={t('region')} wrong={wrongs.region}>
        <input
          class="input" value={region} placeholder={t('regionsHint').split(/[;；]/)[0]}
          inputMode="numeric" aria-invalid={wrongs.region !== undefined}
          onInput={(event) => setRegion(event.currentTarget.value)}
        />
      </Field>
    </FormDialog>
  );
}

function DeliveryRow({ one }: { one: Delivery }) {
  const { status } = one;
  return (
    <tr>
      <td>{one.at !== null && <When at={one.at} />}</td>
      <td class="num">{one.change === null ? t('test') : count(one.change)}</td>
      <td class="num">{one.tries}</td>
      <td>
        {one.tries > 0 && (
          <Badge tone={status !== null && status >= 200 && status < 300 ? 'ok' : 'bad'}>
            {status ? String(status) : t('noAnswer')}
          </Badge>
        )}{' '}
        <span class="muted">{one.error}</span>
      </td>
      <td>{one.next !== null && <When at={one.next} as="relative" />}</td>
    </tr>
  );
}

function DeliveriesDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const { data, error, reload } = useGet<Page<Delivery>>(`/webhooks/${webhook.id}/deliveries`);
  return (
    <Dialog
      wide title={t('deliveriesOf', { url: webhook.url })} onClose={onClose}
      footer={<Button onClick={reload}>{t('refresh')}</Button>}
    >
      {error !== null && data === null && <Missing error={error} retry={reload} />}
      {data === null && error === null && <Loading lines={4} />}
      {data !== null && data.items.length === 0 && <Empty title={t('deliveriesNone')} />}
      {data !== null && data.items.length > 0 && (
        <Table
          headings={[
            t('at'), [t('change'), 'num'], [t('tries'), 'num'], t('status'), t('next'),
          ]}
        >
          {data.items.map((one) => <DeliveryRow key={one.id} one={one} />)}
        </Table>
      )}
    </Dialog>
  );
}

function Row({ one, onTest, onDeliveries, onDrop }: {
  one: Webhook;
  onTest: () => void;
  onDeliveries: () => void;
  onDrop: () => void;
}) {
  return (
    <tr>
      <td class="url"><strong>{one.url}</strong></td>
      <td class="nowrap">{one.events.map((each) => t(each)).join(' · ')}</td>
      <td>{one.region ? <Region code={one.region} full /> : <span class="muted">{t('everywhere')}</span>}</td>
      <td>
        {one.last_ok === null
          ? <span class="muted">{t('never')}</span>
          : <When at={one.last_ok} as="relative" />}
      </td>
      <td>
        {one.failures > 0 && <Badge tone="bad">{count(one.failures)}</Badge>}{' '}
        <span class="muted">{one.last_error}</span>
      </td>
      <td>
        <span class="row end">
          <Button onClick={onTest}>{t('test')}</Button>
          <Button onClick={onDeliveries}>{t('deliveries')}</Button>
          <Button onClick={onDrop}>{t('remove')}</Button>
        </span>
      </td>
    </tr>
  );
}

export function Webhooks() {
  const loaded = useGet<Page<Webhook>>('/webhooks');
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState('');
  const [shown, setShown] = useState<Webhook | null>(null);
  const [dropped, setDropped] = useState<Webhook | null>(null);
  const test = (one: Webhook) =>
    post(`/webhooks/${one.id}/test`).then(() => {
      toast(t('tested'));
      loaded.reload();
    }, tellFailure);
  return (
    <>
      <Listing
        loaded={loaded} none={t('webhooksNone')} noneWhat={t('webhooksNoneWhat')} what={t('webhooksWhat')}
        tools={
          <Button kind="primary" disabled={loaded.data === null} onClick={() => setAdding(true)}>
            {t('webhookAdd')}
          </Button>
        }
        headings={[t('url'), t('events'), t('region'), t('lastOk'), t('failures')]}
        row={(one) => (
          <Row
            key={one.id} one={one} onTest={() => void test(one)}
            onDeliveries={() => setShown(one)} onDrop={() => setDropped(one)}
          />
        )}
      />
      {adding && (
        <WebhookDialog
          onClose={() => setAdding(false)}
          onMade={(made) => {
            setSecret(made);
            loaded.reload();
          }}
        />
      )}
      {secret !== '' && (
        <SecretDialog title={t('secretMade')} secret={secret} onClose={() => setSecret('')} />
      )}
      {shown !== null && <DeliveriesDialog webhook={shown} onClose={() => setShown(null)} />}
      {dropped !== null && (
        <Sure
          action={t('remove')} text={t('removeSure', { url: dropped.url })}
          onClose={() => setDropped(null)}
          send={async () => {
            await del(`/webhooks/${dropped.id}`);
            toast(t('removed'));
            loaded.reload();
          }}
        />
      )}
    </>
  );
}
