// SPDX-License-Identifier: GPL-3.0-or-later
// A map without a map: every place belongs to the institution nearest to it, as far as its reach,
// and a county is what its institutions have together.
import { Delaunay } from 'd3-delaunay';

export type Point = [x: number, y: number];

export interface Site {
  id: string;
  name: string;
  region: string;
  lat: number;
  lon: number;
  alerts: number;
  amount_fen: number;
}

export interface County {
  code: string;
  rings: Point[][]; // longitude, latitude; outer ones counter-clockwise, holes clockwise
  sites: Site[]; // most money first
  label: Point; // in the upper part of the shape, where few institutions stand
}

// Counties near each other: one picture. Those of most institutions come first.
export interface Area {
  counties: County[];
  sites: Site[];
  scale: number; // how much narrower a degree of longitude is than one of latitude
}

const KM_PER_DEGREE = 111.2;
const FAR_KM = 60; // institutions further apart are not neighbours
const REACH_SHARE = 0.25; // of an area's extent
const REACH_MIN_KM = 3;
const REACH_MAX_KM = 25;
const ARC = Math.PI / 16; // a full circle is drawn with so many corners

// A convex polygon, counter-clockwise, cut to a circle around a point in it. Where an edge meets the circle the point is exact, so that two
// neighbours that share an edge share its ends.
export function cutToCircle(polygon: readonly Point[], [cx, cy]: Point, radius: number): Point[] {
  const angleOf = ([x, y]: Point) => Math.atan2(y - cy, x - cx);
  const pieces: [Point, Point][] = [];
  for (let i = 0; i < polygon.length; i++) {
    const a = polygon[i]!;
    const b = polygon[(i + 1) % polygon.length]!;
    const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
    const [fx, fy] = [a[0] - cx, a[1] - cy];
    const length2 = dx * dx + dy * dy;
    const half = fx * dx + fy * dy;
    const disc = half * half - length2 * (fx * fx + fy * fy - radius * radius);
    if (length2 === 0 || disc <= 0) {
      continue;
    }
    const from = Math.max(0, (-half - Math.sqrt(disc)) / length2);
    const to = Math.min(1, (-half + Math.sqrt(disc)) / length2);
    if (from < to) {
      const at = (share: number): Point =>
        share === 0 ? a : share === 1 ? b : [a[0] + share * dx, a[1] + share * dy];
      pieces.push([at(from), at(to)]);
    }
  }
  const circle = (from: number, to: number): Point[] => {
    const count = Math.floor((to - from) / ARC);
    return Array.from({ length: count }, (_, i): Point => {
      const angle = from + ((i + 1) * (to - from)) / (count + 1);
      return [cx + radius * Math.cos(angle), cy + radius * Math.sin(angle)];
    });
  };
  if (pieces.length === 0) {
    return [[cx + radius, cy], ...circle(0, 2 * Math.PI)];
  }
  return pieces.flatMap(([start, end], i): Point[] => {
    const next = pieces[(i + 1) % pieces.length]![0];
    if (Math.hypot(next[0] - end[0], next[1] - end[1]) < 1e-9) {
      return [start];
    }
    const from = angleOf(end);
    const to = angleOf(next);
    return [start, end, ...circle(from, to <= from ? to + 2 * Math.PI : to)];
  });
}

// Twice the area, positive when the corners run counter-clockwise.
export function turn(polygon: readonly Point[]): number {
  return polygon.reduce((sum, [x, y], i) => {
    const [nx, ny] = polygon[(i + 1) % polygon.length]!;
    return sum + x * ny - nx * y;
  }, 0);
}

const keyOf = ([x, y]: Point) => `${x.toFixed(4)} ${y.toFixed(4)}`;

// Polygons of one direction that touch, as one shape: an edge that two of them share goes.
export function dissolve(polygons: readonly Point[][]): Point[][] {
  const edges = new Map<string, [Point, Point]>();
  for (const polygon of polygons) {
    polygon.forEach((a, i) => {
      const b = polygon[(i + 1) % polygon.length]!;
      const [from, to] = [keyOf(a), keyOf(b)];
      if (from !== to && !edges.delete(`${to}|${from}`)) {
        edges.set(`${from}|${to}`, [a, b]);
      }
    });
  }
  const leaving = new Map<string, [Point, Point][]>();
  for (const edge of edges.values()) {
    const key = keyOf(edge[0]);
    leaving.set(key, [...(leaving.get(key) ?? []), edge]);
  }
  const rings: Point[][] = [];
  for (const [start, first] of leaving) {
    while (first.length > 0) {
      const ring: Point[] = [];
      let edge = first.pop();
      while (edge !== undefined) {
        ring.push(edge[0]);
        const next = keyOf(edge[1]);
        edge = next === start ? undefined : leaving.get(next)?.pop();
      }
      rings.push(ring);
    }
  }
  return rings.filter((ring) => ring.length > 2);
}

