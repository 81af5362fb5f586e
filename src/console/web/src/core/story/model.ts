// SPDX-License-Identifier: GPL-3.0-or-later
// What there is to draw of an alert: pure, from its exhibits and evidence. Nothing is guessed: what
// the exhibits do not hold is not drawn.
import type { Alert, Evidence, Exhibit, Fen, Group, Party, Pattern } from '../api';

// One exhibit, however many alerts of the case show it.
export interface StoryEvent {
  msgid: string;
  exhibit: Exhibit;
  n: number; // its number in the alert it is read from
  alert: string;
  at: number; // ms
  isChosen: boolean; // of the alert that is looked at
  weight: number; // 0..1, against the heaviest of the chosen alert
  money: Fen;
}


export function isTakenBack(exhibit: Exhibit): boolean {
  return exhibit.reversed === true || exhibit.settled_at !== undefined;
}

export function moneyOf(exhibit: Exhibit): Fen {
  return exhibit.amount_fen ?? (exhibit.account_fen ?? 0) + (exhibit.fund_fen ?? 0);
}

// In the order of time; the chosen alert speaks first where several show the same event.
export function eventsOf(bodies: readonly Alert[], chosen: Alert): StoryEvent[] {
  const heaviest = Math.max(0, ...chosen.exhibits.map((one) => one.weight ?? 0)) || 1;
  const all = new Map<string, StoryEvent>();
  for (const body of [chosen, ...bodies.filter((one) => one !== chosen)]) {
    body.exhibits.forEach((exhibit, n) => {
      if (!all.has(exhibit.msgid)) {
        const isChosen = body === chosen;
        all.set(exhibit.msgid, {
          msgid: exhibit.msgid, exhibit, n: exhibit.n ?? n, alert: body.alert_id, at: Date.parse(exhibit.at),
          isChosen, weight: isChosen ? (exhibit.weight ?? 0) / heaviest : 0, money: moneyOf(exhibit),
        });
      }
    });
  }
  return [...all.values()].sort((a, b) => a.at - b.at || (a.msgid < b.msgid ? -1 : 1));
}

export function different(events: readonly StoryEvent[], field: 'insured' | 'institution'): string[] {
  const seen = events.map((one) => one.exhibit[field]).filter((one) => one !== undefined);
  return [...new Set(seen)];
}

/* ---- lanes of the timeline ---- */

export type LaneKind = 'institution' | 'insured' | 'event' | 'clock';
const LANES_MAX = 16;
const DAY_MS = 86_400_000;
const BEIJING_MS = 8 * 3_600_000;

export interface Lanes {
  kind: LaneKind;
  lanes: string[]; // the fullest first; '' holds the rest
  laneOf: (event: StoryEvent) => number;
}

// By what tells the events apart: institutions of one card, else cards of one counter. More cards
// than can be told apart are laid out by the time of day: when a counter was busy is then seen.
export function lanesOf(events: readonly StoryEvent[]): Lanes {
  const places = different(events, 'institution').length;
  const cards = different(events, 'insured').length;
  const kind: LaneKind =
    cards > LANES_MAX ? 'clock'
    : cards <= 1 && places >= 1 ? 'institution'
    : cards > 1 ? 'insured'
    : 'event';
  if (kind === 'clock') {
    return { kind, lanes: [], laneOf: (one) => ((one.at + BEIJING_MS) % DAY_MS) / 3_600_000 };
  }
  const key = (one: StoryEvent) =>
    (kind === 'event' ? one.exhibit.event : one.exhibit[kind]) ?? one.exhibit.event;
  const counts = new Map<string, number>();
  for (const event of events) {
    counts.set(key(event), (counts.get(key(event)) ?? 0) + 1);
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([id]) => id);
  const isCut = sorted.length > LANES_MAX;
  const lanes = isCut ? [...sorted.slice(0, LANES_MAX - 1), ''] : sorted;
  const index = new Map(lanes.map((id, i) => [id, i]));
  return { kind, lanes, laneOf: (one) => index.get(key(one)) ?? lanes.length - 1 };
}

/* ---- the journey of a card ---- */

export interface Stop {
  institution: string;
  lat: number;
  lon: number;
  events: number;
}

export interface Leg {
  from: StoryEvent;
  to: StoryEvent;
  km: number;
  ms: number;
  kmh: number; // straight, without boarding or traffic: at least so fast
}

export interface Journey {
  person: string;
  stops: Stop[];
  legs: Leg[];
  fastest: Leg;
}

const EARTH_KM = 6371;
const NEAR_KM = 1;

