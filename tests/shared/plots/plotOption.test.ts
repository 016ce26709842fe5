import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PNG } from 'pngjs'
import { plotSvg, svgPng } from '../../../src/main/host/machine/plotFiles.ts'
import { plots } from '../../../src/shared/metrics/metrics.ts'
import { rangePoints, smoothPoints } from '../../../src/shared/plots/plotData.ts'
import { histogramOption, linePlotOption, type PlotView } from '../../../src/shared/plots/plotOption.ts'
import { darkTheme, lightTheme } from '../../../src/shared/plots/plotTheme.ts'
import { textBoxes, type TextBox } from './textBoxes.ts'

const view: PlotView = {
  theme: lightTheme,
  xLabel: 'step',
  logScale: false,
  smoothing: 0,
  scale: 1,
  picture: { width: 600, stamps: [{ name: 'run <script>', proof: 'config 12ab' }] },
}
const lines = [
  {
    label: 'turn 1 <b>',
    colour: 0,
    points: [[0, 0.5] as const, [1, 0.6] as const, [2, 0.4] as const],
  },
]
const size = { width: 600, height: 400 }
const plotOf = (id: string) => plots.find((plot) => plot.id === id) ?? assert.fail(`no plot ${id}`)

test('smoothing by hand: weight 0.5 of 1, 2, 4 gives 1, 5/3, 3', () => {
  // sums 0.5, 1.25, 2.625 over norms 0.5, 0.75, 0.875
  const smoothed = smoothPoints(
    [
      [0, 1],
      [1, 2],
      [2, 4],
    ],
    0.5,
  ).map(([, y]) => y)
  for (const [index, wanted] of [1, 1.25 / 0.75, 3].entries()) {
    assert.ok(Math.abs((smoothed[index] ?? 0) - wanted) < 1e-12, String(smoothed[index]))
  }
  assert.deepEqual(
    smoothPoints(
      [
        [0, 1],
        [1, 2],
      ],
      0,
    ),
    [
      [0, 1],
      [1, 2],
    ],
  )
})

test('what is constant stays so when smoothed, to the last digit: its axis would show the rounding', () => {
  const points = Array.from({ length: 200 }, (_, step) => [step, 5e-5] as const)
  for (const weight of [0.3, 0.6, 0.99]) {
    assert.deepEqual(new Set(smoothPoints(points, weight).map(([, y]) => y)), new Set([5e-5]))
  }
})

test('a bucket gives first, min, max and last in the order in which they came, each once', () => {
  const point = (step: number, value: number) => ({
    step,
    timeMs: step * 60_000,
    tokens: 10 * step,
    problems: step,
    value,
  })
  const bucket = { first: point(1, 5), last: point(9, 4), min: point(7, 1), max: point(1, 5), count: 9 }
  assert.deepEqual(rangePoints({ points: [], buckets: [bucket], gaps: [] }, 'step'), [
    [1, 5],
    [7, 1],
    [9, 4],
  ])
  assert.deepEqual(rangePoints({ points: [point(3, 2)], buckets: [], gaps: [] }, 'timeMs'), [[3, 2]])
  assert.deepEqual(rangePoints({ points: [point(3, 2)], buckets: [], gaps: [] }, 'tokens'), [[30, 2]])
})

test('a log axis is used only where every value is positive', () => {
  const plot = plotOf('training-loss')
  const typeOf = (y: number): unknown => {
    const drawn = [{ label: 'a', colour: 0, points: [[0, 1] as const, [1, y] as const] }]
    return (linePlotOption(plot, drawn, { ...view, logScale: true }).yAxis as { type: string }).type
  }
  assert.equal(typeOf(0.1), 'log')
  assert.equal(typeOf(0), 'value')
  assert.equal(typeOf(-1), 'value')
})

test('the 0.5 line, the axis titles and the fixed range come from the registry', () => {
  const option = linePlotOption(plotOf('change-ratio'), lines, view)
  const series = option.series as { name: string; markLine?: { data: { yAxis: number }[] } }[]
  const threshold = series.find(({ markLine }) => markLine !== undefined)
  assert.equal(threshold?.markLine?.data[0]?.yAxis, 0.5)
  const legend = option.legend as { data: { name: string }[] }
  assert.ok(legend.data.some(({ name }) => name === threshold?.name))
  const yAxis = option.yAxis as { min: number; max: number; name: string }
  assert.deepEqual([yAxis.min, yAxis.max], [0, 1])
  assert.equal(yAxis.name, plotOf('change-ratio').yLabel)
})

