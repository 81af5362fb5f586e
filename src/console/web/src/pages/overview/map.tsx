// SPDX-License-Identifier: GPL-3.0-or-later
// Where it happens: counties shaded, institutions on them. What lies far apart is drawn apart.
import { useMemo, useRef, useState } from 'preact/hooks';
import { GeoComponent } from 'echarts/components';
import type { Overview } from '../../core/api';
import { count, language, money, moneyShort } from '../../core/i18n';
import { regionName, regionPath } from '../../core/regions';
import { href } from '../../core/router';
import { colour, theme } from '../../core/theme';
import { Button, Empty, Region } from '../../core/ui';
import {
  Chart, registerMap, use as draws, type ECharts, type EChartsCoreOption,
} from '../../core/ui/chart';
import { steps, stepOf } from './figures';
import { areasOf, type Area, type County, type Site } from './geometry';
import { t } from './text';
import { tooltip } from './tooltip';

draws([GeoComponent]);

const HEIGHT = 400;
const SMALL_HEIGHT = 190;
const AREAS_MOST = 4;
const SMALL_SITES = 3; // an area of fewer is drawn small
const NAMED_MOST = 4; // institutions of an area whose name is written
const SIZE_MIN = 6;
const SIZE_MAX = 30;
const COUNTY_SIZE = SIZE_MAX + 4;
const ZOOM_MOST = 8;
const ZOOM_STEP = 1.5;
const alpha = [0.06, 0.18, 0.34, 0.5, 0.68];
const institutionBorders = [2, 5]; // alerts: few, some, many
const institutionColours = ['series-6', 'series-2', 'critical-mark'];

function fade(name: string, share: number): string {
  const hex = colour(name).replace('#', '');
  const [r, g, b] = [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16));
  return `rgba(${r}, ${g}, ${b}, ${share})`;
}

function sizeOf(amount: number, most: number): number {
  return most <= 0 ? SIZE_MIN : SIZE_MIN + (SIZE_MAX - SIZE_MIN) * Math.sqrt(amount / most);
}

function institutionColour(alerts: number): string {
  return colour(institutionColours[Math.min(2, stepOf(alerts, institutionBorders) - 1)] ?? 'series-6');
}

export function sitesOf(rows: Overview['institutions']): Site[] {
  return rows.flatMap((one) =>
    one.lat === null || one.lon === null
      ? []
      : [{ ...one, id: one.institution, lat: one.lat, lon: one.lon }],
  );
}

interface Shades {
  alerts: ReadonlyMap<string, number>; // of a county, in the period
  borders: number[];
  mostMoney: number;
}

function mapOf(area: Area): Parameters<typeof registerMap>[1] {
  return {
    type: 'FeatureCollection',
    features: area.counties.map((county) => ({
      type: 'Feature' as const,
      properties: { name: county.code, cp: county.label },
      geometry: { type: 'Polygon' as const, coordinates: county.rings },
    })),
  } as Parameters<typeof registerMap>[1];
}

function countyTip(county: County, shades: Shades): HTMLElement {
  const biggest = county.sites[0]!;
  return tooltip(regionPath(county.code), [
    [t('alerts'), count(shades.alerts.get(county.code) ?? 0)],
    [t('institutions', { n: county.sites.length }), ''],
    [t('biggest', { name: biggest.name || biggest.id }), ''],
  ]);
}

function siteTip(site: Site): HTMLElement {
  return tooltip(site.name || site.id, [
    [t('institution'), site.id],
    [t('region'), regionPath(site.region)],
    [t('alerts'), count(site.alerts)],
    [t('money'), money(site.amount_fen)],
  ]);
}

// What the reader makes of a map by dragging and zooming, as long as they stay with one region.
interface View {
  region: string;
  zoom: number;
  centre: [number, number] | null; // null: where the map puts it
}

