import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearestText, toldOfMany, type ToldLine } from '../../../src/renderer/src/plots/chartOption.ts'

/** Lines at y = 0, 1, 2, …; a pixel a unit, upside down. */
function told(count: number): ToldLine[] {
  return Array.from({ length: count }, (_, index) => ({
    seriesName: `run ${index}`,
    marker: '{m|}',
    axisValue: 1234,
    value: [1234, index],
  }))
}

const pixelOf = (y: number): number => 100 - y

test('of many lines those nearest to the pointer are told, from the highest, and how many are not', () => {
  const lines = nearestText(told(20), { pixelOf, pointer: 90 }).split('\n')
  assert.equal(lines[0], '1,234')
  assert.equal(lines.length, toldOfMany + 2)
  assert.deepEqual(
    lines.slice(1, -1).map((line) => Number(/run (\d+)/.exec(line)?.[1])),
    [12, 11, 10, 9, 8],
  )
  assert.equal(lines.at(-1), 'and 15 more, farther from the pointer')
  assert.equal(lines[1], '{m|}run 12  12')
})

test('no name is read as a style, and a line without a value here is left out', () => {
  const text = nearestText(
    [
      { seriesName: '{a|evil}', marker: '', axisValue: 1, value: [1, 0.5] },
      { seriesName: 'gap', marker: '', axisValue: 1, value: [1, null] },
    ],
    { pixelOf, pointer: null },
  )
  assert.equal(text, '1\n{a¦evil}  0.5')
})
