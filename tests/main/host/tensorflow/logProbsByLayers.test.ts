import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { storedParameters } from '../../../../src/core/model/weightStorage.ts'
import { logProbsByLayers } from '../../../../src/core/train/engine/scorers/logProbsByLayers.ts'
import { tensorFlowBackend } from '../../../../src/main/host/tensorflow/addon.ts'
import { tensorflowOps } from '../../../../src/main/host/tensorflow/ops.ts'
import { createScorer } from '../../../../src/main/host/tensorflow/trainerFactory.ts'
import { largestDifferenceOf } from '../../../littleAdapter.ts'
import { littleModel, modelFamilies, randomParameters } from '../../../randomModel.ts'
import { rows, setup } from './littleTrainer.ts'

tensorFlowBackend()
const ids = rows.map((row) => row.ids)

for (const [name, changes] of Object.entries(modelFamilies)) {
  test(`${name}: a layer at a time gives the scorer's log-probs, leaves no tensor, and reads each tensor once or twice`, async () => {
    const config = { ...littleModel, ...changes }
    const parameters = randomParameters(config, 1)
    const reads = new Map<string, number>()
    const view = new Map(
      [...parameters].map(([tensor, { shape, values }]) => [
        tensor,
        {
          shape,
          get values() {
            reads.set(tensor, (reads.get(tensor) ?? 0) + 1)
            return values
          },
        },
      ]),
    )
    const scorer = createScorer({ ...setup, config, parameters }, { capture: false })
    const expected = await scorer.tokenLogProbs(ids)
    await scorer.dispose()
    const before = tf.memory().numTensors
    const layers: number[] = []
    const scores = await logProbsByLayers(
      { config, parameters: view, ops: tensorflowOps() },
      ids,
      setup.temperature,
      {
        beforeLayer: (done) => {
          layers.push(done)
          return Promise.resolve()
        },
      },
    )
    assert.equal(tf.memory().numTensors, before)
    assert.deepEqual(
      layers,
      Array.from({ length: config.layers }, (_, i) => i),
    )
    expected.forEach((row, i) => assert.ok(largestDifferenceOf(row, scores?.[i] ?? []) < 2e-6))
    // a tied embedding is read for the first layer and for the head
    for (const tensor of parameters.keys()) assert.ok([1, 2].includes(reads.get(tensor) ?? 0), tensor)
  })
}

test('a head gone through in chunks, the last of them shorter, gives what the whole one gives', async () => {
  const model = { config: littleModel, parameters: randomParameters(littleModel, 1), ops: tensorflowOps() }
  const whole = (await logProbsByLayers(model, ids, 0.7)) ?? []
  const before = tf.memory().numTensors
  const chunked = (await logProbsByLayers(model, ids, 0.7, { headChunk: 8 })) ?? []
  assert.equal(tf.memory().numTensors, before)
  assert.equal(chunked.length, ids.length)
  whole.forEach((row, i) => assert.ok(largestDifferenceOf(row, chunked[i] ?? []) < 2e-6))
})

test('a raised signal ends it between two layers and leaves no tensor', async () => {
  const model = { config: littleModel, parameters: randomParameters(littleModel, 1), ops: tensorflowOps() }
  const before = tf.memory().numTensors
  assert.equal(await logProbsByLayers(model, ids, 1, { signal: { aborted: true } }), null)
  assert.equal(tf.memory().numTensors, before)
})

test('held against itself in 8 bits the distance is that of the rounded numbers', async () => {
  const parameters = randomParameters(littleModel, 1)
  const ops = tensorflowOps()
  const whole = (await logProbsByLayers({ config: littleModel, parameters, ops }, ids, 1)) ?? []
  const rounded = storedParameters(littleModel, parameters, 'int8')
  const exact = (await logProbsByLayers({ config: littleModel, parameters: rounded, ops }, ids, 1)) ?? []
  const scorer = createScorer({ ...setup, parameters, storedAs: 'int8', temperature: 1 }, { capture: true })
  const kept = await scorer.tokenLogProbs(ids)
  await scorer.dispose()
  kept.forEach((row, i) => {
    const distance = largestDifferenceOf(row, whole[i] ?? [])
    assert.ok(distance > 1e-5)
    assert.ok(Math.abs(distance - largestDifferenceOf(exact[i] ?? [], whole[i] ?? [])) < 5e-6)
  })
})
