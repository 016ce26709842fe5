import { Resvg } from '@resvg/resvg-js'
import * as echarts from 'echarts'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { textWidth } from '../../../shared/plots/textFit.ts'
import type { PlotOption } from '../../../shared/plots/plotOption.ts'

export interface PictureSize {
  readonly width: number
  readonly height: number
}

const fontFolder = join(
  dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')),
  'ttf',
)

// without a browser ECharts knows no text's width; with the font's advances it lays out legends and labels
// itself
echarts.setPlatformAPI({
  measureText: (text, font) => ({ width: textWidth(text, fontSizeOf(font ?? '')) }),
})

/** Of a CSS font, `600 18px sans-serif`; 12 where it names none. */
function fontSizeOf(font: string): number {
  return Number(/([\d.]+)px/.exec(font)?.[1] ?? 12)
}

/** An option drawn as SVG text, without a browser. */
export function plotSvg(option: PlotOption, size: PictureSize): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, ...size })
  try {
    chart.setOption(option)
    return chart.renderToSVGString()
  } finally {
    chart.dispose()
  }
}

/** SVG text as PNG, with the bundled font, so that every machine draws the same picture. */
export function svgPng(svg: string, pixelRatio: number): Buffer {
  const picture = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: pixelRatio },
    font: {
      loadSystemFonts: false,
      fontFiles: ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) => join(fontFolder, file)),
      defaultFontFamily: 'DejaVu Sans',
      sansSerifFamily: 'DejaVu Sans',
    },
  })
  return picture.render().asPng()
}
