import assert from 'node:assert/strict'
import { test } from 'node:test'
import { switchedOff, withHiddenLines } from '../../../src/renderer/src/plots/hiddenLines.ts'
import { firstSettings, refusesLog, screenView } from '../../../src/renderer/src/plots/plotSettings.ts'
import { fittedEnds } from '../../../src/renderer/src/plots/yEnds.ts'
import { plots } from '../../../src/shared/metrics/metrics.ts'
import type { PlotLine } from '../../../src/shared/plots/plotData.ts'
import { linePlotOption, type PlotOption } from '../../../src/shared/plots/plotOption.ts'
import { lightTheme } from '../../../src/shared/plots/plotTheme.ts'

const rewards = plots.find(({ id }) => id === 'policy-rewards') ?? assert.fail('no such plot')

function lineOf(label: string, ...ys: number[]): PlotLine {
  return { label, colour: 0, dashed: false, points: ys.map((y, x) => [x, y] as const) }
}

const both = [lineOf('low', -0.2, 0.1), lineOf('high', 0.8, 0.9)]
const hidden = new Map([['one', switchedOff({ low: false, high: true })]])
const [one, other] = withHiddenLines(
  [
    { id: 'one', lines: both },
    { id: 'other', lines: both },
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

test('the marked line of a plot stays when the line that bore it is switched off', () => {
  const ratio = plots.find(({ id }) => id === 'change-ratio') ?? assert.fail('no such plot')
  const marksOf = (lines: readonly PlotLine[]): number[] =>
    (
      linePlotOption(ratio, lines, screenView(firstSettings, lightTheme, 1)).series as readonly {
        readonly markLine: { readonly data: readonly unknown[] }
      }[]
    ).map(({ markLine }) => markLine.data.length)
  assert.deepEqual(
    [marksOf(both), marksOf(one?.lines ?? [])],
    [
      [1, 0],
      [0, 1],
    ],
  )
})

test('ends of y and log y are those of the lines that are shown, in chart and picture alike', () => {
  assert.deepEqual(fittedEnds(rewards, one?.lines ?? []), fittedEnds(rewards, [lineOf('high', 0.8, 0.9)]))
  const log = { ...firstSettings, logScale: true }
  assert.deepEqual([refusesLog(log, one?.lines ?? []), refusesLog(log, both)], [false, true])
  const typeOf = (lines: readonly PlotLine[]): unknown =>
    (linePlotOption(rewards, lines, screenView(log, lightTheme, 1)).yAxis as { type: string }).type
  assert.deepEqual([typeOf(one?.lines ?? []), typeOf(both)], ['log', 'value'])
})
