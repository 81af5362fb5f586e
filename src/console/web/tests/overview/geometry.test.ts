// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, test } from 'vitest';
import {
  areasOf, cutToCircle, dissolve, turn, type Point, type Site,
} from '../../src/pages/overview/geometry';

const square = (x: number, y: number, size = 1): Point[] => [
  [x, y], [x + size, y], [x + size, y + size], [x, y + size],
];
const areaOf = (rings: Point[][]) => rings.reduce((sum, ring) => sum + turn(ring) / 2, 0);

function site(id: string, lon: number, lat: number, region: string, amount_fen = 1): Site {
  return { id, name: id, region, lat, lon, alerts: 1, amount_fen };
}

// Numbers that are always the same: a failing case can be looked at again.
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
}

describe('cutToCircle', () => {
  test('leaves alone what lies within', () => {
    expect(areaOf([cutToCircle(square(0, 0), [0.5, 0.5], 5)])).toBeCloseTo(1, 9);
  });
  test('is the circle when all of it lies within the polygon', () => {
    const cut = cutToCircle(square(-10, -10, 20), [0, 0], 1);
    expect(areaOf([cut])).toBeGreaterThan(3.1);
    expect(areaOf([cut])).toBeLessThan(Math.PI);
  });
  test('cuts corners to the radius and keeps the direction', () => {
    const cut = cutToCircle(square(-1, -1, 2), [0, 0], 1.2);
    expect(turn(cut)).toBeGreaterThan(0);
    for (const [x, y] of cut) {
      expect(Math.hypot(x, y)).toBeLessThanOrEqual(1.2 + 1e-9);
      expect(Math.max(Math.abs(x), Math.abs(y))).toBeLessThanOrEqual(1 + 1e-9);
    }
    const angle = Math.acos(1 / 1.2); // of a segment that each side cuts off
    const exact = Math.PI * 1.44 - 4 * (1.44 * angle - 1.2 * Math.sin(angle));
    expect(areaOf([cut]) / exact).toBeGreaterThan(0.99);
    expect(areaOf([cut]) / exact).toBeLessThanOrEqual(1);
  });
});

describe('dissolve', () => {
  test('makes one ring of neighbours', () => {
    const rings = dissolve([square(0, 0), square(1, 0), square(1, 1)]);
    expect(rings).toHaveLength(1);
    expect(areaOf(rings)).toBeCloseTo(3, 9);
  });
  test('keeps apart what does not touch', () => {
    expect(dissolve([square(0, 0), square(5, 5)])).toHaveLength(2);
  });
  test('leaves a hole where a cell is missing', () => {
    const cells = [0, 1, 2]
      .flatMap((x) => [0, 1, 2].map((y) => square(x, y)))
      .filter((_, i) => i !== 4);
    const rings = dissolve(cells);
    expect(rings.map((ring) => Math.round(turn(ring) / 2)).sort((a, b) => a - b)).toEqual([-1, 9]);
  });
});

describe('areasOf', () => {
  test('has nothing for nobody, and a disc for one', () => {
    expect(areasOf([])).toEqual([]);
    const [area] = areasOf([site('a', 123, 41, '210102')]);
    expect(area!.counties).toHaveLength(1);
    expect(area!.counties[0]!.rings).toHaveLength(1);
  });
  test('draws apart what lies far apart, most institutions first', () => {
    const areas = areasOf([
      site('beijing', 116.4, 39.9, '110102'),
      site('a', 123.4, 41.8, '210102'), site('b', 123.5, 41.8, '210103'),
    ]);
    expect(areas.map((one) => one.sites.map((s) => s.id))).toEqual([['a', 'b'], ['beijing']]);
  });
  test('puts every institution into the shape of its own county', () => {
    const random = numbers(7);
    const sites = Array.from({ length: 200 }, (_, i) => {
      const [x, y] = [random(), random()];
      return site(`s${i}`, 123 + x, 41 + y, `2101${x > 0.5 ? '1' : '0'}${y > 0.5 ? '1' : '0'}`);
    });
    const [area] = areasOf(sites);
    expect(area!.counties).toHaveLength(4);
    for (const county of area!.counties) {
      for (const one of county.sites) {
        expect(isWithin([one.lon, one.lat], county.rings), one.id).toBe(true);
        for (const other of area!.counties.filter((each) => each !== county)) {
          expect(isWithin([one.lon, one.lat], other.rings), one.id).toBe(false);
        }
      }
    }
  });
  test('loses no ground and doubles none', () => {
    const random = numbers(11);
    const sites = Array.from({ length: 60 }, (_, i) =>
      site(`s${i}`, 123 + random() * 0.6, 41 + random() * 0.6, i % 3 === 0 ? '1' : '2'));
    const apart = areasOf(sites)[0]!.counties.reduce((sum, one) => sum + areaOf(one.rings), 0);
    const one = areasOf(sites.map((each) => ({ ...each, region: '1' })))[0]!.counties[0]!;
    expect(apart / areaOf(one.rings)).toBeCloseTo(1, 6);
  });
  test('bears institutions at one place', () => {
    const areas = areasOf([
      site('a', 123, 41, '1'), site('b', 123, 41, '1'), site('c', 123.05, 41, '1'),
    ]);
    expect(areas[0]!.sites).toHaveLength(3);
    expect(areas[0]!.counties[0]!.rings).toHaveLength(1);
  });
});

function isWithin([x, y]: Point, rings: Point[][]): boolean {
  let inside = false;
  for (const ring of rings) {
    ring.forEach(([ax, ay], i) => {
      const [bx, by] = ring[(i + 1) % ring.length]!;
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) {
        inside = !inside;
      }
    });
  }
  return inside;
}
