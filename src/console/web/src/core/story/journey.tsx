// SPDX-License-Identifier: GPL-3.0-or-later
// The journey of a card on a plane: where it was used, how far apart, and in what time. There are
// no tiles: a graticule and the neighbouring institutions give the shape.
import { useContext, useId } from 'preact/hooks';
import type { Overview } from '../api';
import { count, dateTimeSeconds, decimal, rough } from '../i18n';
import { useGet } from '../load';
import { Context, exactDuration, Figure, Section, useWidth } from './common';
import { niceBelow, pairsOf, planeOf, type Journey, type Leg, type Pair, type Plane } from './model';
import { shortRef } from './timeline';
import { t } from './text';

const LABELLED_PAIRS = 3;
const LEGS_SHOWN = 200;
const SLOW_KMH = 20; // anybody can

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

// Rough: a full-width character is as wide as the type is high.
function textWidth(text: string, size: number): number {
  return [...text].reduce((sum, c) => sum + (c.charCodeAt(0) > 0x2e7f ? size : size * 0.58), 0);
}

function overlaps(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

// Takes the first free of some places; null when all are taken.
function placeText(
  taken: Box[], plane: Plane, lines: readonly string[], size: number, spots: readonly [number, number][],
): Box | null {
  const width = Math.max(...lines.map((one) => textWidth(one, size)));
  const height = lines.length * (size + 3);
  for (const [x, y] of spots) {
    const box = { x: x < 0 ? -x - width : x, y: y - height / 2, width, height };
    const isInside = box.x >= 2 && box.x + width <= plane.width - 2 && box.y >= 2 && box.y + height <= plane.height - 2;
    if (isInside && !taken.some((one) => overlaps(one, box))) {
      taken.push(box);
      return box;
    }
  }
  return null;
}

function speed(kmh: number): string {
  return kmh === Infinity ? '∞' : kmh < 10 ? decimal(kmh, 1) : count(kmh);
}

function time(leg: Leg): string {
  return leg.ms <= 0 ? t('atOnce') : exactDuration(leg.ms);
}

function Graticule({ plane }: { plane: Plane }) {
  const step = niceBelow((plane.north - plane.south) / 2);
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  const marks = (from: number, to: number) =>
    Array.from(
      { length: Math.floor(to / step) - Math.ceil(from / step) + 1 },
      (_, i) => (Math.ceil(from / step) + i) * step,
    );
  return (
    <g class="graticule">
      {marks(plane.west, plane.east).map((lon) => (
        <g key={lon}>
          <line x1={plane.x(lon)} x2={plane.x(lon)} y1={0} y2={plane.height} />
          <text x={plane.x(lon) + 3} y={11}>{lon.toFixed(digits)}°E</text>
        </g>
      ))}
      {marks(plane.south, plane.north).map((lat) => (
        <g key={lat}>
          <line y1={plane.y(lat)} y2={plane.y(lat)} x1={0} x2={plane.width} />
          <text x={3} y={plane.y(lat) - 3}>{lat.toFixed(digits)}°N</text>
        </g>
      ))}
    </g>
  );
}

function ScaleBar({ plane }: { plane: Plane }) {
  const km = niceBelow(plane.kmPerUnit * plane.width * 0.25);
  const width = km / plane.kmPerUnit;
  const x = plane.width - width - 14;
  const y = plane.height - 14;
  return (
    <g class="furniture">
      <path d={`M${x} ${y - 5}v5h${width}v-5`} fill="none" />
      <text x={x + width / 2} y={y - 6} text-anchor="middle">{t('scale', { km: decimal(km, 3) })}</text>
      <path d={`M${plane.width - 22} 34v-18m-4 6l4-7l4 7`} fill="none" />
      <text x={plane.width - 22} y={46} text-anchor="middle">{t('north')}</text>
    </g>
  );
}

// A shallow arc; both ways of one pair bend to the same side.
function arcOf(plane: Plane, pair: Pair, stops: ReadonlyMap<string, { lat: number; lon: number }>) {
  const a = stops.get(pair.a)!;
  const b = stops.get(pair.b)!;
  const [ax, ay, bx, by] = [plane.x(a.lon), plane.y(a.lat), plane.x(b.lon), plane.y(b.lat)];
  const bend = 0.14;
  const cx = (ax + bx) / 2 - (by - ay) * bend;
  const cy = (ay + by) / 2 + (bx - ax) * bend;
  return { d: `M${ax} ${ay}Q${cx} ${cy} ${bx} ${by}`, mx: (ax + bx) / 4 + cx / 2, my: (ay + by) / 4 + cy / 2 };
}

function MapOf({ journey, usual, description }: {
  journey: Journey;
  usual: number | null;
  description: string;
}) {
  const { nameOf } = useContext(Context);
  const { data } = useGet<Overview>('/overview', { query: { days: 30 } });
  const [box, width] = useWidth(560);
  const clip = useId();
  const height = Math.round(Math.min(540, Math.max(260, width * 0.58)));
  const plane = planeOf(journey.stops, width, height, 76);
  const stops = new Map(journey.stops.map((one) => [one.institution, one]));
  const pairs = pairsOf(journey.legs);
  const near = (data?.institutions ?? []).filter(
    (one) => one.lat !== null && one.lon !== null && one.lat > plane.south && one.lat < plane.north &&
      one.lon > plane.west && one.lon < plane.east && !stops.has(one.institution),
  );
  const taken: Box[] = journey.stops.map((one) => ({
    x: plane.x(one.lon) - 7, y: plane.y(one.lat) - 7, width: 14, height: 14,
  }));
  taken.push({ x: plane.width - 40, y: 0, width: 40, height: 52 });
  const isTooFast = (leg: Leg) => usual !== null && leg.kmh > usual;
  const arcs = pairs.map((pair) => ({ pair, ...arcOf(plane, pair, stops) }));
  const arcLabels = arcs.slice(0, LABELLED_PAIRS).map(({ pair, mx, my }) => {
    const leg = pair.legs[0]!;
    const lines = [
      t('legLabel', { km: count(leg.km), time: time(leg) }),
      `${speed(leg.kmh)} km/h${pair.legs.length > 1 ? ` · ${t('legMore', { n: pair.legs.length })}` : ''}`,
    ];
    const spot = placeText(taken, plane, lines, 12, [
      [mx + 14, my + 14], [-(mx - 14), my - 14], [mx + 14, my + 34], [-(mx - 14), my - 34],
    ]);
    return { lines, spot, isBad: isTooFast(leg) };
  });
  const stopLabels = [...journey.stops].sort((a, b) => b.events - a.events).map((stop) => {
    const [x, y] = [plane.x(stop.lon), plane.y(stop.lat)];
    const name = nameOf(stop.institution);
    const lines = name === stop.institution ? [name] : [name, stop.institution];
    const spot = placeText(taken, plane, lines, 12, [
      [x + 11, y], [-(x - 11), y], [x + 4, y - 24], [x + 4, y + 24], [-(x - 4), y - 24], [-(x - 4), y + 24],
    ]);
    return { stop, lines, spot };
  });
  return (
    <div ref={box} class="map">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={description}>
        <clipPath id={clip}><rect width={width} height={height} /></clipPath>
        <g clip-path={`url(#${clip})`}>
          <Graticule plane={plane} />
          <g class="neighbours">
            {near.map((one) => (
              <circle key={one.institution} cx={plane.x(one.lon!)} cy={plane.y(one.lat!)} r={2.5}>
                <title>{`${one.name} ${one.institution}`}</title>
              </circle>
            ))}
          </g>
          {[...arcs].reverse().map(({ pair, d }) => (
            <path
              key={`${pair.a} ${pair.b}`} d={d} fill="none"
              class={isTooFast(pair.legs[0]!) ? 'arc bad' : 'arc'}
              stroke-width={Math.min(4, 1.25 + pair.legs.length * 0.35)}
            >
              <title>
                {`${nameOf(pair.a)} – ${nameOf(pair.b)}: ${time(pair.legs[0]!)}, ${speed(pair.legs[0]!.kmh)} km/h`}
              </title>
            </path>
          ))}
          {stopLabels.map(({ stop, lines, spot }) => (
            <g key={stop.institution} class="stop">
              <circle cx={plane.x(stop.lon)} cy={plane.y(stop.lat)} r={Math.min(9, 4 + Math.sqrt(stop.events))}>
                <title>{`${lines.join(' ')}: ${t('seenTimes', { n: stop.events })}`}</title>
              </circle>
              {spot !== null && lines.map((line, i) => (
                <text key={i} x={spot.x} y={spot.y + 12 + i * 15} class={i === 0 ? 'name' : 'code'}>{line}</text>
              ))}
            </g>
          ))}
          {arcLabels.map(({ lines, spot, isBad }, i) => spot !== null && (
            <g key={i} class={isBad ? 'leg bad' : 'leg'}>
              {lines.map((line, k) => (
                <text key={k} x={spot.x} y={spot.y + 12 + k * 15}>{line}</text>
              ))}
            </g>
          ))}
          <ScaleBar plane={plane} />
        </g>
      </svg>
      {near.length > 0 && <p class="muted">{t('neighbours')}</p>}
    </div>
  );
}

// `usual`: the quickest way in km/h, where the alert says so.
// `counted`: what the pattern reckoned it to be.
export function JourneyOnMap({ journey, usual, counted }: {
  journey: Journey;
  usual: number | null;
  counted: number | null;
}) {
  const { nameOf } = useContext(Context);
  const { fastest } = journey;
  const isSlow = fastest.kmh < SLOW_KMH && usual === null;
  const says = [
    isSlow ? t('journeyWide', {
      person: shortRef(journey.person), n: journey.stops.length,
      km: count(Math.max(...journey.legs.map((leg) => leg.km))),
    }) : t('journeySays', {
      person: shortRef(journey.person), from: nameOf(fastest.from.exhibit.institution!),
      to: nameOf(fastest.to.exhibit.institution!), km: count(fastest.km), time: time(fastest),
      kmh: speed(fastest.kmh),
    }),
    counted === null ? '' : t('journeyCounted', { kmh: rough(counted, 3) }),
    usual === null ? '' : t('journeyUsual', { kmh: rough(usual, 3) }),
    t('journeyLegs', { n: journey.legs.length }),
  ].join(' ');
  return (
    <Section title={t('journey')} says={says}>
      <Figure
        table={
          <table class="table">
            <thead>
              <tr>
                <th>{t('legAt')}</th><th>{t('legFrom')}</th><th>{t('legTo')}</th>
                <th class="num">{t('legKm')}</th><th class="num">{t('legTime')}</th>
                <th class="num">{t('legSpeed')}</th>
                {usual !== null && <th class="num">{t('legUsual')}</th>}
              </tr>
            </thead>
            <tbody>
              {journey.legs.slice(0, LEGS_SHOWN).map((leg) => (
                <tr key={leg.to.msgid}>
                  <td class="nowrap">{dateTimeSeconds(leg.to.at)}</td>
                  <td>{nameOf(leg.from.exhibit.institution!)}</td>
                  <td>{nameOf(leg.to.exhibit.institution!)}</td>
                  <td class="num">{decimal(leg.km, 1)}</td>
                  <td class="num nowrap">{time(leg)}</td>
                  <td class="num"><strong>{speed(leg.kmh)}</strong></td>
                  {usual !== null && <td class="num">{rough(usual, 3)}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        }
      >
        <MapOf journey={journey} usual={usual} description={says} />
      </Figure>
    </Section>
  );
}
