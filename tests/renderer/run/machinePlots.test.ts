import assert from 'node:assert/strict'
import { test } from 'node:test'
import { machinePlots } from '../../../src/renderer/src/run/machinePlots.ts'
import type { Telemetry } from '../../../src/shared/routes/app.ts'

const gib = 2 ** 30

function reading(atMs: number, trainer: number | null, gpus: Telemetry['gpus'] = []): Telemetry {
  return {
    atMs,
    cpuPercent: 50,
    memoryUsedBytes: 4 * gib,
    memoryTotalBytes: 8 * gib,
    trainerMemoryBytes: trainer === null ? null : trainer * gib,
    gpus,
  }
}

test('memory in GiB over minutes; the trainer’s line begins when there is one', () => {
  const [memory, load] = machinePlots([reading(1000, null), reading(61_000, 1.5)])
  assert.deepEqual(
    memory?.lines.map(({ label, points }) => [label, points]),
    [
      [
        'machine',
        [
          [0, 4],
          [1, 4],
        ],
      ],
      ['trainer', [[1, 1.5]]],
    ],
  )
  assert.deepEqual(load?.lines[0]?.points[1], [1, 50])
})

test('a reading that failed interrupts the line', () => {
  const [memory] = machinePlots([
    reading(0, 1),
    reading(60_000, null),
    reading(120_000, 2),
    reading(180_000, null),
  ])
  assert.deepEqual(memory?.lines[1]?.points, [
    [0, 1],
    [1, null],
    [2, 2],
  ])
})

test('two cards of one name are two lines; what a card does not tell is left out', () => {
  const card = { name: 'X', utilisationPercent: null, memoryUsedBytes: gib, memoryTotalBytes: gib }
  const [memory, load] = machinePlots([reading(0, null, [card, card])])
  assert.deepEqual(
    memory?.lines.map(({ label }) => label),
    ['machine', 'X, card 1', 'X, card 2'],
  )
  assert.equal(load?.lines.length, 1)
  assert.deepEqual(machinePlots([])[0]?.lines, [])
})
