// SPDX-License-Identifier: GPL-3.0-or-later
// A case of the control sample: no alert stands behind it, but the event it was drawn by.
import { useContext, useState } from 'preact/hooks';
import type { Case } from '../api';
import { dateTime, dateTimeSeconds } from '../i18n';
import { Button, Dialog, Empty } from '../ui';
import { Context } from './common';
import { OriginalRecord } from './exhibits';
import { t } from './text';

export function Drawn({ id, control, onPaper }: { id: number; control: Case['control']; onPaper: boolean }) {
  const { nameOf } = useContext(Context);
  const [open, setOpen] = useState(false);
  if (control === null) {
    return <Empty title={t('noAlerts')} />;
  }
  const source = `${control.topic}/${control.partition}@${control.offset}`;
  const institution = nameOf(control.institution);
  return (
    <Empty title={t('noAlerts')}>
      <p>{t('noAlertsWhy')}</p>
      <p>{t('drawnBy', { time: dateTime(control.at), place: institution })} <code>{source}</code></p>
      {!onPaper && <Button onClick={() => setOpen(true)}>{t('openDrawn')}</Button>}
      {open && (
        <Dialog title={t('drawn')} onClose={() => setOpen(false)} wide>
          <dl class="facts">
            <div><dt>{t('at')}</dt><dd>{dateTimeSeconds(control.at)}</dd></div>
            {control.institution !== '' && (
              <div>
                <dt>{t('institution')}</dt>
                <dd>{institution === control.institution ? institution : `${institution} ${control.institution}`}</dd>
              </div>
            )}
            <div><dt>{t('position')}</dt><dd>{source}</dd></div>
          </dl>
          <OriginalRecord path={`/cases/${id}/record`} />
        </Dialog>
      )}
    </Empty>
  );
}
