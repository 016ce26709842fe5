import assert from 'node:assert/strict'
import { test } from 'node:test'
import { largestDifference, oneStep, orderOfSums, setup, withTrainer } from './littleTrainer.ts'
import { adapterTargets } from '../../../../src/core/model/adapter.ts'
import type { ModelConfig } from '../../../../src/core/model/config/modelConfig.ts'
import type { ParameterValues } from '../../../../src/core/model/parameterValues.ts'
import { negativeLogLikelihood } from '../../../../src/core/rl/losses/negativeLogLikelihood.ts'
import type { PolicyLoss } from '../../../../src/core/rl/losses/policyLoss.ts'
import { bucketNames } from '../../../../src/core/train/engine/recordedBuckets.ts'
import { captureTraining } from '../../../../src/core/train/engine/trainingGraph.ts'
import type { TrainerSetup } from '../../../../src/core/train/engine/trainerSetup.ts'
import { computePlan } from '../../../../src/core/train/engine/trainerSetup.ts'
import { createScorer } from '../../../../src/main/host/tensorflow/trainerFactory.ts'
import { littleAdapter, trainedAdapter } from '../../../littleAdapter.ts'
import { littleModel, modelFamilies, randomParameters, randomRows } from '../../../randomModel.ts'
import * as tf from '@tensorflow/tfjs'

/** More tokens than a chunk has at the least: 4 chunks, the last of 232. */
const wide: ModelConfig = { ...littleModel, vocabularySize: 1000 }
const wideSetup: TrainerSetup = {
  ...setup,
  config: wide,
  parameters: randomParameters(wide, 1),
  buckets: [16],
}
const wideRows = randomRows(wide, [9, 17, 5, 12, 2, 8, 16, 10, 7], 2)
const chunked = { recompute: false, logitsBytes: 1 }

/** Log-likelihood and a bonus for entropy, which differs from token to token. */
const withEntropy: PolicyLoss = {
  ...negativeLogLikelihood,
  name: 'with-entropy',
  needsEntropy: true,
  compute(logProbs, entropy, inputs) {
    const { loss, sums } = negativeLogLikelihood.compute(logProbs, null, inputs)
    const bonus = tf.sum(tf.mul(entropy as tf.Tensor2D, inputs.tokenWeight as tf.Tensor))
    return { loss: tf.sub(loss, tf.mul(bonus, 0.3)), sums }
  },
}

test('the wide model is computed in four chunks, the little one in one', () => {
  assert.equal(computePlan({ ...wideSetup, compute: chunked }).headChunk, 256)
  assert.equal(computePlan({ ...setup, compute: { ...chunked, logitsBytes: 1e6 } }).headChunk, 37)
})