function optionOf(area: Area, name: string, shades: Shades, view: View): EChartsCoreOption {
  const { region } = view;
  const byCode = new Map(area.counties.map((one) => [one.code, one]));
  const byId = new Map(area.sites.map((one) => [one.id, one]));
  const named = new Set(
    [...area.sites]
      .sort((a, b) => b.amount_fen - a.amount_fen).slice(0, NAMED_MOST).map((one) => one.id),
  );
  const chosen = region === '' ? [] : area.counties.filter((one) => one.code.startsWith(region));
  const middle = chosen.length === 1 ? chosen[0]!.sites[0]! : null;
  const centre = view.centre ?? (middle && [middle.lon, middle.lat]);
  const lons = area.sites.map((one) => one.lon);
  const middleLon = (Math.min(...lons) + Math.max(...lons)) / 2;
  const halo = { textBorderColor: colour('surface'), textBorderWidth: 3 };
  return {
    tooltip: { trigger: 'item', confine: true },
    geo: {
      map: name,
      roam: 'move',
      zoom: (middle === null ? 1.15 : 2.2) * view.zoom,
      ...(centre !== null && { center: centre }),
      aspectScale: area.scale,
      tooltip: {
        show: true,
        // Also of what stands on the map.
        formatter: (item: { name: string; data?: { id?: string } }) => {
          const site = byId.get(item.data?.id ?? '');
          const county = byCode.get(item.name);
          return site !== undefined ? siteTip(site) : county ? countyTip(county, shades) : '';
        },
      },
      itemStyle: { borderColor: colour('border-strong'), borderWidth: 1 },
      label: { show: false },
      emphasis: {
        itemStyle: { areaColor: fade('accent', 0.75), borderColor: colour('text') },
        label: { show: false },
      },
      select: { disabled: true },
      regions: area.counties.map((county) => ({
        name: county.code,
        itemStyle: {
          areaColor: fade(
            'accent', alpha[stepOf(shades.alerts.get(county.code) ?? 0, shades.borders)] ?? 0.06,
          ),
          ...(region !== '' && county.code.startsWith(region) && {
            borderColor: colour('text'), borderWidth: 2,
          }),
        },
      })),
    },
    series: [
      // Names of counties, as points: those of the map itself stand aside for no other. Where names
      // meet, that of the larger point stays: a county's.
      {
        type: 'scatter',
        coordinateSystem: 'geo',
        silent: true,
        symbol: 'rect',
        symbolSize: COUNTY_SIZE,
        itemStyle: { color: 'transparent' },
        data: area.counties.map((county) => ({ name: county.code, value: county.label })),
        label: {
          show: true, position: 'inside', color: colour('text'), fontSize: 11, fontWeight: 600, ...halo,
          formatter: ({ name: code }: { name: string }) => regionName(code),
        },
        labelLayout: { hideOverlap: true },
      },
      {
        type: 'scatter',
        coordinateSystem: 'geo',
        data: area.sites.map((site) => ({
          id: site.id,
          name: site.name || site.id,
          value: [site.lon, site.lat],
          symbolSize: sizeOf(site.amount_fen, shades.mostMoney),
          itemStyle: {
            color: institutionColour(site.alerts), opacity: 0.9,
            borderColor: colour('surface'), borderWidth: 1,
          },
          label: {
            show: named.has(site.id), position: site.lon > middleLon ? 'left' : 'right', distance: 2,
            formatter: '{b}',
            color: colour('text'), fontSize: 11, ...halo,
          },
        })),
        labelLayout: { hideOverlap: true },
      },
    ],
  };
}

// Those of most institutions first.
function prefecturesOf(area: Area): string[] {
  const sizes = new Map<string, number>();
  for (const one of area.sites) {
    const code = one.region.slice(0, 4);
    sizes.set(code, (sizes.get(code) ?? 0) + 1);
  }
  return [...sizes].sort(([, a], [, b]) => b - a).map(([code]) => code);
}

function centreOf(chart: ECharts): View['centre'] {
  const { geo } = chart.getOption() as { geo?: { center?: View['centre'] }[] };
  return geo?.[0]?.center ?? null;
}

// Of an area the same as long as its counties are, in whatever order they come.
function nameOf(area: Area): string {
  return area.counties.map((one) => one.code).sort()[0]!;
}

function AreaMap({ area, shades, region, height, onRegion }: {
  area: Area;
  shades: Shades;
  region: string;
  height: number;
  onRegion: (code: string) => void;
}) {
  const [zoom, setZoom] = useState(1);
  const dragged = useRef<Pick<View, 'region' | 'centre'>>({ region, centre: null });
  const look = theme.value;
  const words = language.value;
  const title = prefecturesOf(area).map(regionName).join(', ');
  const option = useMemo(() => {
    const name = nameOf(area);
    if (dragged.current.region !== region) {
      dragged.current = { region, centre: null };
    }
    registerMap(name, mapOf(area));
    return optionOf(area, name, shades, { ...dragged.current, zoom });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- colours and words are read anew
  }, [area, shades, region, zoom, look, words, title]);
  const byId = new Map(area.sites.map((one) => [one.id, one]));
  return (
    <figure class="area">
      <figcaption class="row">
        <span class="grow cut">
          <strong>{title}</strong>{' '}
          <span class="muted">{t('institutions', { n: area.sites.length })}</span>
        </span>
        {area.sites.length >= SMALL_SITES && (
          <>
            <Button
              kind="plain" size="icon" aria-label={t('zoomOut', { code: title })}
              disabled={zoom <= 1} onClick={() => setZoom(Math.max(1, zoom / ZOOM_STEP))}
            >
              −
            </Button>
            <Button
              kind="plain" size="icon" aria-label={t('zoomIn', { code: title })}
              disabled={zoom >= ZOOM_MOST} onClick={() => setZoom(zoom * ZOOM_STEP)}
            >
              +
            </Button>
          </>
        )}
      </figcaption>
      <Chart
        option={option} height={height}
        description={t('mapArea', { codes: title, n: area.sites.length })}
        onReady={(chart) => chart.on('georoam', () => {
          dragged.current.centre = centreOf(chart);
        })}
        onClick={(params) => {
          const id = (params.data as { id?: string } | undefined)?.id ?? '';
          const code = byId.get(id)?.region ?? params.name;
          onRegion(code === region ? '' : code);
        }}
      />
    </figure>
  );
}

