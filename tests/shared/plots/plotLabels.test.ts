import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comparedPlots } from '../../../src/renderer/src/compare/compareRuns.ts'
import { morePlots, mainPlots } from '../../../src/renderer/src/plots/morePlots.ts'
import { pictureView, screenView, firstSettings } from '../../../src/renderer/src/plots/plotSettings.ts'
import { fittedEnds, withYEnds } from '../../../src/renderer/src/plots/yEnds.ts'
import { plotSvg } from '../../../src/main/host/machine/plotFiles.ts'
import type { PlotLine } from '../../../src/shared/plots/plotData.ts'
import {
  linePlotOption,
  type PlotOption,
  type PlotShape,
  type PlotView,
} from '../../../src/shared/plots/plotOption.ts'
import { darkTheme, lightTheme } from '../../../src/shared/plots/plotTheme.ts'
import { textBoxes } from './textBoxes.ts'

const page = [lightTheme, darkTheme].map((theme) => screenView(firstSettings, theme, 1))
const stamps = [{ name: 'a-star-po · builtin · arithmetic · seed 0', proof: 'config 1234' }]
const views: readonly (readonly [PlotView, { width: number; height: number }])[] = [
  ...page.map((view) => [view, { width: 430, height: 300 }] as const),
  ...page.map((view) => [view, { width: 1400, height: 800 }] as const),
  ...page.map((view) => [pictureView(view, stamps), { width: 1200, height: 800 }] as const),
]

/** Curves that run along the whole plot, about its thresholds. */
function linesOf(shape: PlotShape): PlotLine[] {
  return shape.series.map(({ label, colour, pattern = 'solid' }, index) => ({
    label,
    colour,
    pattern,
    points: Array.from(
      { length: 80 },
      (_, step) => [step, 0.42 + 0.04 * index + 0.03 * Math.sin(step / 5)] as const,
    ),
  }))
}

/** Texts that lie upon the plotted area. */
function textsOnPlot(option: PlotOption, size: { width: number; height: number }): string[] {
  const grid = option.grid as { left: number; right: number; top: number; bottom: number }
  return textBoxes(plotSvg(option, size))
    .filter(
      ({ left, right, top, bottom }) =>
        right > grid.left &&
        left < size.width - grid.right &&
        bottom > grid.top &&
        top < size.height - grid.bottom,
    )
    .map(({ text }) => text)
}

test('no words lie upon the curves: of no plot, in no theme, on no page and in no picture', () => {
  const shapes = [...mainPlots, ...morePlots, ...comparedPlots].map(({ shape }) => shape)
  const drawn = shapes.filter(({ kind, series }) => kind === 'line' && series.length > 0)
  assert.ok(drawn.length > 20)
  for (const shape of drawn) {
    const lines = linesOf(shape)
    for (const [view, size] of views) {
      const option = withYEnds(linePlotOption(shape, lines, view), fittedEnds(shape, lines))
      // labels of the y axis end beside the plot, those of x begin below it
      assert.deepEqual(textsOnPlot(option, size), [], `${shape.title}, ${size.width} px`)
    }
  }
})

test('a threshold is drawn across the plot and named in its legend', () => {
  const shape = mainPlots.find(({ id }) => id === 'change-ratio')?.shape ?? assert.fail('no such plot')
  const [threshold] = shape.lines
  assert.ok(threshold !== undefined && threshold.value === 0.5)
  for (const [view, size] of views) {
    const svg = plotSvg(linePlotOption(shape, linesOf(shape), view), size)
    assert.equal(textBoxes(svg).filter(({ text }) => text === threshold.label).length, 1)
    const across = new RegExp(
      `<path d="M72[^"]*"[^>]*stroke="${view.theme.alarm}"|stroke="${view.theme.alarm}"`,
    )
    assert.match(svg, across)
  }
})

test('a threshold belongs to a metric of its plot, in every plot that has one', () => {
  const shapes = [...mainPlots, ...morePlots, ...comparedPlots].map(({ shape }) => shape)
  for (const { title, lines, series } of shapes) {
    for (const { metric } of lines)
      assert.ok(
        series.some((each) => each.metric === metric),
        `${title}: ${metric}`,
      )
  }
})

test('the legends of the main plots show all they name at once, in the narrowest card', () => {
  for (const { shape } of mainPlots) {
    const option = linePlotOption(shape, linesOf(shape), page[0] ?? assert.fail())
    assert.equal((option.legend as { type: string }).type, 'plain', shape.title)
  }
})
