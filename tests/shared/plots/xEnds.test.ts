import assert from 'node:assert/strict'
import { test } from 'node:test'
import { xEnds } from '../../../src/shared/plots/xEnds.ts'

const lineOf = (...xs: number[]) => ({ label: 'a', colour: 0, points: xs.map((x) => [x, 0.5] as const) })

test('whole numbers are ends as they are; others are rounded outwards, to no more digits than the span has use for', () => {
  assert.deepEqual(xEnds([lineOf(0, 40), lineOf(80)]), { min: 'dataMin', max: 'dataMax' })
  const minutes = [lineOf(0.08990801293333334, 2), lineOf(0.5, 3.0493758511599998)]
  assert.deepEqual(xEnds(minutes), { min: 0.08, max: 3.05 })
  assert.deepEqual(xEnds([lineOf(0, 308_965.21)]), { min: 'dataMin', max: 308_965.3 })
  assert.deepEqual(xEnds([lineOf(0.12345, 0.12555)]), { min: 0.12345, max: 0.12555 })
  assert.deepEqual(xEnds([lineOf(-0.5, 0.25)]), { min: -0.5, max: 0.25 })
})

test('without two different places the ends are those of the data', () => {
  for (const lines of [[], [lineOf()], [lineOf(0.123456)]])
    assert.deepEqual(xEnds(lines), { min: 'dataMin', max: 'dataMax' })
})
