// SPDX-License-Identifier: GPL-3.0-or-later
// Apache ECharts in the desk's own colours. Import this only from pages that draw: it is most of
// what they weigh. A page that needs more than bars, lines and points says `use([GraphChart])`.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import * as echarts from 'echarts/core';
import { BarChart, LineChart, ScatterChart } from 'echarts/charts';
import {
  DataZoomInsideComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent,
  TooltipComponent,
} from 'echarts/components';
import { LabelLayout } from 'echarts/features';
import { CanvasRenderer } from 'echarts/renderers';
import type { EChartsCoreOption, ECharts } from 'echarts/core';
import { colour, seriesColours, theme } from '../theme';
import { Button } from './basics';
import { t } from './text';

export { use, registerMap, getMap } from 'echarts/core';
export type { EChartsCoreOption, ECharts } from 'echarts/core';

echarts.use([
  BarChart, LineChart, ScatterChart, DataZoomInsideComponent, GridComponent, LegendComponent,
  MarkAreaComponent, MarkLineComponent, TooltipComponent, LabelLayout, CanvasRenderer,
]);

function chartTheme() {
  const axis = {
    axisLine: { lineStyle: { color: colour('border-strong') } },
    axisTick: { lineStyle: { color: colour('border-strong') } },
    axisLabel: { color: colour('text-2'), fontSize: 11 },
    splitLine: { lineStyle: { color: colour('border') } },
    nameTextStyle: { color: colour('text-2'), fontSize: 11 },
  };
  return {
    color: seriesColours(),
    backgroundColor: 'transparent',
    textStyle: { color: colour('text'), fontFamily: colour('font'), fontSize: 12 },
    legend: {
      textStyle: { color: colour('text-2') },
      itemWidth: 12,
      itemHeight: 8,
      inactiveColor: colour('border'),
    },
    tooltip: {
      backgroundColor: colour('surface'),
      borderColor: colour('border'),
      textStyle: { color: colour('text'), fontSize: 12 },
    },
    categoryAxis: { ...axis, splitLine: { show: false } },
    valueAxis: { ...axis, axisLine: { show: false }, axisTick: { show: false } },
    timeAxis: { ...axis, splitLine: { show: false } },
    logAxis: axis,
  };
}

export interface ChartProps {
  option: EChartsCoreOption;
  height: number;
  description: string; // what it shows, for who does not see it
  table?: ComponentChildren; // the same figures as rows, shown when asked for
  onClick?: (params: echarts.ECElementEvent) => void;
  onReady?: (chart: ECharts) => void;
}

export function Chart({ option, height, description, table, onClick, onReady }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>();
  const shown = useRef<EChartsCoreOption>();
  const [asTable, setAsTable] = useState(false);
  const click = useRef(onClick);
  click.current = onClick;
  const look = theme.value;

  useEffect(() => {
    if (box.current === null) {
      return undefined;
    }
    const made = echarts.init(box.current, chartTheme(), { renderer: 'canvas' });
    made.on('click', (params) => click.current?.(params));
    made.setOption({ animation: false, ...option });
    shown.current = option;
    chart.current = made;
    onReady?.(made);
    const sizes = new ResizeObserver(() => made.resize());
    sizes.observe(box.current);
    // Paper is another width than the screen.
    const print = () => made.resize();
    addEventListener('beforeprint', print);
    return () => {
      removeEventListener('beforeprint', print);
      sizes.disconnect();
      made.dispose();
      chart.current = undefined;
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- made anew for another theme only
  }, [look, asTable]);

  useEffect(() => {
    if (shown.current !== option) {
      chart.current?.setOption({ animation: false, ...option }, { notMerge: true });
      shown.current = option;
    }
  }, [option]);

  return (
    <div class="chart">
      {asTable ? table : (
        <div ref={box} role="img" aria-label={description} style={{ height: `${height}px` }} />
      )}
      {table !== undefined && (
        <div class="no-print">
          <Button kind="plain" onClick={() => setAsTable(!asTable)}>
            {t(asTable ? 'showChart' : 'showTable')}
          </Button>
        </div>
      )}
    </div>
  );
}
