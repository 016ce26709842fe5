import assert from 'node:assert/strict'
import { test } from 'node:test'
import { machinePlots } from '../../../src/renderer/src/run/machinePlots.ts'
import type { MachineHistory } from '../../../src/shared/runs/machineHistory.ts'

const figures = [
  { name: 'cpu', label: 'processors', unit: 'percent' },
  { name: 'memory', label: 'machine', unit: 'bytes' },
  { name: 'trainerMemory', label: 'trainer', unit: 'bytes' },
  { name: 'gpu0Power', label: 'X, card 1', unit: 'watts' },
] as const

function history(buckets: MachineHistory['buckets'], seconds = 1): MachineHistory {
  return { seconds, figures, buckets }
}

const value = (mean: number) => ({ mean, max: mean })

test('load, memory in GiB and power over minutes since the run began; a panel of what was never read is not there', () => {
  const plots = machinePlots(
    history([
      { index: 0, values: [null, value(2 ** 31), value(2 ** 30), null] },
      { index: 1, values: [value(50), value(2 ** 31), value(2 ** 30), null] },
    ]),
  )
  assert.deepEqual(
    plots.map(({ id, lines }) => [id, lines.map(({ label, points }) => [label, points])]),
    [
      ['machine-load', [['processors', [[0.02, 50]]]]],
      [
        'machine-memory',
        [
          [
            'machine',
            [
              [0, 2],
              [0.02, 2],
            ],
          ],
          [
            'trainer',
            [
              [0, 1],
              [0.02, 1],
            ],
          ],
        ],
      ],
    ],
  )
  assert.equal(plots[0]?.footText, '2 seconds')
})

test('where the run was not at work the line is interrupted', () => {
  const [load] = machinePlots(
    history(
      [
        { index: 0, values: [value(10), null, null, value(300)] },
        { index: 4, values: [value(20), null, null, null] },
      ],
      60,
    ),
  )
  assert.deepEqual(load?.lines[0]?.points, [
    [0, 10],
    [1, null],
    [4, 20],
  ])
  assert.equal(load.footText, '2 means of 1 min 00 s')
})

test('nothing kept: no plots', () => assert.deepEqual(machinePlots(null), []))
