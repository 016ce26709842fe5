import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TokenBatch, Trainer } from '../../../../src/core/train/engine/trainer.ts'
import { measureUpdate } from '../../../../src/main/tools/bench/measureUpdate.ts'
import { littleModel } from '../../../randomModel.ts'

test('tokens per second are those of the median update, the first two left out', async () => {
  const durations = [900, 500, 40, 20, 10]
  const batches: TokenBatch[] = []
  let nowMs = 0
  const trainer = {
    step: (batch: TokenBatch) => {
      nowMs += durations[batches.length] ?? Number.NaN
      batches.push(batch)
      return Promise.resolve({ loss: 5 - batches.length })
    },
  } as unknown as Trainer
  const clock = { nowMs: () => 0, steadyMs: () => nowMs }
  const work = { rows: 4, length: 10, updates: 3 }
  assert.deepEqual(await measureUpdate(trainer, littleModel, work, clock), {
    tokensPerSecond: 2000, // 40 tokens in 20 ms
    medianMs: 20,
    bestMs: 10,
    firstMs: 900,
    lossFirst: 4,
    lossLast: 0,
  })
  const [first] = batches
  assert.equal(first?.rows.length, 4)
  assert.ok(first.rows.every(({ ids }) => ids.length === 10 && ids.every((id) => id >= 0 && id < 37)))
  const weights = first.rows.flatMap(({ inputs }) => [...(inputs['tokenWeight'] ?? [])])
  assert.equal(weights.length, 36)
  assert.ok(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-6)
})
