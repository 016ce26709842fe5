import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { createLayerwiseScorer } from '../../../../src/core/train/engine/scorers/layerwiseScorer.ts'
import { tensorflowOps } from '../../../../src/main/host/tensorflow/ops.ts'
import { createScorer } from '../../../../src/main/host/tensorflow/trainerFactory.ts'
import { largestDifferenceOf } from '../../../littleAdapter.ts'
import { littleModel, modelFamilies, randomParameters } from '../../../randomModel.ts'
import { rows, setup } from './littleTrainer.ts'

const ids = rows.map((row) => row.ids)
const pause = () => Promise.resolve()

for (const [name, changes] of Object.entries(modelFamilies)) {
  for (const [what, stateBytes] of [
    ['all rows together', 64e6],
    ['rows in parts, the longest alone', 4 * littleModel.width * 14],
  ] as const) {
    test(`${name}, ${what}: scores are those of the scorer in the graph, in their order, and no tensor is left`, async () => {
      const config = { ...littleModel, ...changes }
      const parameters = randomParameters(config, 1)
      const whole = createScorer({ ...setup, config, parameters, temperature: 0.7 }, { capture: true })
      const expected = await whole.tokenLogProbs(ids)
      await whole.dispose()
      const before = tf.memory().numTensors
      const options = { temperature: 0.7, pause, stateBytes }
      const scorer = createLayerwiseScorer({ config, parameters, ops: tensorflowOps() }, options)
      const scores = await scorer.tokenLogProbs(ids)
      await scorer.dispose()
      assert.equal(tf.memory().numTensors, before)
      assert.deepEqual(
        scores.map(({ length }) => length),
        ids.map(({ length }) => length - 1),
      )
      expected.forEach((row, i) => assert.ok(largestDifferenceOf(row, scores[i] ?? []) < 5e-6))
    })
  }
}

test('the model is read once for each part of the rows', async () => {
  const parameters = randomParameters(littleModel, 1)
  const name = 'model.layers.1.mlp.down_proj.weight'
  const { shape, values = new Float32Array() } = parameters.get(name) ?? { shape: [] }
  let reads = 0
  const counted = {
    shape,
    get values() {
      reads++
      return values
    },
  }
  const model = {
    config: littleModel,
    parameters: new Map([...parameters, [name, counted]]),
    ops: tensorflowOps(),
  }
  await createLayerwiseScorer(model, { temperature: 1, pause }).tokenLogProbs(ids)
  assert.equal(reads, 1)
  // 9, 17, 5 + 12, 2 + 8, 16, 10 + 7 tokens
  const together = createLayerwiseScorer(model, {
    temperature: 1,
    pause,
    stateBytes: 4 * littleModel.width * 17,
  })
  await together.tokenLogProbs(ids)
  assert.equal(reads, 1 + 6)
})
