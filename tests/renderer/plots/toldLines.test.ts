import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawnLines, type DrawnLine } from '../../../src/renderer/src/plots/pointer/drawnLines.ts'
import { pointNear } from '../../../src/renderer/src/plots/pointer/nearestLine.ts'
import { pathOf, toldAt, toldOfMany } from '../../../src/renderer/src/plots/pointer/toldLines.ts'
import { manyLines } from '../../../src/renderer/src/plots/pointer/useTold.ts'
import { lightTheme } from '../../../src/shared/plots/plotTheme.ts'
import { linePlotOption } from '../../../src/shared/plots/plotOption.ts'
import type { PlotPoint } from '../../../src/shared/plots/plotData.ts'
import { plots } from '../../../src/shared/metrics/metrics.ts'

function line(label: string, points: readonly PlotPoint[]): DrawnLine {
  return { label, points, colour: '#000', pattern: 'solid', width: 2, stepped: false }
}

/** Ten pixels a unit of x, one a unit of y from 100 px upwards. */
const scales = {
  xOf: (pixel: number) => pixel / 10,
  pixelOfX: (x: number) => 10 * x,
  pixelOfY: (y: number) => 100 - y,
}

test('of many lines those nearest to the pointer are told, from the highest, and how many are not', () => {
  const level = Array.from({ length: 20 }, (_, y) =>
    line(`run ${y}`, [
      [0, y],
      [10, y],
    ]),
  )
  const told = toldAt(level, { x: 99, y: 90 }, scales)
  assert.equal(told?.x, 10)
  assert.equal(told?.lines.length, toldOfMany)
  assert.deepEqual(
    told?.lines.map(({ y }) => y),
    [12, 11, 10, 9, 8],
  )
  assert.equal(told?.more, 15)
  assert.equal(told?.pointed?.label, 'run 10')
  assert.equal(toldAt(level.slice(0, 8), { x: 99, y: 90 }, scales)?.lines.length, 8)
})

test('lines that were thinned each their own way are all told of, with the place of what was measured', () => {
  const lines = [
    line('a', [
      [0, 1],
      [4, 2],
      [9, 3],
    ]),
    line('b', [
      [0, 5],
      [5, 6],
      [9, 7],
    ]),
  ]
  const told = toldAt(lines, { x: 42, y: 50 }, scales)
  assert.equal(told?.x, 4)
  assert.deepEqual(
    told?.lines.map(({ line: { label }, y, x }) => [label, y, x]),
    [
      ['b', 6, 5],
      ['a', 2, null],
    ],
  )
})

test('a line that is over is told of to its end alone, and in a gap none is', () => {
  const short = line('short', [
    [0, 1],
    [1, 1],
  ])
  assert.equal(toldAt([short], { x: 15, y: 0 }, scales)?.lines.length, 1)
  assert.equal(toldAt([short], { x: 40, y: 0 }, scales), null)
  const gap: readonly PlotPoint[] = [
    [0, 1],
    [4, 1],
    [5, null],
    [6, null],
    [9, 1],
  ]
  assert.equal(pointNear({ points: gap }, 5.5), null)
  assert.deepEqual(pointNear({ points: gap }, 4.4), [4, 1])
  assert.equal(pathOf(line('gap', gap), scales), 'M0.0,99.0L40.0,99.0M90.0,99.0')
  assert.equal(pathOf({ ...short, stepped: true }, scales), 'M0.0,99.0H10.0V99.0')
})

test('what a chart draws: smoothed where it is, without raw values, thresholds and what is switched off', () => {
  const shape = plots.find(({ id }) => id === 'training-loss')
  assert.ok(shape)
  const view = { theme: lightTheme, xLabel: 'step', logScale: false, smoothing: 0.9, scale: 1, picture: null }
  const points: PlotPoint[] = [
    [0, 0],
    [1, 10],
  ]
  const given = Array.from({ length: 9 }, (_, colour) => ({ label: `run ${colour}`, colour, points }))
  const option = linePlotOption(shape, given, view)
  const drawn = drawnLines(option)
  assert.equal(drawn.length, 9)
  assert.equal(drawn[1]?.colour, lightTheme.palette[1])
  assert.ok((drawn[0]?.points[1]?.[1] ?? 10) < 6)
  assert.equal(manyLines(option)?.length, 9)
  const hidden = given.map((each, index) => (index === 0 ? { ...each, hidden: true } : each))
  assert.equal(manyLines(linePlotOption(shape, hidden, view)), null)
})
