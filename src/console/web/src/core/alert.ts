// SPDX-License-Identifier: GPL-3.0-or-later
// Alerts as they come in, made what their type says: an alert is input, and whoever sent it may have
// put anything in a place that the service does not look at. What has another shape is left out.
import type { Alert, Evidence, Exhibit, Localised } from './api';

type Loose = Record<string, unknown>;

function objectOf(value: unknown): Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : {};
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function textsOf(value: unknown): string[] {
  return listOf(value).filter((one): one is string => typeof one === 'string');
}

const MONEY_MAX = 1e15; // fen; beyond it no sum is exact

function numberOf(value: unknown, most = Number.MAX_VALUE): number | null {
  return typeof value === 'number' && Math.abs(value) <= most ? value : null;
}

function localised(value: unknown): Localised {
  const { 'zh-CN': chinese, en } = objectOf(value);
  return { 'zh-CN': textOf(chinese), en: textOf(en) };
}

const exhibitTexts = ['insured', 'institution', 'operator', 'device', 'doctor', 'credential'] as const;
const exhibitSums = ['amount_fen', 'account_fen', 'mulaid_fen', 'fund_fen', 'balance_fen'] as const;

function placeOf(value: unknown): Exhibit['place'] {
  const { admdvs, lat, lon } = objectOf(value);
  const at = { lat: numberOf(lat, 90), lon: numberOf(lon, 180) };
  return {
    ...(typeof admdvs === 'string' && { admdvs }),
    ...(at.lat !== null && at.lon !== null && { lat: at.lat, lon: at.lon }),
  };
}

// null: nobody could say which event it is, or when it was.
function exhibitOf(value: unknown, n: number): Exhibit | null {
  const from = objectOf(value);
  const { msgid, at, event, settled_at, place, source, reversed, weight } = from;
  if (typeof msgid !== 'string' || typeof at !== 'string' || Number.isNaN(Date.parse(at))) {
    return null;
  }
  const made: Exhibit = { msgid, at, event: textOf(event), n };
  for (const name of exhibitTexts) {
    if (typeof from[name] === 'string') {
      made[name] = from[name];
    }
  }
  for (const name of exhibitSums) {
    const sum = numberOf(from[name], MONEY_MAX);
    if (sum !== null) {
      made[name] = sum;
    }
  }
  const { topic, partition, offset } = objectOf(source);
  return {
    ...made,
    ...(typeof settled_at === 'string' && { settled_at }),
    ...(typeof reversed === 'boolean' && { reversed }),
    ...(numberOf(weight) !== null && { weight: Math.max(0, numberOf(weight)!) }),
    ...(place !== undefined && { place: placeOf(place) }),
    ...(typeof topic === 'string' && typeof partition === 'number' && typeof offset === 'number' && {
      source: { topic, partition, offset },
    }),
  };
}

// A row that cannot be read keeps its place and says nothing: others are told by their number.
function evidenceOf(value: unknown): Evidence {
  const { measure, observed, expected, unit, p_value, e_value, baseline } = objectOf(value);
  const { segment, subjects } = objectOf(baseline);
  const isWhole = typeof measure === 'string' && numberOf(observed) !== null;
  return {
    measure: textOf(measure), observed: numberOf(observed) ?? 0,
    expected: isWhole ? numberOf(expected) : null,
    p_value: isWhole ? numberOf(p_value) : null,
    e_value: isWhole ? numberOf(e_value) : null,
    ...(typeof unit === 'string' && { unit }),
    ...(typeof segment === 'string' && typeof subjects === 'number' && { baseline: { segment, subjects } }),
  };
}

function partyOf(value: unknown): Alert['involved'][number][] {
  const { kind, id, role } = objectOf(value);
  return typeof kind === 'string' && typeof id === 'string'
    ? [{ kind: kind as Alert['subject']['kind'], id, role: textOf(role) }]
    : [];
}

// What the service itself reads (id, pattern, subject, window, status, region) is as it should be.
export function wellShaped(value: Alert): Alert {
  const { name, version, sha256 } = objectOf(value.pack);
  return {
    ...value,
    action: textsOf(value.action),
    involved: listOf(value.involved).flatMap(partyOf),
    event_ids: textsOf(value.event_ids),
    event_count: numberOf(value.event_count) ?? 0,
    exhibits: listOf(value.exhibits).map(exhibitOf).filter((one) => one !== null),
    evidence: listOf(value.evidence).map(evidenceOf),
    score: numberOf(value.score) ?? 0,
    e_value: numberOf(value.e_value),
    amount_fen: numberOf(value.amount_fen, MONEY_MAX) ?? 0,
    legal: textsOf(value.legal),
    explanation: localised(value.explanation),
    counterfactual: localised(value.counterfactual),
    pack: { name: textOf(name), version: textOf(version), sha256: textOf(sha256) },
  };
}

// An answer with the alerts of a case in it: they are what they seem from here on.
export function withAlerts(answer: unknown): unknown {
  const { bodies } = objectOf(answer);
  return Array.isArray(bodies)
    ? { ...objectOf(answer), bodies: bodies.map((one) => wellShaped(one as Alert)) }
    : answer;
}
