import assert from 'node:assert/strict'
import { test } from 'node:test'
import { switchedOff, withHiddenLines } from '../../../src/renderer/src/plots/hiddenLines.ts'
import { firstSettings, refusesLog, screenView } from '../../../src/renderer/src/plots/plotSettings.ts'
import { fittedEnds } from '../../../src/renderer/src/plots/yEnds.ts'
import { plots } from '../../../src/shared/metrics/metrics.ts'
import type { PlotLine } from '../../../src/shared/plots/plotData.ts'
import { linePlotOption, type PlotOption } from '../../../src/shared/plots/plotOption.ts'
import { lightTheme } from '../../../src/shared/plots/plotTheme.ts'

const rewards = plots.find(({ id }) => id === 'answer-accuracy') ?? assert.fail('no such plot')

function lineOf(label: string, ...ys: number[]): PlotLine {
  return { label, colour: 0, points: ys.map((y, x) => [x, y] as const) }
}

const both = [lineOf('low', -0.2, 0.1), lineOf('high', 0.8, 0.9)]
const hidden = new Map([['one', switchedOff({ low: false, high: true })]])
const [one, other] = withHiddenLines(
  [
    { id: 'one', lines: both, shape: rewards },
    { id: 'other', lines: both, shape: rewards },
  ],
  hidden,
)

function namesOf(option: PlotOption): string[] {
  return (option.series as readonly { readonly name: string }[]).map(({ name }) => name)
}

test('what a legend has switched off is marked in its own plot only', () => {
  assert.deepEqual(
    one?.lines.map((line) => line.hidden === true),
    [true, false],
  )
  assert.deepEqual(other?.lines, both)
})

test('a line that is switched off is in the page’s chart, where its legend brings it back, and not in a picture', () => {
  const onPage = screenView(firstSettings, lightTheme, 1)
  const picture = { ...onPage, picture: { width: 1200, stamps: [] } }
  const chart = linePlotOption(rewards, one?.lines ?? [], onPage)
  assert.deepEqual(namesOf(chart), ['low', 'high'])
  assert.deepEqual((chart.legend as { selected: unknown }).selected, { low: false, high: true })
  const drawn = linePlotOption(rewards, one?.lines ?? [], picture)
  assert.deepEqual(namesOf(drawn), ['high'])
  assert.equal((drawn.legend as { data: readonly unknown[] }).data.length, 1)
})

test('a threshold is switched off by its own name, stays when a line is, and is left out of a picture', () => {
  const shape = plots.find(({ id }) => id === 'change-ratio') ?? assert.fail('no such plot')
  const [threshold] = shape.lines
  assert.ok(threshold)
  const onPage = screenView(firstSettings, lightTheme, 1)
  const picture = { ...onPage, picture: { width: 1200, stamps: [] } }
  const drawn = (...off: readonly string[]) => {
    const labels = new Map([['ratio', new Set(off)]])
    const [plot = assert.fail()] = withHiddenLines([{ id: 'ratio', lines: both, shape }], labels)
    const chart = linePlotOption(plot.shape, plot.lines, onPage)
    return {
      chart: namesOf(chart),
      selected: (chart.legend as { selected: Readonly<Record<string, boolean>> }).selected,
      picture: namesOf(linePlotOption(plot.shape, plot.lines, picture)),
      ends: fittedEnds(plot.shape, [lineOf('far', 0.8, 0.9)]),
    }
  }
  assert.deepEqual(drawn('low').picture, ['high', threshold.label])
  assert.deepEqual(drawn(threshold.label).picture, ['low', 'high'])
  assert.deepEqual(drawn(threshold.label).chart, ['low', 'high', threshold.label])
  assert.equal(drawn(threshold.label).selected[threshold.label], false)
  assert.equal(drawn().selected[threshold.label], true)
  // the axis need not reach a threshold that is not drawn
  assert.equal(drawn().ends?.min, 0.5)
  assert.equal(drawn(threshold.label).ends?.min, 0.8)
})

test('ends of y and log y are those of the lines that are shown, in chart and picture alike', () => {
  assert.deepEqual(fittedEnds(rewards, one?.lines ?? []), fittedEnds(rewards, [lineOf('high', 0.8, 0.9)]))
  const log = { ...firstSettings, logScale: true }
  assert.deepEqual([refusesLog(log, one?.lines ?? []), refusesLog(log, both)], [false, true])
  const typeOf = (lines: readonly PlotLine[]): unknown =>
    (linePlotOption(rewards, lines, screenView(log, lightTheme, 1)).yAxis as { type: string }).type
  assert.deepEqual([typeOf(one?.lines ?? []), typeOf(both)], ['log', 'value'])
})
