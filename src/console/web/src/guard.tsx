// SPDX-License-Identifier: GPL-3.0-or-later
// Where a page that fails ends: the frame around it goes on, and another address is shown again.
import { Component, type ComponentChildren } from 'preact';
import { Button, Empty } from './core/ui';
import { t } from './text';

interface GuardProps {
  at: string; // the address of what is shown
  children: ComponentChildren;
}

interface GuardState {
  at: string;
  broken: boolean;
}

export class Guard extends Component<GuardProps, GuardState> {
  override state = { at: this.props.at, broken: false };
  static override getDerivedStateFromProps({ at }: GuardProps, was: GuardState): GuardState | null {
    return at === was.at ? null : { at, broken: false };
  }
  static override getDerivedStateFromError() {
    return { broken: true };
  }
  override componentDidCatch(error: unknown) {
    reportError(error); // the page goes on; the fault is told where others are
  }
  render() {
    if (!this.state.broken) {
      return this.props.children;
    }
    return (
      <Empty title={t('broken')}>
        <Button onClick={() => location.reload()}>{t('reload')}</Button>
      </Empty>
    );
  }
}
