// SPDX-License-Identifier: GPL-3.0-or-later
import { render } from 'preact';
import { App } from './app';
import './core/style.css';

render(<App />, document.getElementById('app')!);