for (const capture of [true, false]) {
  const mode = capture ? 'captured' : 'op by op'

  for (const [name, changes] of Object.entries(modelFamilies)) {
    const config = { ...wide, ...changes }
    const own = { ...wideSetup, config, parameters: randomParameters(config, 1) }

    test(`${mode}: ${name} with logits in chunks gives the log-probs and gradients of all at once`, async () => {
      const all = { ...own, loss: withEntropy, temperature: 0.7 }
      const whole = await oneStep(all, capture, { rows: wideRows })
      const parts = await oneStep({ ...all, compute: chunked }, capture, { rows: wideRows })
      assert.ok(Math.abs(parts.stats.loss - whole.stats.loss) <= 1e-6 * Math.abs(whole.stats.loss))
      assertSameGradients(parts.gradients, whole.gradients, 1e-6)
      const [scores, others] = [
        await scoresOf(all, undefined, capture),
        await scoresOf(all, chunked, capture),
      ]
      scores.forEach((row, i) => {
        row.forEach((value, t) => {
          const other = others[i]?.[t] ?? Number.NaN
          assert.ok(Math.abs(value - other) <= 1e-6 * Math.max(1, Math.abs(value)), `${value}, ${other}`)
        })
      })
    })

    test(`${mode}: ${name} with recomputed layers gives the very gradients of the plain graph`, async () => {
      const plain = await oneStep(own, capture, { rows: wideRows })
      const compute = { recompute: true, logitsBytes: Infinity }
      const again = await oneStep({ ...own, compute }, capture, { rows: wideRows })
      assert.ok(Math.abs(again.stats.loss - plain.stats.loss) <= orderOfSums)
      assert.ok(largestDifference(again.gradients, plain.gradients) <= orderOfSums)
      assert.ok(largestDifference(again.parameters, plain.parameters) <= orderOfSums)
    })
  }

  test(`${mode}: in chunks and recomputed, the policy that is its reference has the very log-probs`, async () => {
    const compute = { recompute: true, logitsBytes: 1 }
    const ids = wideRows.map((row) => row.ids)
    await withTrainer({ ...wideSetup, compute }, capture, async (trainer) => {
      const reference = createScorer({ ...wideSetup, compute }, { capture })
      assert.deepEqual(await trainer.tokenLogProbs(ids), await reference.tokenLogProbs(ids))
      await reference.dispose()
    })
  })

  test(`${mode}: in chunks and recomputed, the gradient is the finite difference of the loss`, async () => {
    const compute = { recompute: true, logitsBytes: 1 }
    const lossAt = async (parameters: ParameterValues) =>
      (await oneStep({ ...wideSetup, parameters, compute }, capture, { rows: wideRows })).stats.loss
    const { gradients } = await oneStep({ ...wideSetup, compute }, capture, { rows: wideRows })
    const used = wideRows[0]?.ids[1] ?? 0
    for (const [name, at] of [
      ['model.layers.0.self_attn.k_proj.weight', 17],
      ['model.layers.1.mlp.down_proj.weight', 100],
      ['model.embed_tokens.weight', used * wide.width + 3],
    ] as const) {
      const [above, below] = [await lossAt(moved(name, at, 1e-2)), await lossAt(moved(name, at, -1e-2))]
      const difference = (above - below) / 2e-2
      const gradient = gradients.get(name)?.values[at] ?? Number.NaN
      assert.ok(
        Math.abs(gradient - difference) <= 3e-4 + 0.02 * Math.abs(difference),
        `${gradient}, ${difference}`,
      )
    }
  })

  test(`${mode}: steps in chunks and recomputed leave no tensor behind and start from zero`, async () => {
    const before = tf.memory().numTensors
    await withTrainer(
      { ...wideSetup, compute: { recompute: true, logitsBytes: 1 } },
      capture,
      async (trainer) => {
        await trainer.step({ rows: wideRows }, 0)
        const first = await trainer.readGradients()
        const { numTensors } = tf.memory()
        await trainer.step({ rows: wideRows }, 0)
        assert.equal(tf.memory().numTensors, numTensors)
        assert.ok(largestDifference(await trainer.readGradients(), first) <= orderOfSums)
      },
    )
    assert.equal(tf.memory().numTensors, before)
  })
}

for (const storedAs of ['f32', 'bf16', 'int8'] as const) {
  test(`captured: an adapter on ${storedAs} has its gradients in chunks and recomputed, too`, async () => {
    const adapter = { ...littleAdapter, values: trainedAdapter(wide, littleAdapter, 3) }
    const own = { ...wideSetup, adapter, storedAs }
    const plain = await oneStep(own, true, { rows: wideRows })
    const compute = { recompute: true, logitsBytes: Infinity }
    const again = await oneStep({ ...own, compute }, true, { rows: wideRows })
    // products with expanded matrices are regrouped otherwise
    assertSameGradients(again.gradients, plain.gradients, storedAs === 'f32' ? orderOfSums : 1e-6)
    const parts = await oneStep({ ...own, compute: { ...compute, logitsBytes: 1 } }, true, { rows: wideRows })
    assert.ok(Math.abs(parts.stats.loss - plain.stats.loss) <= 1e-6 * Math.abs(plain.stats.loss))
    assertSameGradients(parts.gradients, plain.gradients, 2e-6)
  })
}