export function distanceKm(
  a: { lat: number; lon: number },
  b: { lat: number; lon: number },
): number {
  const rad = Math.PI / 180;
  const lat = ((b.lat - a.lat) * rad) / 2;
  const lon = ((b.lon - a.lon) * rad) / 2;
  const h =
    Math.sin(lat) ** 2 + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(lon) ** 2;
  return 2 * EARTH_KM * Math.asin(Math.sqrt(Math.min(1, h)));
}

function placeOf(exhibit: Exhibit): { lat: number; lon: number } | null {
  const { lat, lon } = exhibit.place ?? {};
  return lat === undefined || lon === undefined ? null : { lat, lon };
}

// null: not one person's, or all in one place.
export function journeyOf(events: readonly StoryEvent[]): Journey | null {
  const placed = events.filter((one) => placeOf(one.exhibit) !== null && one.exhibit.institution);
  const people = different(placed, 'insured');
  if (people.length !== 1) {
    return null;
  }
  const stops = new Map<string, Stop>();
  const legs: Leg[] = [];
  placed.forEach((event, i) => {
    const place = placeOf(event.exhibit)!;
    const id = event.exhibit.institution!;
    const stop = stops.get(id) ?? { institution: id, ...place, events: 0 };
    stop.events++;
    stops.set(id, stop);
    const before = placed[i - 1];
    if (before !== undefined && before.exhibit.institution !== id) {
      const km = distanceKm(placeOf(before.exhibit)!, place);
      const ms = event.at - before.at;
      if (km >= NEAR_KM) {
        legs.push({ from: before, to: event, km, ms, kmh: ms > 0 ? km / (ms / 3_600_000) : Infinity });
      }
    }
  });
  if (legs.length === 0) {
    return null;
  }
  const fastest = legs.reduce((best, leg) => (leg.kmh > best.kmh ? leg : best));
  return { person: people[0]!, stops: [...stops.values()], legs, fastest };
}

export interface Pair {
  a: string;
  b: string;
  legs: Leg[]; // the fastest first
}

export function pairsOf(legs: readonly Leg[]): Pair[] {
  const pairs = new Map<string, Pair>();
  for (const leg of legs) {
    const [a, b] = [leg.from.exhibit.institution!, leg.to.exhibit.institution!].sort() as [string, string];
    const pair = pairs.get(`${a} ${b}`) ?? { a, b, legs: [] };
    pair.legs.push(leg);
    pairs.set(`${a} ${b}`, pair);
  }
  for (const pair of pairs.values()) {
    pair.legs.sort((x, y) => y.kmh - x.kmh);
  }
  return [...pairs.values()].sort((x, y) => y.legs[0]!.kmh - x.legs[0]!.kmh);
}

/* ---- runs of cards ---- */

export interface Run {
  institution: string;
  events: StoryEvent[];
  cards: string[]; // in the order they came
  gaps: number[]; // ms before each but the first
}

export const RUN_BREAK_MS = 10 * 60_000;
const RUN_CARDS_MIN = 4;

// Settlements of one counter that follow each other closely; the longest first.
export function runsOf(events: readonly StoryEvent[]): Run[] {
  const open = new Map<string, Run>();
  const runs: Run[] = [];
  for (const event of events) {
    const { institution, insured } = event.exhibit;
    if (institution === undefined || insured === undefined || isTakenBack(event.exhibit)) {
      continue;
    }
    let run = open.get(institution);
    if (run === undefined || event.at - run.events.at(-1)!.at > RUN_BREAK_MS) {
      run = { institution, events: [], cards: [], gaps: [] };
      open.set(institution, run);
      runs.push(run);
    }
    if (run.events.length > 0) {
      run.gaps.push(event.at - run.events.at(-1)!.at);
    }
    run.events.push(event);
    if (!run.cards.includes(insured)) {
      run.cards.push(insured);
    }
  }
  return runs
    .filter((run) => run.cards.length >= RUN_CARDS_MIN)
    .sort((a, b) => b.cards.length - a.cards.length || a.events[0]!.at - b.events[0]!.at);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length === 0 ? 0
    : sorted.length % 2 === 1 ? sorted[half]!
    : (sorted[half - 1]! + sorted[half]!) / 2;
}

// The amount that came most often, and how often.
export function commonAmount(events: readonly StoryEvent[]): { fen: Fen; times: number } {
  const counts = new Map<Fen, number>();
  for (const event of events) {
    counts.set(event.money, (counts.get(event.money) ?? 0) + 1);
  }
  let best = { fen: 0, times: 0 };
  for (const [fen, times] of counts) {
    best = times > best.times ? { fen, times } : best;
  }
  return best;
}

/* ---- the balance of an account ---- */

export interface Step {
  event: StoryEvent;
  before: Fen | null; // known of settlements only
  after: Fen;
  share: number | null; // of what was there, that it took
}

export interface Balance {
  steps: Step[];
  start: Fen;
  end: Fen;
  taken: Fen;
}