function groupsOf(points: Delaunay<Point>, places: readonly Point[]): number[][] {
  const parent = places.map((_, i) => i);
  const rootOf = (i: number): number => {
    let at = i;
    while (parent[at] !== at) {
      at = parent[at] = parent[parent[at]!]!;
    }
    return at;
  };
  places.forEach(([x, y], i) => {
    // Who stands at the very place of another has no neighbours, and is found as the other.
    for (const j of [...points.neighbors(i), points.find(x, y)]) {
      const other = places[j]; // none: a single place is the neighbour of nothing
      if (other !== undefined && Math.hypot(x - other[0], y - other[1]) <= FAR_KM) {
        parent[rootOf(i)] = rootOf(j);
      }
    }
  });
  const groups = new Map<number, number[]>();
  places.forEach((_, i) => {
    const root = rootOf(i);
    groups.set(root, [...(groups.get(root) ?? []), i]);
  });
  return [...groups.values()];
}

function labelOf(rings: Point[][]): Point {
  const biggest = [...rings].sort((a, b) => turn(b) - turn(a))[0] ?? [];
  const [xs, ys] = [biggest.map(([x]) => x), biggest.map(([, y]) => y)];
  const [bottom, top] = [Math.min(...ys), Math.max(...ys)];
  const highest = biggest[ys.indexOf(top)]?.[0] ?? 0;
  const middle = (Math.min(...xs) + Math.max(...xs)) / 2;
  return [(highest + middle) / 2, top - (top - bottom) * 0.18];
}

function areaOf(sites: readonly Site[], scale: number): Area {
  const width = scale * KM_PER_DEGREE;
  const places = sites.map((one): Point => [one.lon * width, one.lat * KM_PER_DEGREE]);
  const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [bottom, top] = [Math.min(...ys), Math.max(...ys)];
  const extent = Math.hypot(right - left, top - bottom);
  const reach = Math.min(REACH_MAX_KM, Math.max(REACH_MIN_KM, extent * REACH_SHARE));
  const voronoi = Delaunay.from(places).voronoi([
    left - 2 * reach, bottom - 2 * reach, right + 2 * reach, top + 2 * reach,
  ]);
  const counties = new Map<string, { cells: Point[][]; sites: Site[] }>();
  sites.forEach((site, i) => {
    const cell = voronoi.cellPolygon(i) as Point[] | null; // null: at the very place of another
    const county = counties.get(site.region) ?? { cells: [], sites: [] };
    county.sites.push(site);
    if (cell !== null) {
      const open = cell.slice(0, -1); // its first corner stands at its end again
      county.cells.push(
        cutToCircle(turn(open) < 0 ? open.reverse() : open, places[i]!, reach),
      );
    }
    counties.set(site.region, county);
  });
  return {
    counties: [...counties].map(([code, county]) => {
      const rings = dissolve(county.cells).map((ring) =>
        ring.map(([x, y]): Point => [x / width, y / KM_PER_DEGREE]),
      );
      return {
        code,
        rings,
        sites: county.sites.sort((a, b) => b.amount_fen - a.amount_fen),
        label: labelOf(rings),
      };
    }),
    sites: [...sites],
    scale,
  };
}

export function areasOf(sites: readonly Site[]): Area[] {
  if (sites.length === 0) {
    return [];
  }
  const scale = Math.cos((sites.reduce((sum, one) => sum + one.lat, 0) / sites.length / 180) * Math.PI);
  const places = sites.map(
    (one): Point => [one.lon * scale * KM_PER_DEGREE, one.lat * KM_PER_DEGREE],
  );
  return groupsOf(Delaunay.from(places), places)
    .map((group) => areaOf(group.map((i) => sites[i]!), scale))
    .sort((a, b) => b.sites.length - a.sites.length);
}
