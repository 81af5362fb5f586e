// SPDX-License-Identifier: GPL-3.0-or-later
// What is drawn of which alert, and that the drawings say what the exhibits hold.
import { describe, expect, it } from 'vitest';
import type { Alert, Exhibit, Group, Party, Pattern } from '../../src/core/api';
import {
  balanceOf, commonAmount, distanceKm, drawingsOf, eventsOf, expectationsOf,
  isTakenBack, journeyOf, lanesOf, median, medianOf, networkOf, niceBelow, NODES_MAX, pairsOf, planeOf,
  RUN_BREAK_MS, runsOf,
} from '../../src/core/story/model';
import {
  credentialName, eventName, measureName, segmentName, segmentValue, unitName,
} from '../../src/core/story/text';

const START = Date.parse('2026-04-04T18:00:00+08:00');
const MINUTE = 60_000;

function exhibit(minute: number, more: Partial<Exhibit> = {}): Exhibit {
  return {
    msgid: `m${minute}-${more.insured ?? ''}`, at: new Date(START + minute * MINUTE).toISOString(),
    event: 'settlement', insured: 'P-A', institution: 'P1', weight: 0.5, amount_fen: 1000, ...more,
  };
}

function alert(exhibits: Exhibit[], more: Partial<Alert> = {}): Alert {
  return {
    alert_id: 'ALERT', rev: 1, status: 'open', pattern: { id: 'T00', name: 'none', version: 1 },
    result_type: 'suspicious', severity: 'high', action: ['A2'], region: '210102',
    subject: { kind: 'insured', id: 'P-A' }, involved: [],
    window: { start: exhibits[0]?.at ?? '', end: exhibits.at(-1)?.at ?? '' },
    event_ids: exhibits.map((one) => one.msgid), event_count: exhibits.length, exhibits, evidence: [],
    score: 0.9, e_value: null, amount_fen: 0, legal: [], explanation: { 'zh-CN': '', en: '' },
    counterfactual: { 'zh-CN': '', en: '' }, pack: { name: 'p', version: '1', sha256: '00' },
    received: '2026-04-05T00:00:00+08:00', ...more,
  };
}

const here = { admdvs: '210102', lat: 41.8, lon: 123.4 };
const there = { admdvs: '210604', lat: 40.0, lon: 124.8 };

function drawn(one: Alert, all: Alert[] = [one]) {
  return drawingsOf(eventsOf(all, one), one);
}

describe('events', () => {
  it('come in the order of time, each once, the chosen alert first to speak', () => {
    const chosen = alert([exhibit(5), exhibit(1)]);
    const other = alert([exhibit(3), { ...exhibit(5), weight: 0.1 }], { alert_id: 'OTHER' });
    const events = eventsOf([other, chosen], chosen);
    expect(events.map((one) => [one.msgid, one.isChosen])).toEqual([
      ['m1-', true], ['m3-', false], ['m5-', true],
    ]);
    expect(events[2]).toMatchObject({ alert: 'ALERT', n: 0, weight: 1 });
  });

  it('know what was taken back', () => {
    expect(isTakenBack(exhibit(0, { reversed: true }))).toBe(true);
    expect(isTakenBack(exhibit(0, { settled_at: '2026-04-04T17:56:00+08:00' }))).toBe(true);
    expect(isTakenBack(exhibit(0))).toBe(false);
  });
});

describe('lanes', () => {
  it('are institutions for one card, cards for several, the clock for many', () => {
    const one = alert([exhibit(0), exhibit(9, { institution: 'P2' })]);
    expect(lanesOf(eventsOf([one], one)).kind).toBe('institution');
    const few = alert([exhibit(0), exhibit(9, { insured: 'P-B' })]);
    expect(lanesOf(eventsOf([few], few))).toMatchObject({ kind: 'insured', lanes: ['P-A', 'P-B'] });
    const many = alert(Array.from({ length: 40 }, (_, i) => exhibit(i, { insured: `P-${i}` })));
    const lanes = lanesOf(eventsOf([many], many));
    expect(lanes.kind).toBe('clock');
    expect(lanes.laneOf(eventsOf([many], many)[30]!)).toBeCloseTo(18.5, 6); // 18:30 in Beijing
  });

  it('are kinds of event where there is no institution', () => {
    const links = alert([0, 1].map((i) => exhibit(i, { institution: undefined, event: 'mulaid_link' })));
    expect(lanesOf(eventsOf([links], links))).toMatchObject({ kind: 'event', lanes: ['mulaid_link'] });
  });
});

