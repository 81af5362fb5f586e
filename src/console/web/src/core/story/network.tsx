// SPDX-License-Identifier: GPL-3.0-or-later
// Who was seen with whom. The layout starts from a circle, so the same case looks the same each time.
import { useMemo, useRef } from 'preact/hooks';
import { GraphChart } from 'echarts/charts';
import type { Alert, Party } from '../api';
import { count } from '../i18n';
import { kindName } from '../names';
import { colour } from '../theme';
import { Chart, use as register, type ECharts } from '../ui/chart';
import { Section, tip, useOption } from './common';
import { isNetworkDrawn, networkOf, type Network, type Node } from './model';
import { shortRef } from './timeline';
import { t } from './text';

register([GraphChart]);

// Kinds differ in shape too.
const looks: Record<string, [symbol: string, series: number]> = {
  person: ['circle', 1],
  institution: ['rect', 2],
  operator: ['diamond', 3],
  device: ['triangle', 5],
  doctor: ['arrow', 4],
  trace: ['roundRect', 6],
  proxy: ['circle', 7],
};
const PERSON_LABELS_MAX = 24;

interface Hovered {
  dataType: string;
  data: { node?: Node; source?: string; target?: string; events?: number };
}

function lookOf(kind: string): [string, number] {
  return looks[kind] ?? ['circle', 8];
}

function titleOf(node: Node): string {
  return node.name === '' ? shortRef(node.id) : node.name;
}

// Beside its institution a counter needs no more than its own part of "P21010200011/OP01".
function labelOf(node: Node, places: ReadonlySet<string>): string {
  const [place, rest] = node.id.split('/', 2);
  return rest !== undefined && node.name === '' && places.has(place!) ? rest : titleOf(node);
}

function NodeList({ network, onFocus }: { network: Network; onFocus: (id: string | null) => void }) {
  const withOf = (id: string) =>
    network.edges.filter((one) => one.from === id || one.to === id).length;
  return (
    <ul class="node-list" aria-label={t('who')}>
      {network.nodes.map((node) => (
        <li key={node.id}>
          <button
            type="button" onFocus={() => onFocus(node.id)} onBlur={() => onFocus(null)}
            title={`${node.id}: ${t('seenTimes', { n: node.events })}, ${t('seenWith')} ${count(withOf(node.id))}`}
            onMouseEnter={() => onFocus(node.id)} onMouseLeave={() => onFocus(null)}
          >
            <span class="muted kind">{kindName(node.kind)}</span>
            <span class="cut grow">{node.isSubject ? <strong>{titleOf(node)}</strong> : titleOf(node)}</span>
            <span class="muted nowrap">{t('seenShort', { n: node.events })}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

export function Relations({ bodies, parties }: {
  bodies: readonly Alert[];
  parties: readonly Party[];
}) {
  const network = useMemo(() => networkOf(bodies, parties), [bodies, parties]);
  return isNetworkDrawn(network) ? <Drawn network={network} /> : null;
}

function Drawn({ network }: { network: Network }) {
  const chart = useRef<ECharts>();
  const kinds = [...new Set(network.nodes.map((one) => one.kind))];
  const people = network.nodes.filter((one) => one.kind === 'person').length;
  const places = network.nodes.filter((one) => one.kind === 'institution').length;

  const crowd = network.nodes.length;

  const option = useOption(() => {
    const ids = new Set(network.nodes.map((one) => one.id));
    const busiest = Math.max(1, ...network.nodes.map((one) => one.events));
    const thickest = Math.max(1, ...network.edges.map((one) => one.events));
    const text = colour('text');
    return {
      tooltip: {
        trigger: 'item',
        formatter: ({ dataType, data }: Hovered) =>
          dataType === 'edge'
            ? tip([t('seenTimes', { n: data.events ?? 0 })], `${data.source} – ${data.target}`)
            : tip([kindName(data.node!.kind), t('seenTimes', { n: data.node!.events })],
              data.node!.name === '' ? data.node!.id : `${data.node!.name} ${data.node!.id}`),
      },
      legend: {
        top: 0, left: 0,
        data: kinds.map((kind) => ({ name: kindName(kind), icon: lookOf(kind)[0] })),
      },
      series: [{
        type: 'graph', layout: 'force', top: 44, bottom: 20, left: 40, right: 96,
        force: {
          initLayout: 'circular', layoutAnimation: false,
          // As far apart as so many have room.
          repulsion: Math.max(70, Math.min(300, 6000 / crowd)),
          edgeLength: crowd > 20 ? [30, 90] : [60, 110], gravity: crowd > 40 ? 0.12 : 0.25,
        },
        roam: 'move', draggable: false,
        categories: kinds.map((kind) => ({
          name: kindName(kind), itemStyle: { color: colour(`series-${lookOf(kind)[1]}`) },
        })),
        data: network.nodes.map((node) => ({
          id: node.id, name: node.id, node, category: kinds.indexOf(node.kind), symbol: lookOf(node.kind)[0],
          symbolSize: 9 + 15 * Math.sqrt(node.events / busiest),
          itemStyle: node.isSubject ? { borderColor: colour('critical-mark'), borderWidth: 3 } : undefined,
          label: {
            show: node.isSubject || node.kind !== 'person' || people <= PERSON_LABELS_MAX,
            formatter: labelOf(node, ids), position: 'right', color: text, fontSize: 11,
            textBorderColor: colour('surface'), textBorderWidth: 2,
            fontWeight: node.isSubject ? 600 : 400,
          },
        })),
        edges: network.edges.map((one) => ({
          source: one.from, target: one.to, events: one.events,
          lineStyle: { width: 0.75 + 3.5 * (one.events / thickest) },
        })),
        lineStyle: { color: colour('border-strong'), opacity: 0.7 },
        labelLayout: { hideOverlap: true }, // the larger mark keeps its label
        emphasis: { focus: 'adjacency', label: { show: true }, lineStyle: { color: colour('accent') } },
      }],
    };
  }, [network]);

  const says = [
    t('networkSays', { people, places }),
    network.left > 0 ? t('networkLeft', { n: network.left }) : '',
  ].join(' ');
  const onFocus = (id: string | null) => {
    chart.current?.dispatchAction({ type: 'downplay', seriesIndex: 0 });
    if (id !== null) {
      chart.current?.dispatchAction({
        type: 'highlight', seriesIndex: 0, dataIndex: network.nodes.findIndex((one) => one.id === id),
      });
    }
  };
  return (
    <Section title={t('network')} says={says}>
      <div class="network">
        <Chart
          option={option} height={crowd > 14 ? 440 : 340} description={says}
          onReady={(made) => {
            chart.current = made;
          }}
        />
        <NodeList network={network} onFocus={onFocus} />
      </div>
    </Section>
  );
}
