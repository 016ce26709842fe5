import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { plainRawOps } from '../../../core/graph/plainRawOps.ts'
import type { ModelConfig } from '../../../../src/core/model/config/modelConfig.ts'
import { disposeTensors, tensorsOf } from '../../../../src/core/model/parameterTensors.ts'
import { logits } from '../../../../src/core/model/transformer.ts'
import { forkRandom } from '../../../../src/core/random.ts'
import type { SamplingSettings } from '../../../../src/core/sampling/sampler.ts'
import { OnnxDecoder } from '../../../../src/main/host/onnx/decoder.ts'
import { createOnnxSampler } from '../../../../src/main/host/onnx/sampler.ts'
import { startTensorflow } from '../../../../src/main/host/tensorflow/backend.ts'
import { assertClose } from '../../../assertClose.ts'
import { familyConfigs } from '../../../familyConfigs.ts'
import { littleModel, randomParameters } from '../../../randomModel.ts'

await startTensorflow()

/** Log-softmax of logits / temperature of every position, op by op. */
function eagerLogProbs(config: ModelConfig, ids: readonly number[], temperature: number): number[][] {
  const parameters = tensorsOf(randomParameters(config, 3))
  const rows = tf.tidy(() => {
    const whole = logits(
      { config, parameters, ops: plainRawOps },
      tf.tensor2d([[...ids]], [1, ids.length], 'int32'),
    )
    return tf.logSoftmax(whole.div(temperature)).squeeze<tf.Tensor2D>([0]).arraySync()
  })
  disposeTensors(parameters)
  return rows
}

for (const [name, config] of Object.entries(familyConfigs)) {
  const parameters = randomParameters(config, 3)
  const promptIds = Array.from({ length: 9 }, (_, at) => (at * 7 + 3) % config.vocabularySize)

  test(`${name}: log-probs of whole rows = op by op`, async () => {
    const decoder = await OnnxDecoder.load({ config, threads: 2, weightsAs: 'inputs' }, parameters)
    const found = await decoder.scoreRow(promptIds)
    await decoder.dispose()
    const expected = eagerLogProbs(config, promptIds, 1)
    promptIds.forEach((_, t) => {
      const row = found.subarray(t * config.vocabularySize, (t + 1) * config.vocabularySize)
      const logSum = Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0))
      row.forEach((logit, id) => assertClose(logit - logSum, expected[t]?.[id] ?? NaN, 2e-4))
    })
  })

  test(`${name}: log-probs of drawn tokens = op by op, at temperature 0.8; greedy too`, async () => {
    const sampler = await createOnnxSampler({ config, parameters, kvMemoryBytes: 64e6, threads: 2 })
    const settings: SamplingSettings = {
      temperature: 0.8,
      topP: 1,
      topK: 0,
      maxCompletionTokens: 16,
      endIds: [],
      seed: forkRandom(1).nextInt(100),
    }
    const requests = [{ promptIds, seedLabels: ['drawn'], samples: 2 }]
    const [drawn = []] = await sampler.sample({ requests, settings })
    const greedy = await sampler.sample({ requests, settings: { ...settings, temperature: 0 } })
    await sampler.dispose()
    for (const { completionIds, samplingLogProbs } of drawn) {
      const expected = eagerLogProbs(config, [...promptIds, ...completionIds], 0.8)
      completionIds.forEach((id, at) => {
        assertClose(samplingLogProbs[at] ?? NaN, expected[promptIds.length - 1 + at]?.[id] ?? NaN, 2e-4)
      })
    }
    const greedyIds = greedy[0]?.[0]?.completionIds ?? []
    const expected = eagerLogProbs(config, [...promptIds, ...greedyIds], 1)
    const likeliest = greedyIds.map((_, at) => {
      const row = expected[promptIds.length - 1 + at] ?? []
      return row.indexOf(Math.max(...row))
    })
    assert.deepEqual(greedyIds, likeliest)
  })
}

test('a large vocabulary under top-k 1 and under a tiny top-p draws what greedy takes', async () => {
  const config = { ...littleModel, vocabularySize: 8301 }
  const parameters = randomParameters(config, 3)
  const sampler = await createOnnxSampler({ config, parameters, kvMemoryBytes: 64e6, threads: 2 })
  const settings = { temperature: 1, topP: 1, topK: 0, maxCompletionTokens: 12, endIds: [], seed: 4 }
  const requests = [{ promptIds: [5, 6, 7], seedLabels: ['top'], samples: 1 }]
  const idsUnder = async (changes: Partial<SamplingSettings>) => {
    const [completions] = await sampler.sample({ requests, settings: { ...settings, ...changes } })
    return completions?.[0]?.completionIds
  }
  const greedy = await idsUnder({ temperature: 0 })
  assert.deepEqual(await idsUnder({ topK: 1 }), greedy)
  assert.deepEqual(await idsUnder({ topP: 1e-9 }), greedy)
  assert.notDeepEqual(await idsUnder({}), greedy)
  await sampler.dispose()
})

test('slots grow with their rows: long completions beside short prompts = the same rows alone', async () => {
  const config = { ...littleModel, maxPositions: 400 }
  const parameters = randomParameters(config, 3)
  const sampler = await createOnnxSampler({ config, parameters, kvMemoryBytes: 64e6, threads: 2 })
  const settings = { temperature: 1, topP: 1, topK: 0, maxCompletionTokens: 300, endIds: [], seed: 4 }
  const requests = Array.from({ length: 10 }, (_, index) => ({
    promptIds: new Array<number>(1 + 9 * index).fill(3 + index),
    seedLabels: ['long', index],
    samples: 1,
  }))
  const together = await sampler.sample({ requests, settings })
  for (const [index, request] of requests.entries()) {
    const [alone] = await sampler.sample({ requests: [request], settings })
    assert.deepEqual(alone?.[0]?.completionIds, together[index]?.[0]?.completionIds)
  }
  await sampler.dispose()
})
