// SPDX-License-Identifier: GPL-3.0-or-later
import { contexts } from '../keys';
import { Dialog } from './overlay';
import { t } from './text';

// The keys that hold on this page now.
export function Help({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={t('keys')} onClose={onClose} wide>
      <div class="help">
        {[...contexts.value].reverse().map((context, i) => (
          <section key={i}>
            <h3>{context.name()}</h3>
            <dl>
              {context.keys.map((one) => (
                <div key={one.key}>
                  <dt>
                    {one.key.split(' ').map((key) => <kbd key={key}>{key === 'Escape' ? 'Esc' : key}</kbd>)}
                  </dt>
                  <dd>{one.label()}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
