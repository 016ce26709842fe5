import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mostCompared } from '../../../src/renderer/src/compare/compareRuns.ts'
import {
  differenceText,
  lookByField,
  lookByRun,
  scaleColours,
} from '../../../src/renderer/src/compare/look.ts'
import { runPlaces, type RunPlaces } from '../../../src/renderer/src/compare/runPlaces.ts'
import { mostDistinctLines } from '../../../src/shared/plots/linePattern.ts'
import { darkTheme, lightTheme } from '../../../src/shared/plots/plotTheme.ts'

const placed = (known: RunPlaces, runIds: readonly string[]): number[] => {
  const places = runPlaces(known, runIds)
  return runIds.map((runId) => places.get(runId) ?? assert.fail(runId))
}

const rates = { path: 'optimizer.learningRate', values: [1e-4, 5e-5, 1e-4, 2e-4] }

test('numbers are ordered: equal ones share a colour, the legend goes from the least to the greatest', () => {
  const look = lookByField(rates, lightTheme)
  assert.deepEqual(look.colours, [1, 0, 1, 2])
  assert.deepEqual(look.order, [1, 0, 2, 3])
  assert.equal(look.palette?.length, 3)
  assert.equal(look.additions[1], 'learningRate 0.00005')
})

test('words keep the theme’s own colours, one a value', () => {
  const look = lookByField({ path: 'method', values: ['grpo', 'a-star-po', 'grpo'] }, lightTheme)
  assert.deepEqual([look.colours, look.palette], [[0, 1, 0], null])
  assert.deepEqual(lookByRun([0, 1, 2]).colours, [0, 1, 2])
})

test('twenty runs: no two have the same colour and pattern, and the first eight are solid', () => {
  const runIds = Array.from({ length: mostCompared }, (_, run) => `r${run}`)
  const { colours, patterns } = lookByRun(placed(new Map(), runIds))
  const looks = colours.map((colour, run) => `${colour % lightTheme.palette.length} ${patterns[run]}`)
  assert.equal(new Set(looks).size, 20)
  assert.ok(mostDistinctLines >= mostCompared)
  assert.deepEqual([...new Set(patterns.slice(0, 8))], ['solid'])
  assert.deepEqual([patterns[8], patterns[16]], ['dashed', 'dotted'])
  const words = { path: 'notes', values: Array.from({ length: 10 }, (_, run) => `word ${run}`) }
  assert.deepEqual(lookByField(words, lightTheme).patterns.slice(7), ['solid', 'dashed', 'dashed'])
})

test('a run keeps its colour when others come, go and change places', () => {
  const known = new Map([
    ['a', 0],
    ['b', 1],
    ['c', 2],
  ])
  assert.deepEqual(placed(known, ['b', 'c']), [1, 2])
  assert.deepEqual(placed(known, ['c', 'new', 'b']), [2, 0, 1])
  // of two that had the same in other comparisons, the first keeps it
  assert.deepEqual(placed(new Map(known).set('d', 1), ['d', 'b', 'a']), [1, 2, 0])
  assert.deepEqual(lookByRun([2, 0, 1]).order, [1, 2, 0])
})

test('every colour of the scale has 3 : 1 against its background, and lightness goes one way', () => {
  for (const theme of [lightTheme, darkTheme]) {
    const lights = scaleColours(8, theme).map(luminance)
    const back = luminance(theme.background)
    for (const light of lights) {
      const contrast = (Math.max(light, back) + 0.05) / (Math.min(light, back) + 0.05)
      assert.ok(contrast >= 3, `${theme.name} ${contrast.toFixed(2)}`)
    }
    assert.deepEqual(
      lights,
      lights.toSorted((a, b) => a - b),
      theme.name,
    )
  }
})

test('one colour is the scale’s first', () => {
  assert.deepEqual(scaleColours(1, lightTheme), ['#1b1464'])
})

test('how a run differs, in words', () => {
  const fields = [rates, { path: 'model.lora', values: [null, null, { rank: 8 }, null] }]
  assert.equal(differenceText(fields, 2), 'optimizer.learningRate 0.0001 · model.lora {"rank":8}')
})

/** Relative luminance of sRGB, WCAG 2.2. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
