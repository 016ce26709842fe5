import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rows, setup, withTrainer } from './littleTrainer.ts'
import * as tf from '@tensorflow/tfjs'
import type { PolicyLoss } from '../../../../src/core/rl/losses/policyLoss.ts'
import type { TrainerSetup } from '../../../../src/core/train/engine/trainerSetup.ts'
import { createScorer } from '../../../../src/main/host/tensorflow/trainerFactory.ts'
import { littleModel, modelFamilies, randomParameters } from '../../../randomModel.ts'

/** Σ (ln π − ln π_ref) over real tokens; a reference of 0 marks padding. */
const logRatio: PolicyLoss = {
  name: 'log-ratio',
  inputs: [{ name: 'referenceLogProbs', per: 'token' }],
  needsEntropy: false,
  compute(logProbs, _entropy, { referenceLogProbs }) {
    const counts = tf.notEqual(referenceLogProbs as tf.Tensor, 0).toFloat()
    const difference = logProbs.sub(referenceLogProbs as tf.Tensor).mul(counts)
    return { loss: difference.sum(), sums: { samplerGap: difference.abs().sum() } }
  },
}

for (const capture of [true, false]) {
  const mode = capture ? 'captured' : 'op by op'
  for (const [name, changes] of Object.entries(modelFamilies)) {
    const config = { ...littleModel, ...changes }
    const own = { config, parameters: randomParameters(config, 1) }
    test(`${mode}: a ${name} policy that is its reference has a log-ratio of exactly zero`, () =>
      assertNoLogRatio({ ...setup, ...own, loss: logRatio }, capture))
  }
}

/** Reference log-probs from a scorer, the policy's from a training step; then one step apart they differ. */
async function assertNoLogRatio(own: TrainerSetup, capture: boolean): Promise<void> {
  const ids = rows.map((row) => row.ids)
  await withTrainer(own, capture, async (trainer) => {
    const reference = createScorer(own, { capture })
    const scores = await reference.tokenLogProbs(ids)
    assert.deepEqual(await trainer.tokenLogProbs(ids), scores)
    const referenced = ids.map((row, i) => ({
      ids: row,
      inputs: { referenceLogProbs: scores[i] ?? new Float32Array() },
    }))
    const { loss, sums } = await trainer.step({ rows: referenced }, 1e-3)
    assert.equal(loss, 0)
    assert.equal(sums.samplerGap, 0)
    const after = await trainer.tokenLogProbs(ids)
    assert.ok(scores.some((row, i) => row.some((value, t) => value !== after[i]?.[t])))
    await reference.dispose()
  })
}
