// SPDX-License-Identifier: GPL-3.0-or-later
// What is not as it should be spoils no more than itself: an alert with odd shapes, a page that fails.
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { get, session, type Alert, type Case, type Session } from '../src/core/api';
import { languageSetting } from '../src/core/i18n';
import { Story } from '../src/core/story';
import { Guard } from '../src/guard';

const good = {
  alert_id: 'ALERT', rev: 1, status: 'open', pattern: { id: 'T02', name: 'x', version: 1 },
  result_type: 'suspicious', severity: 'high', action: ['A2'], region: '210102',
  subject: { kind: 'insured', id: 'P-A' }, involved: [],
  window: { start: '2026-03-01T18:02:11+08:00', end: '2026-03-01T18:31:40+08:00' },
  event_ids: ['e1'], event_count: 1,
  exhibits: [
    { msgid: 'e1', at: '2026-03-01T18:02:11+08:00', event: 'settlement', insured: 'P-A', institution: 'COUNTER-ONE', amount_fen: 5, weight: 1 },
  ],
  evidence: [{ measure: 'visits', observed: 9, expected: 1, p_value: 0.001, e_value: 100 }], score: 0.9,
  e_value: 100, amount_fen: 5, legal: [], explanation: { 'zh-CN': '一句话', en: 'A sentence.' },
  counterfactual: { 'zh-CN': '', en: '' }, pack: { name: 'p', version: '1', sha256: '00' },
  received: '2026-03-02T00:00:00+08:00',
};
const odd: [string, object][] = [
  ...['exhibits', 'evidence', 'legal', 'involved', 'explanation', 'counterfactual', 'pack', 'event_ids', 'action'].flatMap(
    (name) => ([['a text', 'x'], ['null', null], ['a number', 7], ['a list of anything', [null, 7, 'x', {}, []]], ['an object', { a: 1 }]] as const)
      .map(([what, value]): [string, object] => [`${name}: ${what}`, { [name]: value }])),
  ['exhibits of odd members', { exhibits: [
    { msgid: 'e', at: '2026-03-01T18:02:11+08:00', event: 5, insured: 7, institution: {}, amount_fen: 'x', weight: 'y', place: 'z', source: [] },
    { msgid: 'f', at: 'never', event: 'settlement' },
    { msgid: 'g', at: '2026-03-01T18:03:11+08:00', event: 'settlement', amount_fen: 1e308, weight: -1e300, place: { lat: 91, lon: [1] }, institution: 'P1', insured: 'P-A' },
    { msgid: 'h', at: '2026-03-01T18:04:11+08:00', event: 'settlement', place: { lat: 1e300, lon: -1e300 }, institution: 'P2', insured: 'P-A', balance_fen: {} },
  ] }],
  ['evidence of odd members', { evidence: [{ measure: null }, { measure: 'visits', observed: 'x', expected: 1, p_value: 0.1 }, { measure: 'visits', observed: 1, expected: '1', p_value: {}, baseline: 'x' }] }],
  ['money and score', { amount_fen: 'x', score: null, e_value: 'y', event_count: {} }],
];

let root: HTMLElement;

beforeEach(() => {
  root = document.createElement('div');
  document.body.append(root);
  languageSetting.value = 'en';
  session.value = { may: ['read'] } as unknown as Session;
});
afterEach(() => {
  void act(() => render(null, root));
  root.remove();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function bodiesOf(...alerts: object[]): Promise<Alert[]> {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (path) => {
    if (String(path).endsWith('/cases/1')) {
      return new Response(JSON.stringify({ bodies: alerts }));
    }
    throw new Error('away');
  });
  return (await get<Case>('/cases/1')).bodies;
}

async function tell(bodies: Alert[], chosen: string) {
  vi.useFakeTimers();
  await act(async () => {
    render(<Story id={1} bodies={bodies} parties={[]} control={null} chosen={chosen} />, root);
    await vi.advanceTimersByTimeAsync(200);
  });
}

describe('an alert with odd shapes', () => {
  it('is what it was when nothing is odd', async () => {
    const [alert] = await bodiesOf(good);
    expect(alert).toEqual({ ...good, exhibits: [{ ...good.exhibits[0], n: 0 }] });
  });
  it.each(odd)('is told as far as it goes: %s', async (_, more) => {
    await tell(await bodiesOf({ ...good, ...more }, { ...good, alert_id: 'OTHER' }), 'ALERT');
    expect(root.querySelector('.story')).not.toBeNull();
    if (!('explanation' in more)) {
      expect(root.textContent).toContain('A sentence.');
    }
  });
  it('keeps the numbers of its exhibits', async () => {
    const [alert] = await bodiesOf({ ...good, exhibits: [null, good.exhibits[0]] });
    expect(alert!.exhibits.map((one) => one.n)).toEqual([1]);
  });
  it('does not shift what its evidence is held against', async () => {
    const [alert] = await bodiesOf({ ...good, evidence: ['x', good.evidence[0]] });
    expect(alert!.evidence.map((one) => one.p_value)).toEqual([null, 0.001]);
  });
});

function Fails(): never {
  throw new Error('broken');
}

it('another address is shown, though the page before it failed', () => {
  const reported = vi.spyOn(globalThis, 'reportError').mockImplementation(() => undefined);
  void act(() => render(<Guard at="case/1"><Fails /></Guard>, root));
  expect(root.querySelector('button')).not.toBeNull();
  expect(reported).toHaveBeenCalledOnce();
  void act(() => render(<Guard at="case/1"><p>good</p></Guard>, root));
  expect(root.textContent).not.toContain('good'); // the same address failed
  void act(() => render(<Guard at="case/2"><p>good</p></Guard>, root));
  expect(root.textContent).toBe('good');
});
