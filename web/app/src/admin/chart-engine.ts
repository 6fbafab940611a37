// ECharts, only the parts in use; a chunk of its own.
import { BarChart, LineChart, SankeyChart, ScatterChart } from 'echarts/charts'
import { DatasetComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from 'echarts/components'
import type { EChartsCoreOption } from 'echarts/core'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

use([
  BarChart,
  LineChart,
  SankeyChart,
  ScatterChart,
  DatasetComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  SVGRenderer,
])

export type Options = EChartsCoreOption

/** Draws into a box and follows its size; returns what takes the chart away. */
export function draw(
  box: HTMLDivElement,
  options: Options,
  dark: boolean,
  onClick?: (name: string, dataIndex: number) => void,
): () => void {
  const chart = init(box, dark ? 'dark' : undefined, { renderer: 'svg' })
  chart.setOption({ backgroundColor: 'transparent', textStyle: { fontFamily: 'inherit' }, animationDuration: 300, ...options })
  if (onClick) chart.on('click', (e) => onClick(e.name, e.dataIndex ?? 0))
  const follow = new ResizeObserver(() => chart.resize())
  follow.observe(box)
  return () => {
    follow.disconnect()
    chart.dispose()
  }
}