test('a recomputed graph names the nodes of the forward pass that the plain one uses', () => {
  const compute = { recompute: true, logitsBytes: Infinity }
  const pinned = [compute, { ...compute, recompute: false }].map((each) => {
    const { nodes } = captureTraining({ ...setup, buckets: [16], compute: each }).graph
    const { forward } = bucketNames(16)
    return nodes.find(({ name }) => name === forward)?.inputs.length
  })
  assert.ok((pinned[0] ?? 0) > 20, String(pinned[0]))
  assert.equal(pinned[0], pinned[1])
})

test('a recomputed graph holds back each layer until the gradient has come to it', () => {
  const compute = { recompute: true, logitsBytes: Infinity }
  const { graph } = captureTraining({ ...setup, buckets: [16], compute })
  const products = (nodes: readonly { op: string }[]) => nodes.filter(({ op }) => op === 'MatMul').length
  const plain = captureTraining({ ...setup, buckets: [16] }).graph
  // q, k, v, o, gate, up and down of both layers once more
  assert.equal(products(graph.nodes) - products(plain.nodes), 14)
  const held = graph.nodes.filter(
    ({ op, inputs }) => op === 'Identity' && inputs.some((input) => input.startsWith('^')),
  )
  assert.ok(held.length >= 2 * littleModel.layers, String(held.length))
})

for (const [name, changes] of Object.entries(modelFamilies)) {
  test(`${name}: rows of all lengths share nodes, whatever is trained and however it is computed`, () => {
    const config = { ...wide, ...changes }
    const own = { ...setup, config, parameters: randomParameters(config, 1), buckets: [8, 16, 24] }
    const computed = [undefined, chunked, { ...chunked, recompute: true }]
    const shape = { ...littleAdapter, targets: adapterTargets(config) }
    const adapter = { ...shape, values: trainedAdapter(config, shape, 3) }
    for (const compute of computed) {
      for (const trained of [{}, { adapter, storedAs: 'int8' as const }]) {
        const { graph, buckets } = captureTraining({ ...own, compute, ...trained })
        const likes = new Set([...buckets.values()].map(({ like }) => like))
        assert.deepEqual([...likes], [8])
        const alone = captureTraining({ ...own, compute, ...trained, buckets: [24] })
        const more = graph.nodes.length - alone.graph.nodes.length
        assert.ok(more <= 60, `${more} nodes more than of one length`)
      }
    }
  })
}

test('no node of a chunked graph has logits of the whole vocabulary', () => {
  const { graph } = captureTraining({ ...wideSetup, buckets: [16], compute: chunked })
  const { accumulate } = bucketNames(16)
  assert.ok(graph.nodes.some(({ name }) => name === accumulate))
  assert.equal(graph.nodes.filter(({ op }) => op === 'SparseSoftmaxCrossEntropyWithLogits').length, 0)
  assert.ok(graph.nodes.filter(({ op }) => op === 'ResourceScatterAdd').length >= 5)
})

async function scoresOf(
  own: TrainerSetup,
  compute: TrainerSetup['compute'],
  capture: boolean,
): Promise<readonly Float32Array[]> {
  const { compute: _without, ...rest } = own
  const scorer = createScorer(compute === undefined ? rest : { ...rest, compute }, { capture })
  const scores = await scorer.tokenLogProbs(wideRows.map((row) => row.ids))
  await scorer.dispose()
  return scores
}

/** Each tensor's largest difference in units of its own largest number. */
function assertSameGradients(a: ParameterValues, b: ParameterValues, tolerance: number): void {
  for (const [name, { values }] of b) {
    const scale = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
    values.forEach((value, i) => {
      const other = a.get(name)?.values[i] ?? Number.NaN
      assert.ok(Math.abs(value - other) <= tolerance * scale, `${name}[${i}]: ${other}, expected ${value}`)
    })
  }
}

function moved(name: string, at: number, by: number): ParameterValues {
  const { shape = [], values = new Float32Array() } = wideSetup.parameters.get(name) ?? {}
  const copy = Float32Array.from(values)
  copy[at] = (copy[at] ?? Number.NaN) + by
  return new Map([...wideSetup.parameters, [name, { shape, values: copy }]])
}