export const DRAIN_SHARE = 0.2;
const MOVED_SHARE = 0.05; // less is a flat line

// null: not one person's, or nothing moves.
export function balanceOf(events: readonly StoryEvent[]): Balance | null {
  const told = events.filter((one) => one.exhibit.balance_fen !== undefined);
  if (different(told, 'insured').length !== 1) {
    return null;
  }
  const steps = told.map((event): Step => {
    const { balance_fen: after = 0, account_fen: paid, event: kind } = event.exhibit;
    const isPayment = kind === 'settlement' && paid !== undefined && !isTakenBack(event.exhibit);
    const before = isPayment ? after + paid : null;
    const share = before !== null && before > 0 ? (paid ?? 0) / before : null;
    return { event, before, after, share };
  });
  const levels = steps.flatMap((one) => [one.before ?? one.after, one.after]);
  const highest = Math.max(0, ...levels);
  if (highest - Math.min(...levels) <= highest * MOVED_SHARE) {
    return null;
  }
  return {
    steps, start: levels[0]!, end: levels.at(-1)!,
    taken: steps.reduce((sum, one) => sum + (one.before === null ? 0 : one.before - one.after), 0),
  };
}

/* ---- observed against expected ---- */

// What `expected` of a measure is: the mean of the subject's rate; the level that one in a hundred
// of the peers reach; or the measure's own reference (the fastest way, the counter's own pace).
export type ExpectedKind = 'mean' | 'percent1' | 'reference';

export interface Expectation {
  evidence: Evidence;
  group: Group | null; // null: not read, or the pack has none
  window_s: number | null; // 0: a calendar month; null: not known
  segment: [name: string, value: string][];
  kind: ExpectedKind;
  ratio: number | null; // observed / expected
}

const OWN_REFERENCE = new Set(['travel', 'runs', 'template']);

// The groups are of the pack that judged; the pattern is of the active one, and serves where no
// group is known.
export function expectationsOf(
  alert: Alert,
  pattern: Pattern | undefined,
  groups: readonly (Group | null)[] = [],
): Expectation[] {
  const free = [...(pattern?.evidence ?? [])];
  return alert.evidence.flatMap((evidence, i): Expectation[] => {
    if (evidence.p_value === null || evidence.expected === null) {
      return [];
    }
    const at = free.findIndex((one) => one.measure === evidence.measure);
    const spec = at < 0 ? undefined : free.splice(at, 1)[0];
    const group = groups[i] ?? null;
    const known = group ?? spec;
    const values = evidence.baseline?.segment.split('|') ?? [];
    return [{
      evidence,
      group,
      window_s: known?.window_s ?? null,
      segment: values.map((value, k) => [known?.by[k] ?? '', value] as [string, string]),
      kind: known?.family === 'polya' ? 'mean'
        : OWN_REFERENCE.has(evidence.measure) ? 'reference' : 'percent1',
      ratio: evidence.expected > 0 ? evidence.observed / evidence.expected : null,
    }];
  });
}

// Half of the group reach it, and half do not; counts: the least number that half stay below.
export function medianOf(group: Group): number {
  const at = group.points.findIndex(([, chance]) => chance <= 0.5);
  const after = group.points[at];
  const before = group.points[at - 1];
  if (after === undefined || before === undefined) {
    return 0;
  }
  if (group.counts || before[1] === after[1]) {
    return after[0];
  }
  return before[0] + ((before[1] - 0.5) / (before[1] - after[1])) * (after[0] - before[0]);
}

/* ---- who was seen with whom ---- */

export interface Node {
  id: string;
  kind: string;
  name: string;
  isSubject: boolean;
  events: number;
}

export interface Edge {
  from: string;
  to: string;
  events: number;
}

export interface Network {
  nodes: Node[];
  edges: Edge[];
  left: number; // known, but not drawn
}

export const NODES_MAX = 80;
const PERSON_ROLES = new Set(['giver', 'receiver', 'proxy', 'member']);