describe('journeys', () => {
  it('measure great circles', () => {
    // Beijing to Shanghai
    expect(distanceKm({ lat: 39.9042, lon: 116.4074 }, { lat: 31.2304, lon: 121.4737 })).toBeCloseTo(1067, -1);
    expect(distanceKm(here, here)).toBe(0);
  });

  it('say how fast the card would have had to be', () => {
    const one = alert([
      exhibit(0, { place: here }), exhibit(60, { place: there, institution: 'P2' }),
      exhibit(180, { place: here }),
    ]);
    const journey = journeyOf(eventsOf([one], one))!;
    const km = distanceKm(here, there);
    expect(journey.legs.map((leg) => leg.kmh)).toEqual([expect.closeTo(km, 6), expect.closeTo(km / 2, 6)]);
    expect(journey.fastest).toBe(journey.legs[0]);
    expect(pairsOf(journey.legs)).toMatchObject([{ a: 'P1', b: 'P2', legs: [{}, {}] }]);
    expect(drawn(one)).toContain('journey');
  });

  it('are nobody\'s when the cards are several, and none within one place', () => {
    const two = alert([
      exhibit(0, { place: here }), exhibit(9, { place: there, institution: 'P2', insured: 'P-B' }),
    ]);
    expect(journeyOf(eventsOf([two], two))).toBeNull();
    const still = alert([exhibit(0, { place: here }), exhibit(9, { place: here, institution: 'P2' })]);
    expect(journeyOf(eventsOf([still], still))).toBeNull();
    const unplaced = alert([exhibit(0), exhibit(9, { institution: 'P2' })]);
    expect(drawn(unplaced)).not.toContain('journey');
  });

  it('take no time to be in two places at once', () => {
    const one = alert([
      exhibit(0, { place: here, msgid: 'a' }), exhibit(0, { place: there, institution: 'P2', msgid: 'b' }),
    ]);
    expect(journeyOf(eventsOf([one], one))!.fastest.kmh).toBe(Infinity);
  });
});

describe('the map', () => {
  it('keeps one scale both ways, and holds every point', () => {
    const plane = planeOf([here, there], 600, 400, 50);
    const dx = plane.x(there.lon) - plane.x(here.lon);
    const dy = plane.y(there.lat) - plane.y(here.lat);
    expect(Math.hypot(dx, dy) * plane.kmPerUnit).toBeCloseTo(distanceKm(here, there), -1);
    expect(plane.y(here.lat)).toBeLessThan(plane.y(there.lat)); // north is up
    for (const point of [here, there]) {
      expect(plane.x(point.lon)).toBeGreaterThanOrEqual(49.9);
      expect(plane.x(point.lon)).toBeLessThanOrEqual(550.1);
      expect(plane.y(point.lat)).toBeGreaterThanOrEqual(49.9);
      expect(plane.y(point.lat)).toBeLessThanOrEqual(350.1);
    }
  });

  it('scales by round numbers', () => {
    expect([7, 0.34, 20, 1.99, 0.05].map(niceBelow)).toEqual([5, 0.2, 20, 1, 0.05]);
  });
});

describe('runs', () => {
  const cards = (from: number, n: number) =>
    Array.from({ length: n }, (_, i) => exhibit(from + i, { insured: `P-${from + i}` }));

  it('are the cards that follow each other at one counter', () => {
    const one = alert([...cards(0, 6), ...cards(100, 9)]);
    const runs = runsOf(eventsOf([one], one));
    expect(runs.map((run) => run.cards.length)).toEqual([9, 6]);
    expect(runs[0]!.gaps).toEqual(Array(8).fill(MINUTE));
  });

  it('break at a pause, and not before', () => {
    const pause = RUN_BREAK_MS / MINUTE;
    const joined = alert([...cards(0, 4), ...cards(3 + pause, 4)]);
    expect(runsOf(eventsOf([joined], joined))).toHaveLength(1);
    const apart = alert([...cards(0, 4), ...cards(4 + pause, 4)]);
    expect(runsOf(eventsOf([apart], apart))).toHaveLength(2);
  });

  it('need different cards, and count no reversal', () => {
    const same = alert([0, 1, 2, 3, 4].map((i) => exhibit(i)));
    expect(runsOf(eventsOf([same], same))).toEqual([]);
    const back = alert(cards(0, 5).map((one) => ({ ...one, reversed: true })));
    expect(runsOf(eventsOf([back], back))).toEqual([]);
  });

  it('take the place of a timeline that would say the same', () => {
    const one = alert(cards(0, 6));
    expect(drawn(one)).toContain('run');
    expect(drawn(one)).not.toContain('timeline');
    expect(drawn(alert([...cards(0, 6), ...cards(100, 2)]))).toContain('timeline');
  });

  it('know the amount that comes most often, and the gap in the middle', () => {
    const one = alert([exhibit(0), exhibit(1), exhibit(2, { amount_fen: 7 })]);
    expect(commonAmount(eventsOf([one], one))).toEqual({ fen: 1000, times: 2 });
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBe(0);
  });
});

