import { openBatchWriter } from '../../../src/main/store/batchStore.ts'
import type { Database } from '../../../src/main/store/database.ts'
import { insertRun, readRun } from '../../../src/main/store/runs/runStore.ts'
import type { Run } from '../../../src/shared/runs/records.ts'
import { metricsAt, newRun, rollout, turn } from '../store/storeFixtures.ts'

/** A run whose exports are known to the byte: its moments are fixed. */
export function exportedRun(db: Database): Run {
  const runId = 'run-20261127-000000-abc123'
  const config = '{"seed":7,"name":"a \\"quoted\\" name"}'
  insertRun(
    db,
    newRun(runId, { name: 'Größe / “../x”', config, configHash: '0123456789abcdef' }),
    1_795_737_600_000,
  )
  const writer = openBatchWriter(db, runId)
  writer.store(
    {
      runId,
      sequence: 1,
      events: [
        metricsAt(0, { 'accuracy/attempt': 0.5, 'policy/klK3': -1e-7 }),
        metricsAt(1, { 'accuracy/attempt': 0.75, 'policy/klK3': null }),
        {
          type: 'rollouts',
          rollouts: [
            rollout(0, 'p1', {
              subject: 'sum',
              turns: [
                turn('attempt'),
                turn('verdict'),
                turn('revision', { reward: 0.5, isCorrect: false, advantage: null }),
              ],
            }),
            rollout(1, 'p2', {
              question: 'line\nfeed, “quote” and \u0000',
              verdict: null,
              turns: [turn('attempt')],
            }),
          ],
        },
      ],
    },
    1_795_737_601_000,
  )
  return readRun(db, runId)
}
