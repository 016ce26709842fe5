import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import type { ModelConfig } from '../../../../src/core/model/config/modelConfig.ts'
import type { ParameterValues } from '../../../../src/core/model/parameterValues.ts'
import { captureTraining } from '../../../../src/core/train/engine/trainingGraph.ts'
import type { TrainerSetup } from '../../../../src/core/train/engine/trainerSetup.ts'
import { tensorFlowBackend } from '../../../../src/main/host/tensorflow/addon.ts'
import { roundedToHalf } from '../../../../src/main/host/tensorflow/halfRounding.ts'
import { tensorflowOps } from '../../../../src/main/host/tensorflow/ops.ts'
import { littleAdapter, trainedAdapter } from '../../../littleAdapter.ts'
import { littleModel, modelFamilies, randomParameters, randomRows } from '../../../randomModel.ts'
import { assertSameBytes, largestDifference, oneStep, rows, setup, withTrainer } from './littleTrainer.ts'
import { hasAvx512 } from './processor.ts'

const half = { ops: tensorflowOps('bf16') }
const ids = rows.map((row) => row.ids)
/** How far captured may be from op by op, which always rounds products to the nearest. */
const apart = (await hasAvx512())
  ? { gradients: 0.004, adapterGradients: 0.01, logProbs: 0.5 }
  : { gradients: 0.02, adapterGradients: 0.02, logProbs: 2 }

test('rounding to bf16: to the nearest, ties to even, signs and infinities kept', () => {
  // eight binary digits: above 1 the numbers of bf16 are 2⁻⁷ apart
  const step = 2 ** -7
  const cases = [
    [1 + step, 1 + step],
    [1 + 0.49 * step, 1],
    [1 + 0.51 * step, 1 + step],
    [1 + 0.5 * step, 1],
    [1 + 1.5 * step, 1 + 2 * step],
    [-(1 + 1.5 * step), -(1 + 2 * step)],
    [255.6, 256],
    [0, 0],
    [-0, -0],
    [Infinity, Infinity],
    [-Infinity, -Infinity],
    [3.4e38, Infinity],
    [Number.NaN, Number.NaN],
    // the smallest of all, in their own steps of 2⁻¹³³
    [2 ** -133, 2 ** -133],
    [2 ** -149, 0],
  ] as const
  const x = tf.tensor1d(Float32Array.from(cases, ([value]) => value))
  const rounded = roundedToHalf(tensorFlowBackend(), x)
  assert.deepEqual([...rounded.dataSync()], [...Float32Array.from(cases, ([, expected]) => expected)])
  tf.dispose([x, rounded])
})

for (const [name, changes] of Object.entries(modelFamilies)) {
  const config: ModelConfig = { ...littleModel, ...changes }
  const own = {
    config,
    parameters: randomParameters(config, 1),
    rows: { rows: randomRows(config, [9, 17, 5], 2) },
  }

  test(`${name} in bf16: captured and op by op have the same loss and gradients up to rounding, and not those of 32 bits`, async () => {
    const { rows: batch, ...changed } = own
    const whole = await oneStep(changed, true, batch)
    const captured = await oneStep({ ...changed, ...half }, true, batch)
    const eager = await oneStep({ ...changed, ...half }, false, batch)
    // sums in another order fall on the other side of a rounding now and then
    assert.ok(Math.abs(captured.stats.loss - eager.stats.loss) <= 1e-3 * Math.abs(eager.stats.loss))
    assert.ok(distance(captured.gradients, eager.gradients) <= apart.gradients, 'captured and op by op')
    const lost = distance(captured.gradients, whole.gradients)
    assert.ok(lost > 1e-4 && lost <= 0.03, `gradients move by ${lost} of their norm`)
  })

  test(`${name} in bf16: the products of all linear modules and of their gradients are in bf16, the head’s are not`, () => {
    const made = { ...setup, config, parameters: own.parameters, ...half } satisfies TrainerSetup
    const matrices = [...own.parameters].filter(
      ([of, { shape }]) => shape.length === 2 && !/embed|wte|wpe|lm_head/.test(of),
    ).length
    const products = captureTraining(made).graph.nodes.filter(({ op }) => op === 'MatMul')
    const isHalf = ({ attributes: { T } }: (typeof products)[number]) =>
      T?.kind === 'type' && T.value === 'bfloat16'
    // the forward pass, and the gradients towards the input and the weights
    assert.equal(products.filter(isHalf).length, 3 * matrices)
    // the same of the head
    assert.equal(products.filter((product) => !isHalf(product)).length, 3)
  })
}