function Legend({ shades }: { shades: Shades }) {
  const { borders } = shades;
  const most = shades.mostMoney;
  return (
    <div class="map-legend">
      <div>
        <span class="muted">{t('shadeLegend')}</span>
        {['0', ...borders.map((n) => t('atMost', { n }))].map((text, i) => (
          <span key={text} class="row">
            <span class="swatch wide" style={{ background: fade('accent', alpha[i]!) }} />{text}
          </span>
        ))}
      </div>
      <div>
        <span class="muted">{t('colourLegend')}</span>
        {institutionColours.map((name, i) => (
          <span key={name} class="row">
            <span class="swatch round" style={{ background: colour(name) }} />
            {i < 2 ? t('atMost', { n: institutionBorders[i]! }) : t('above', { n: 5 })}
          </span>
        ))}
      </div>
      <div>
        <span class="muted">{t('sizeLegend')}</span>
        {[0.1, 1].map((share) => (
          <span key={share} class="row">
            <span
              class="ring"
              style={{ width: `${sizeOf(share, 1)}px`, height: `${sizeOf(share, 1)}px` }}
            />
            {moneyShort(most * share)}
          </span>
        ))}
      </div>
    </div>
  );
}

function MapTable({ sites, others }: { sites: readonly Site[]; others: Overview['by_region'] }) {
  return (
    <div class="days-table tall">
      <table class="table">
        <thead>
          <tr>
            <th>{t('region')}</th><th>{t('institution')}</th>
            <th class="num">{t('alerts')}</th><th class="num">{t('money')}</th>
          </tr>
        </thead>
        <tbody>
          {[...sites]
            .sort((a, b) => (a.region < b.region ? -1 : a.region > b.region ? 1 : b.amount_fen - a.amount_fen))
            .map((one) => (
              <tr key={one.id}>
                <td><a href={href('queue', { region: one.region })}><Region code={one.region} full /></a></td>
                <td>
                  <a href={href('queue', { subject: one.id, open: 'all' })}>{one.name || one.id}</a>
                  {one.name !== '' && <> <code class="muted">{one.id}</code></>}
                </td>
                <td class="num">{count(one.alerts)}</td>
                <td class="num">{money(one.amount_fen)}</td>
              </tr>
            ))}
          {others.map((one) => (
            <tr key={one.region}>
              <td><a href={href('queue', { region: one.region })}><Region code={one.region} full /></a></td>
              <td class="muted">–</td>
              <td class="num">{count(one.alerts)}</td>
              <td class="num">{money(one.amount_fen)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function RegionMap({ overview, region, onRegion }: {
  overview: Overview; // of all regions, so that the shapes stay
  region: string;
  onRegion: (code: string) => void;
}) {
  const [asTable, setAsTable] = useState(false);
  const [areas, shades, others] = useMemo(() => {
    const sites = sitesOf(overview.institutions);
    const made = areasOf(sites);
    const placed = new Set(sites.map((one) => one.region));
    const alerts = new Map(overview.by_region.map((one) => [one.region, one.alerts]));
    const found: Shades = {
      alerts,
      borders: steps(Math.max(0, ...[...placed].map((code) => alerts.get(code) ?? 0))),
      mostMoney: Math.max(0, ...sites.map((one) => one.amount_fen)),
    };
    return [made, found, overview.by_region.filter((one) => !placed.has(one.region))] as const;
  }, [overview]);
  if (areas.length === 0) {
    return <Empty title={t('mapNone')} />;
  }
  const shown = areas.slice(0, AREAS_MOST);
  const big = shown.filter((one) => one.sites.length >= SMALL_SITES);
  const small = shown.filter((one) => one.sites.length < SMALL_SITES);
  const map = (area: Area, height: number) => (
    <AreaMap
      key={nameOf(area)} area={area} shades={shades} region={region} height={height}
      onRegion={onRegion}
    />
  );
  return (
    <div class="map">
      {asTable ? (
        <MapTable sites={areas.flatMap((one) => one.sites)} others={others} />
      ) : (
        <div class="areas">
          {(big.length > 0 ? big : small).map((area) => map(area, HEIGHT))}
          {big.length > 0 && small.length > 0 && (
            <div class="small">{small.map((area) => map(area, SMALL_HEIGHT))}</div>
          )}
        </div>
      )}
      <Legend shades={shades} />
      <div class="row wrap">
        <Button kind="plain" onClick={() => setAsTable(!asTable)}>
          {t(asTable ? 'showMap' : 'showTable')}
        </Button>
        {region !== '' && (
          <>
            <Button onClick={() => onRegion('')}>{t('clearRegion')}</Button>
            <a class="button" href={href('queue', { region })}>{t('regionCases', { code: regionName(region) })}</a>
          </>
        )}
        {others.length > 0 && (
          <span class="muted">
            {t('mapElsewhere', {
              alerts: others.reduce((sum, one) => sum + one.alerts, 0),
              n: others.length,
              codes: others.map((one) => regionName(one.region)).join(', '),
            })}
          </span>
        )}
      </div>
    </div>
  );
}