// Exhibits tell who was where; the roles of an alert tell who gave to whom.
export function networkOf(bodies: readonly Alert[], parties: readonly Party[]): Network {
  const nodes = new Map<string, Node>();
  const edges = new Map<string, Map<string, Edge>>();
  const named = new Map(parties.map((one) => [one.ref, one]));
  const node = (id: string, kind: string): Node => {
    const known = nodes.get(id);
    if (known !== undefined) {
      return known;
    }
    const party = named.get(id);
    const made = {
      id, kind: kind === 'insured' ? 'person' : kind, name: party?.name ?? '',
      isSubject: party?.is_subject ?? false, events: 0,
    };
    nodes.set(id, made);
    return made;
  };
  const link = (from: string | undefined, to: string | undefined) => {
    if (from === undefined || to === undefined || from === to) {
      return;
    }
    const row = edges.get(from) ?? new Map<string, Edge>();
    const edge = row.get(to) ?? { from, to, events: 0 };
    edge.events++;
    row.set(to, edge);
    edges.set(from, row);
  };
  const see = (id: string | undefined, kind: string) => {
    if (id !== undefined) {
      node(id, kind).events++;
    }
  };
  const seen = new Set<string>();
  for (const body of bodies) {
    node(body.subject.id, body.subject.kind).isSubject = true;
    for (const one of body.involved.filter((who) => PERSON_ROLES.has(who.role))) {
      node(one.id, one.kind).events++;
      link(body.subject.id, one.id);
    }
    for (const { msgid, insured, institution, operator, device, doctor } of body.exhibits) {
      if (seen.has(msgid)) {
        continue;
      }
      seen.add(msgid);
      see(insured, 'person');
      see(institution, 'institution');
      see(operator, 'operator');
      see(device, 'device');
      see(doctor, 'doctor');
      link(insured, institution);
      link(institution, operator);
      link(institution, device);
      link(institution, doctor);
      if (body.subject.kind === 'trace') {
        node(body.subject.id, 'trace').events++;
        link(body.subject.id, insured);
      }
    }
  }
  const sorted = [...nodes.values()].sort(
    (a, b) => Number(b.isSubject) - Number(a.isSubject) ||
      Number(a.kind === 'person') - Number(b.kind === 'person') || b.events - a.events ||
      (a.id < b.id ? -1 : 1),
  );
  const kept = new Set(sorted.slice(0, NODES_MAX).map((one) => one.id));
  return {
    nodes: sorted.slice(0, NODES_MAX),
    edges: [...edges.values()]
      .flatMap((row) => [...row.values()])
      .filter((one) => kept.has(one.from) && kept.has(one.to)),
    left: sorted.length - kept.size,
  };
}

/* ---- which of them ---- */

export type Drawing = 'timeline' | 'journey' | 'run' | 'balance' | 'expected';

const NETWORK_NODES_MIN = 5;

// One counter and one card need none.
export function isNetworkDrawn(network: Network): boolean {
  return network.nodes.length >= NETWORK_NODES_MIN && network.edges.length > 0;
}

// Only what says something: one event, or one run that is drawn as such, needs no timeline.
export function drawingsOf(events: readonly StoryEvent[], chosen: Alert): Drawing[] {
  const mine = events.filter((one) => one.isChosen);
  const runs = runsOf(mine);
  const drawn: [Drawing, boolean][] = [
    ['journey', journeyOf(mine) !== null],
    ['run', runs.length > 0],
    ['balance', balanceOf(mine) !== null],
    ['timeline', events.length > 1 && runs[0]?.events.length !== events.length],
    ['expected', chosen.evidence.some((one) => one.p_value !== null && (one.expected ?? 0) > 0)],
  ];
  return drawn.filter(([, isDrawn]) => isDrawn).map(([name]) => name);
}

/* ---- a plane for the map ---- */

export interface Plane {
  width: number;
  height: number;
  kmPerUnit: number;
  x: (lon: number) => number;
  y: (lat: number) => number;
  west: number;
  east: number;
  south: number;
  north: number;
}

const KM_PER_DEGREE = (Math.PI / 180) * EARTH_KM;

// Equirectangular about the middle, the same scale both ways, so that arcs compare as lengths do.
export function planeOf(
  points: readonly { lat: number; lon: number }[],
  width: number,
  height: number,
  margin: number,
): Plane {
  const lats = points.map((one) => one.lat);
  const lons = points.map((one) => one.lon);
  const middle = { lat: (Math.min(...lats) + Math.max(...lats)) / 2, lon: (Math.min(...lons) + Math.max(...lons)) / 2 };
  const shrink = Math.cos((middle.lat * Math.PI) / 180);
  const wide = (Math.max(...lons) - Math.min(...lons)) * shrink;
  const high = Math.max(...lats) - Math.min(...lats);
  const perUnit = Math.max(wide / (width - 2 * margin), high / (height - 2 * margin), 1e-5);
  const lonSpan = (perUnit * width) / shrink / 2;
  const latSpan = (perUnit * height) / 2;
  return {
    width, height, kmPerUnit: perUnit * KM_PER_DEGREE,
    x: (lon) => width / 2 + ((lon - middle.lon) * shrink) / perUnit,
    y: (lat) => height / 2 - (lat - middle.lat) / perUnit,
    west: middle.lon - lonSpan, east: middle.lon + lonSpan,
    south: middle.lat - latSpan, north: middle.lat + latSpan,
  };
}

// 1, 2 or 5 times a power of ten, at most `most`.
export function niceBelow(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most));
  return [5, 2, 1].map((one) => one * power).find((one) => one <= most) ?? power;
}
