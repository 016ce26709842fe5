import '../chart/echartsParts.ts'
import { init } from 'echarts/core'
import { pictureSize } from '../../../../shared/plots/pictureFrame.ts'
import type { PlotOption } from '../../../../shared/plots/plotOption.ts'

/** An option drawn at `pixelRatio` times 1,200 × 800. */
export function plotCanvas(option: PlotOption, pixelRatio: number): HTMLCanvasElement {
  const box = document.createElement('div')
  const chart = init(box, null, { renderer: 'canvas', devicePixelRatio: pixelRatio, ...pictureSize })
  try {
    chart.setOption(option)
    const drawn = chart.renderToCanvas({ pixelRatio })
    const copy = document.createElement('canvas')
    copy.width = drawn.width
    copy.height = drawn.height
    copy.getContext('2d')?.drawImage(drawn, 0, 0)
    return copy
  } finally {
    chart.dispose()
  }
}

/** An option as SVG text of 1,200 × 800. */
export function plotSvg(option: PlotOption): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...pictureSize })
  try {
    chart.setOption(option)
    return chart.renderToSVGString()
  } finally {
    chart.dispose()
  }
}

/** Several plots as one picture, two columns. */
export function dashboardCanvas(options: readonly PlotOption[], pixelRatio: number): HTMLCanvasElement {
  const { width, height } = pictureSize
  const whole = document.createElement('canvas')
  whole.width = 2 * width * pixelRatio
  whole.height = Math.ceil(options.length / 2) * height * pixelRatio
  const pen = whole.getContext('2d')
  fillBehind(pen, options, whole)
  options.forEach((option, index) => {
    const x = (index % 2) * width * pixelRatio
    const y = Math.floor(index / 2) * height * pixelRatio
    pen?.drawImage(plotCanvas(option, pixelRatio), x, y)
  })
  return whole
}

/** An odd number of plots leaves the last place free: of the plots' background, not transparent. */
function fillBehind(
  pen: CanvasRenderingContext2D | null,
  options: readonly PlotOption[],
  { width, height }: HTMLCanvasElement,
): void {
  if (pen === null) return
  pen.fillStyle = String(options[0]?.['backgroundColor'] ?? '#ffffff')
  pen.fillRect(0, 0, width, height)
}

export function dashboardSvg(options: readonly PlotOption[]): string {
  const { width, height } = pictureSize
  const parts = options.map((option, index) => {
    const x = (index % 2) * width
    const y = Math.floor(index / 2) * height
    // ids of clip paths repeat from plot to plot: each gets its own
    const svg = plotSvg(option)
      .replace(/\bid="([^"]+)"/g, `id="p${index}-$1"`)
      .replace(/url\(#([^)]+)\)/g, `url(#p${index}-$1)`)
    return svg.replace('<svg ', `<svg x="${x}" y="${y}" `)
  })
  const rows = Math.ceil(options.length / 2)
  const behind = `<rect width="100%" height="100%" fill="${String(options[0]?.['backgroundColor'] ?? '#ffffff')}"/>`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${2 * width}" height="${rows * height}">${behind}${parts.join('')}</svg>`
}