test('names are escaped in the SVG, and tooltips never interpret HTML', () => {
  const option = linePlotOption(plotOf('answer-accuracy'), lines, view)
  assert.equal((option.tooltip as { renderMode: string }).renderMode, 'richText')
  const svg = plotSvg(option, size)
  assert.ok(svg.includes('turn 1 &lt;b&gt;'))
  assert.ok(svg.includes('run &lt;script&gt; · config 12ab'))
  assert.ok(!svg.includes('<script>'))
})

test('a PNG has the asked size at 1× and 3×, the background of its theme, and ink in the colour of its series', () => {
  for (const theme of [lightTheme, darkTheme]) {
    const svg = plotSvg(linePlotOption(plotOf('answer-accuracy'), lines, { ...view, theme }), size)
    for (const ratio of [1, 3]) {
      const picture = PNG.sync.read(svgPng(svg, ratio))
      assert.deepEqual([picture.width, picture.height], [600 * ratio, 400 * ratio])
      assert.equal(pixel(picture, 1, 1), theme.background)
      assert.ok(countOf(picture, theme.palette[0] ?? '') > 100)
    }
  }
})

test('a histogram draws one bar a bin, the ends without signal in another colour', () => {
  const bins = [
    { low: 0, high: 0, count: 3 },
    { low: 0, high: 0.5, count: 2 },
    { low: 1, high: 1, count: 4 },
  ]
  const option = histogramOption(plotOf('v-star'), bins, view)
  const [bars] = option.series as { data: { value: number; itemStyle: { color: string } }[] }[]
  assert.deepEqual(
    bars?.data.map((bar) => bar.value),
    [3, 2, 4],
  )
  assert.notEqual(bars?.data[0]?.itemStyle.color, bars?.data[1]?.itemStyle.color)
  assert.deepEqual((option.xAxis as { data: string[] }).data, ['0', '0–0.5', '1'])
})

/** From the narrowest plot of the page to a full screen. */
const widths = [300, 340, 400, 463, 560, 800, 1400]
const onPage: PlotView = { ...view, picture: null }
const between = 3

test('labels of x keep apart and within the plot, whatever its width; the end of the run is labelled', () => {
  for (const last of [39, 104.7, 251_000, 299_909, 1_234_567_890]) {
    const drawn = [{ label: 'a', colour: 0, points: [[0, 1] as const, [last, 2] as const] }]
    for (const width of widths) {
      const svg = plotSvg(linePlotOption(plotOf('training-loss'), drawn, onPage), { width, height: 300 })
      const labels = xLabels(svg, 300 - 42)
      const what = `${last} in ${width} px: ${labels.map(({ text }) => text).join(' ')}`
      assert.ok(labels.length >= 2, what)
      for (const [index, label] of labels.entries()) {
        const next = labels[index + 1]
        assert.ok(label.right <= width - 24 + between, what)
        assert.ok(next === undefined || label.right + between <= next.left, what)
      }
      if (width >= 463) assert.equal(labels.at(-1)?.text.replace(/,/g, ''), String(last), what)
    }
  }
})

test('the bars at exactly 0 and 1 are labelled whatever the width, and no other label comes near', () => {
  const inner = Array.from({ length: 20 }, (_, index) => ({
    low: index / 20,
    high: (index + 1) / 20,
    count: 2,
  }))
  const bins = [{ low: 0, high: 0, count: 5 }, ...inner, { low: 1, high: 1, count: 6 }]
  for (const [scale, size] of [...widths.map((width) => [1, width] as const), [1.5, 1200] as const]) {
    const option = histogramOption(plotOf('v-star'), bins, { ...onPage, scale })
    const labels = xLabels(plotSvg(option, { width: size, height: 300 }), 300 - 42 * scale)
    const what = `${size} px: ${labels.map(({ text }) => text).join(' ')}`
    assert.deepEqual([labels[0]?.text, labels.at(-1)?.text], ['0', '1'], what)
    assert.ok(labels.length >= 3, what)
    for (const [index, label] of labels.entries()) {
      const next = labels[index + 1]
      assert.ok(next === undefined || label.right + between <= next.left, what)
    }
  }
})

/** Labels below an axis so far from the top, from left to right. */
function xLabels(svg: string, axisTop: number): TextBox[] {
  return textBoxes(svg)
    .filter(({ text, top }) => /^[\d.,–]+$/.test(text) && top > axisTop)
    .sort((a, b) => a.left - b.left)
}

function pixel(picture: PNG, x: number, y: number): string {
  const at = (y * picture.width + x) * 4
  return `#${picture.data.subarray(at, at + 3).toString('hex')}`
}

function countOf(picture: PNG, colour: string): number {
  let count = 0
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++) if (pixel(picture, x, y) === colour) count++
  }
  return count
}