describe('balances', () => {
  it('step down by what was paid, and tell the share', () => {
    const one = alert([
      exhibit(0, { account_fen: 4000, balance_fen: 6000 }),
      exhibit(9, { account_fen: 5400, balance_fen: 600 }),
    ]);
    const balance = balanceOf(eventsOf([one], one))!;
    expect(balance).toMatchObject({ start: 10_000, end: 600, taken: 9400 });
    expect(balance.steps.map((step) => step.share)).toEqual([0.4, 0.9]);
    expect(drawn(one)).toContain('balance');
  });

  it('invent nothing before a movement, and are nobody\'s when the people are several', () => {
    const moved = alert([exhibit(0, { event: 'account_movement', balance_fen: 0 })]);
    expect(balanceOf(eventsOf([moved], moved))).toBeNull();
    const two = alert([
      exhibit(0, { account_fen: 50, balance_fen: 50 }),
      exhibit(1, { insured: 'P-B', account_fen: 9, balance_fen: 1 }),
    ]);
    expect(balanceOf(eventsOf([two], two))).toBeNull();
  });

  it('are not drawn when nothing moves', () => {
    const flat = alert([
      exhibit(0, { account_fen: 1, balance_fen: 100_000 }),
      exhibit(9, { account_fen: 1, balance_fen: 99_999 }),
    ]);
    expect(drawn(flat)).not.toContain('balance');
  });
});

describe('expectations', () => {
  const spec = (measure: string, family: string, window_s: number, by: string[]) =>
    ({ key: '', measure, family, window_s, independent: false, by });
  const pattern = {
    id: 'T02',
    evidence: [
      spec('visits', 'polya', 0, ['age_band', 'chronic']),
      spec('distinct(institution)', 'quantiles', 86_400, ['age_band']),
      spec('distinct(institution)', 'quantiles', 604_800, ['age_band']),
      spec('travel', 'quantiles', 86_400, ['pair']),
    ],
  } as unknown as Pattern;
  const row = (measure: string, observed: number, expected: number | null, p: number | null = 0.01) =>
    ({ measure, observed, expected, p_value: p, e_value: null, baseline: { segment: '60-69|1', subjects: 5 } });

  it('say what each number is held against', () => {
    const one = alert([exhibit(0)], {
      evidence: [
        row('visits', 26, 2), row('distinct(institution)', 3, 3), row('distinct(institution)', 6, 3),
        row('travel', 300, 90),
      ],
    });
    const all = expectationsOf(one, pattern);
    expect(all.map((each) => [each.kind, each.window_s, each.ratio])).toEqual([
      ['mean', 0, 13], ['percent1', 86_400, 1], ['percent1', 604_800, 2], ['reference', 86_400, 300 / 90],
    ]);
    expect(all[0]!.segment).toEqual([['age_band', '60-69'], ['chronic', '1']]);
    expect(expectationsOf(one, undefined)[0]!.window_s).toBeNull();
  });

  it('believe the pack that judged more than the active one', () => {
    const one = alert([exhibit(0)], { evidence: [row('distinct(institution)', 6, 3), row('visits', 9, 1)] });
    const group = (measure: string, window_s: number, over: Partial<Group> = {}): Group => ({
      measure, window_s, by: ['region'], family: 'quantiles', scale: 'value', counts: false, segment: '60-69',
      subjects: 5, mark: 6, chance: 0.01, points: [[0, 1], [4, 0.25], [8, 0.001]], ...over,
    });
    const [first, second] = expectationsOf(one, pattern, [group('distinct(institution)', 604_800), null]);
    expect([first!.window_s, first!.segment[0]]).toEqual([604_800, ['region', '60-69']]);
    expect([second!.window_s, second!.group]).toEqual([0, null]);
  });

  it('leave broken rules out', () => {
    const one = alert([exhibit(0)], { result_type: 'conclusive', evidence: [row('breach', 4, 0, null)] });
    expect(expectationsOf(one, pattern)).toEqual([]);
    expect(drawn(one)).toEqual([]);
  });

  it('find where half of a group stays below', () => {
    const group = (points: [number, number][], counts: boolean): Group => ({
      measure: 'visits', window_s: 0, by: [], family: 'polya', scale: 'value', counts, segment: '', subjects: 5,
      mark: null, chance: null, points,
    });
    expect(medianOf(group([[0, 1], [1, 0.8], [2, 0.4], [3, 0.1]], true))).toBe(2);
    expect(medianOf(group([[0, 1], [4, 0.25], [8, 0.1]], false))).toBeCloseTo(4 * (0.5 / 0.75), 12);
    expect(medianOf(group([[0, 1], [1, 0.9]], false))).toBe(0);
    expect(medianOf(group([[0, 0.4], [1, 0.1]], false))).toBe(0);
  });
});

