import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TrainerSetup } from '../../../../../src/core/train/engine/trainerSetup.ts'
import { largestDifference, oneStep } from '../littleTrainer.ts'

const changes: Readonly<Record<string, Partial<TrainerSetup>>> = {
  'as it stands': {},
  'logits in chunks, layers recomputed': { compute: { recompute: true, logitsBytes: 4096 } },
}

for (const [how, change] of Object.entries(changes)) {
  test(`${how}: forward and backward pass compiled by XLA give loss and gradients of the nodes one by one`, async () => {
    const plain = await oneStep(change, true)
    const compiled = await oneStep({ ...change, compileUpdate: true }, true)
    assert.ok(Math.abs(compiled.stats.loss - plain.stats.loss) < 1e-6)
    const difference = largestDifference(compiled.gradients, plain.gradients)
    assert.ok(difference > 0, 'to the bit: was anything compiled?')
    assert.ok(difference < 1e-6, `gradients are ${difference} apart`)
  })
}
