import { BarChart, LineChart, ParallelChart } from 'echarts/charts'
import {
  AriaComponent,
  AxisPointerComponent,
  GraphicComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  ParallelComponent,
  TitleComponent,
  TooltipComponent,
} from 'echarts/components'
import { use as registerParts } from 'echarts/core'
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers'

/** Only what the plots use, so that the page stays small; registered before the first chart is made. */
registerParts([
  BarChart,
  LineChart,
  ParallelChart,
  AriaComponent,
  AxisPointerComponent,
  GraphicComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  ParallelComponent,
  TitleComponent,
  TooltipComponent,
  CanvasRenderer,
  SVGRenderer,
])