describe('networks', () => {
  it('join who was seen where, and who gave to whom', () => {
    const one = alert([exhibit(0, { operator: 'P1/OP01' }), exhibit(9, { operator: 'P1/OP01' })], {
      subject: { kind: 'giver', id: 'P-G' }, involved: [{ kind: 'insured', id: 'P-A', role: 'receiver' }],
    });
    const network = networkOf([one], [{ ref: 'P1', name: 'Shop' } as Party]);
    expect(network.edges).toEqual([
      { from: 'P-G', to: 'P-A', events: 1 }, { from: 'P-A', to: 'P1', events: 2 },
      { from: 'P1', to: 'P1/OP01', events: 2 },
    ]);
    expect(network.nodes[0]).toMatchObject({ id: 'P-G', isSubject: true });
    expect(network.nodes.find((node) => node.id === 'P1')!.name).toBe('Shop');
  });

  it('stay bounded, keep the subject, and are the same each time', () => {
    const many = alert(Array.from({ length: 300 }, (_, i) => exhibit(i, { insured: `P-${i}` })), {
      subject: { kind: 'institution', id: 'P1' },
    });
    const network = networkOf([many], []);
    expect(network.nodes).toHaveLength(NODES_MAX);
    expect(network.left).toBe(301 - NODES_MAX);
    expect(network.nodes[0]!.id).toBe('P1');
    expect(networkOf([many], [])).toEqual(network);
    const ids = new Set(network.nodes.map((node) => node.id));
    expect(network.edges.every((edge) => ids.has(edge.from) && ids.has(edge.to))).toBe(true);
  });

  it('count an event once, however many alerts show it', () => {
    const first = alert([exhibit(0)]);
    const second = alert([exhibit(0)], { alert_id: 'B' });
    expect(networkOf([first, second], []).edges).toEqual([{ from: 'P-A', to: 'P1', events: 1 }]);
  });
});

it('50 alerts of 200 exhibits are told in well under a second', () => {
  const bodies = Array.from({ length: 50 }, (_, a) =>
    alert(
      Array.from({ length: 200 }, (_, i) => exhibit(a * 1000 + i, { insured: `P-${i % 90}` })),
      { alert_id: `A${a}` },
    ));
  const began = performance.now();
  expect(networkOf(bodies, []).nodes.length).toBe(NODES_MAX);
  expect(drawingsOf(eventsOf(bodies, bodies[0]!), bodies[0]!)).toContain('timeline');
  expect(performance.now() - began).toBeLessThan(1000);
});

it('the names of the service are told in both languages', () => {
  for (const names of [measureName, unitName, segmentName, segmentValue, eventName, credentialName]) {
    for (const [key, [zh, en]] of Object.entries<readonly [string, string]>(names.words)) {
      expect(zh, key).not.toBe('');
      expect(/\p{Script=Han}/u.test(en), key).toBe(false);
    }
  }
});