test('log-probs in bf16 are near those of 32 bits, and the policy that is its reference has the very same', async () => {
  const scoresOf = (changes: Partial<TrainerSetup>, capture: boolean) =>
    withTrainer(changes, capture, (trainer) => trainer.tokenLogProbs(ids))
  const [whole, captured, eager] = [
    await scoresOf({}, true),
    await scoresOf(half, true),
    await scoresOf(half, false),
  ]
  const mean = meanDifference(captured, whole)
  assert.ok(mean > 1e-6 && mean <= 3e-3, `${mean} nats`)
  assert.ok(meanDifference(captured, eager) <= apart.logProbs * mean)
})

test('master weights are 32-bit floats: an update smaller than a step of bf16 is not lost', async () => {
  const [before, after] = await withTrainer(half, true, async (trainer) => {
    const first = (await trainer.readState()).parameters
    await trainer.step({ rows }, 1e-7)
    return [first, (await trainer.readState()).parameters]
  })
  const name = 'model.layers.0.mlp.down_proj.weight'
  const [old, moved] = [valuesOf(before, name), valuesOf(after, name)]
  const changed = old.filter((value, i) => value !== moved[i])
  assert.ok(changed.length > old.length / 2, `${changed.length} of ${old.length}`)
  assert.ok(largestDifference(before, after) < 1e-6)
})

test('in bf16 with layers recomputed, and with logits in chunks: the gradients of the plain graph', async () => {
  const plain = await oneStep(half, true)
  const again = await oneStep({ ...half, compute: { recompute: true, logitsBytes: Infinity } }, true)
  assert.ok(distance(again.gradients, plain.gradients) <= 1e-5)
  const parts = await oneStep({ ...half, compute: { recompute: true, logitsBytes: 1 } }, true)
  assert.ok(distance(parts.gradients, plain.gradients) <= 1e-4)
})

for (const storedAs of ['f32', 'bf16', 'int8'] as const) {
  test(`an adapter on ${storedAs} weights with products in bf16: captured as op by op up to rounding`, async () => {
    const adapter = { ...littleAdapter, values: trainedAdapter(littleModel, littleAdapter, 3) }
    const own = { ...half, adapter, storedAs }
    const [captured, eager] = [await oneStep(own, true), await oneStep(own, false)]
    const moved = distance(captured.gradients, eager.gradients)
    // the levels of 8 bits are exact in bf16 and scaled after the product; op by op what they stand for is rounded
    assert.ok(moved <= (storedAs === 'int8' ? 0.03 : apart.adapterGradients), `${moved} of the norm`)
    assert.ok(Math.abs(captured.stats.loss - eager.stats.loss) <= 1e-3 * Math.abs(eager.stats.loss))
  })
}

test('in bf16: the same steps give the same bytes, also after a state was read and written elsewhere', async () => {
  const straight = await withTrainer(half, true, async (trainer) => {
    await trainer.step({ rows }, 1e-3)
    await trainer.step({ rows }, 1e-3)
    return trainer.readState()
  })
  const first = await withTrainer(half, true, async (trainer) => {
    await trainer.step({ rows }, 1e-3)
    return trainer.readState()
  })
  const resumed = await withTrainer(half, true, async (trainer) => {
    await trainer.writeState(first)
    await trainer.step({ rows }, 1e-3)
    return trainer.readState()
  })
  assertSameBytes(resumed, straight)
})

for (const capture of [true, false]) {
  test(`in bf16, ${capture ? 'captured' : 'op by op'}: steps leave no tensor behind`, async () => {
    const before = tf.memory().numTensors
    await withTrainer(half, capture, async (trainer) => {
      await trainer.step({ rows }, 1e-3)
      const { numTensors } = tf.memory()
      await trainer.step({ rows }, 1e-3)
      await trainer.tokenLogProbs(ids)
      assert.equal(tf.memory().numTensors, numTensors)
    })
    assert.equal(tf.memory().numTensors, before)
  })
}

/** ‖a − b‖ ÷ ‖b‖ over all parameters. */
function distance(a: ParameterValues, b: ParameterValues): number {
  const sums = { apart: 0, all: 0 }
  for (const [name, { values }] of b) {
    const others = valuesOf(a, name)
    values.forEach((value, i) => {
      sums.apart += ((others[i] ?? Number.NaN) - value) ** 2
      sums.all += value ** 2
    })
  }
  return Math.sqrt(sums.apart / sums.all)
}

function valuesOf(parameters: ParameterValues, name: string): Float32Array {
  return Float32Array.from(parameters.get(name)?.values ?? [])
}

/** Mean |a − b| over all tokens, in nats. */
function meanDifference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  const differences = a.flatMap((row, i) =>
    Array.from(row, (value, t) => Math.abs(value - (b[i]?.[t] ?? Number.NaN))),
  )
  return differences.reduce((sum, each) => sum + each, 0) / differences.length
}
