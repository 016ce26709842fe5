import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plotSvg } from '../../../src/main/host/machine/plotFiles.ts'
import { plots } from '../../../src/shared/metrics/metrics.ts'
import { smoothPoints, type PlotPoint } from '../../../src/shared/plots/plotData.ts'
import { linePlotOption, type PlotView } from '../../../src/shared/plots/plotOption.ts'
import { darkTheme, lightTheme } from '../../../src/shared/plots/plotTheme.ts'

const ratio = plots.find(({ id }) => id === 'change-ratio') ?? assert.fail('no such plot')
const size = { width: 1200, height: 800 }
const colour = lightTheme.palette[0] ?? assert.fail()
const views: readonly PlotView[] = [
  { theme: lightTheme, xLabel: 'step', logScale: false, smoothing: 0, scale: 1, picture: null },
  {
    theme: lightTheme,
    xLabel: 'step',
    logScale: true,
    smoothing: 0,
    scale: 1.5,
    picture: { width: 1200, stamps: [] },
  },
  { theme: lightTheme, xLabel: 'step', logScale: false, smoothing: 0.6, scale: 1, picture: null },
]

/** Points of the steps 0 to 39, without a value where it is absent. */
function pointsWithout(...absent: readonly number[]): PlotPoint[] {
  return Array.from({ length: 40 }, (_, step) => [step, absent.includes(step) ? null : 0.6] as const)
}

/** The separate pieces of the curve in the colour of the line, and the dots that stand alone. */
function drawn(points: readonly PlotPoint[], view: PlotView): { pieces: number; dots: number } {
  const line = { label: 'of revised rollouts', colour: 0, points }
  const svg = plotSvg(linePlotOption(ratio, [line], view), size)
  const curves = [...svg.matchAll(/<path d="(M[^"]*)"[^>]*fill="none"[^>]*stroke="([^"]*)"/g)].filter(
    ([whole, d = '', stroke]) => stroke === colour && d.includes('L') && !whole.includes('stroke-dasharray'),
  )
  const isSmoothed = view.smoothing > 0
  const pieces = curves.reduce((sum, [, d = '']) => sum + (d.match(/M[^M]*L/g) ?? []).length, 0)
  const dots = [...svg.matchAll(/<path d="M1 0A1 1 0[^"]*"[^>]*fill="([^"]*)"/g)].filter(
    ([, fill]) => fill === colour,
  )
  return { pieces: isSmoothed ? pieces / 2 : pieces, dots: dots.length }
}

test('a gap is drawn as a gap, on the page and in pictures, smoothed and not; what stands alone is a dot', () => {
  const cases: readonly (readonly [number[], number, number])[] = [
    [[], 1, 0],
    [[10], 2, 0],
    [[10, 11, 12], 2, 0],
    [[10, 20], 3, 0],
    [[10, 12], 2, 1],
    [[10, 12, 14, 30], 3, 2],
  ]
  for (const view of views) {
    for (const [absent, pieces, dots] of cases) {
      const what = `without ${absent.join(', ')}, smoothing ${view.smoothing}, scale ${view.scale}`
      assert.deepEqual(drawn(pointsWithout(...absent), view), { pieces, dots }, what)
    }
  }
})

test('smoothing leaves a gap where it is and continues the mean after it', () => {
  const whole = smoothPoints(
    [
      [0, 1],
      [1, 2],
      [3, 4],
    ],
    0.5,
  )
  const gapped = smoothPoints(
    [
      [0, 1],
      [1, 2],
      [2, null],
      [3, 4],
    ],
    0.5,
  )
  assert.deepEqual(
    gapped.filter(([, y]) => y !== null),
    whole,
  )
  assert.deepEqual(gapped[2], [2, null])
})

test('in both themes a point without a value decides neither the axis nor whether y may be logarithmic', () => {
  for (const theme of [lightTheme, darkTheme]) {
    const line = {
      label: 'a',
      colour: 0,
      points: [
        [0, 0.2],
        [1, null],
        [2, 0.4],
      ] as PlotPoint[],
    }
    const loss = plots.find(({ id }) => id === 'training-loss') ?? assert.fail('no such plot')
    const option = linePlotOption(loss, [line], { ...views[1], theme } as PlotView)
    assert.equal((option.yAxis as { type: string }).type, 'log')
  }
})
