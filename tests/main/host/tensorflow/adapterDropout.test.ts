import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import type { AdapterShape, AdapterTensors } from '../../../../src/core/model/adapter.ts'
import { adapterTensors, initialAdapter } from '../../../../src/core/model/adapter.ts'
import { dropoutKey, withDropout } from '../../../../src/core/model/adapterDropout.ts'
import type { AdapterValues } from '../../../../src/core/model/mergeAdapter.ts'
import type { ParameterValues } from '../../../../src/core/model/parameterValues.ts'
import { tensorsOf } from '../../../../src/core/model/parameterTensors.ts'
import { linear } from '../../../../src/core/model/projections.ts'
import type { TrainerSetup } from '../../../../src/core/train/engine/trainerSetup.ts'
import { tensorFlowBackend } from '../../../../src/main/host/tensorflow/addon.ts'
import { assertClose } from '../../../assertClose.ts'
import { littleAdapter, trainedAdapter } from '../../../littleAdapter.ts'
import { littleModel, modelFamilies, randomParameters, randomRows } from '../../../randomModel.ts'
import { assertSameBytes, largestDifference, oneStep, rows, setup, withTrainer } from './littleTrainer.ts'

const trained: AdapterValues = { ...littleAdapter, values: trainedAdapter(littleModel, littleAdapter, 3) }
const dropout = { rate: 0.25, seed: 5 }
const own: Partial<TrainerSetup> = { adapter: trained, dropout }
const { ops } = setup

/** What is left of ones: by the key, or by the module. */
function left(key: number, module: string, keep = 0.75, shape: [number, number] = [40, 50]): number[] {
  return tf.tidy(() => {
    const made = { keep: tf.scalar(keep), key: tf.scalar(key, 'int32') }
    return [...withDropout(ops, made, module, tf.ones(shape)).dataSync()]
  })
}

test('a quarter of the inputs is dropped and the others grow by a third, each by key, module and place', () => {
  const values = left(7, 'a')
  for (const value of values) assert.ok(value === 0 || Math.abs(value - 4 / 3) < 1e-6, `${value}`)
  const dropped = values.filter((value) => value === 0).length
  // 2,000 draws of probability 0.25: four standard deviations are 77
  assert.ok(Math.abs(dropped - 500) < 77, `${dropped}`)
  assert.deepEqual(left(7, 'a'), values)
  assert.notDeepEqual(left(8, 'a'), values)
  assert.notDeepEqual(left(7, 'b'), values)
  assert.notDeepEqual(values.slice(0, 1000), values.slice(1000))
  assert.deepEqual(left(7, 'a', 1), new Array<number>(2000).fill(1))
})

test('the key is of the seed, the update and the micro-batch', () => {
  const keys = [
    [5, 0, 0],
    [6, 0, 0],
    [5, 1, 0],
    [5, 0, 1],
  ].map(([seed = 0, update = 0, place = 0]) => dropoutKey({ rate: 0.5, seed }, update, place))
  assert.equal(new Set(keys).size, 4)
  assert.ok(keys.every((key) => Number.isInteger(key) && Math.abs(key) <= 2 ** 31))
  assert.equal(dropoutKey(dropout, 3, 2), dropoutKey({ ...dropout }, 3, 2))
})

test('a module gives W·x + b + s·B·A·d(x): the base has x itself', () => {
  const name = 'model.layers.0.self_attn.q_proj'
  const [x, expected, given] = tf.tidy(() => {
    const input = tf.randomNormal<tf.Rank.R2>([6, littleModel.width], 0, 1, 'float32', 3)
    const made = { keep: tf.scalar(0.5), key: tf.scalar(11, 'int32') }
    const adapter: AdapterTensors = {
      ...adapterTensors(tensorsOf(trained.values), tf.scalar(2)),
      dropout: made,
    }
    const parameters = tensorsOf(setup.parameters)
    const { a, b } = adapter.modules.get(name) ?? assert.fail()
    const base = linear({ parameters, ops }, name, input)
    const inner = tf.matMul(withDropout(ops, made, name, input), a, false, true)
    const by = base.add(tf.matMul(inner, b, false, true).mul(2))
    return [input, by, linear({ parameters, ops, adapter }, name, input)].map(
      (each) => each.arraySync() as number[][],
    )
  }) as unknown as [number[][], number[][], number[][]]
  assert.equal(x.length, 6)
  given.forEach((row, i) =>
    row.forEach((value, j) => assertClose(value, expected[i]?.[j] ?? Number.NaN, 1e-5)),
  )
})

for (const [name, changes] of Object.entries(modelFamilies)) {
  const config = { ...littleModel, ...changes }
  const targets = config.family === 'gpt2' ? ['c_attn', 'c_proj', 'c_fc'] : littleAdapter.targets
  const shape: AdapterShape = { ...littleAdapter, targets }
  const parameters = randomParameters(config, 1)
  const without = { config, parameters, adapter: { ...shape, values: trainedAdapter(config, shape, 3) } }

  test(`${name}: a step with dropout captured = op by op, and not the step without`, async () => {
    const captured = await oneStep({ ...without, dropout }, true)
    const eager = await oneStep({ ...without, dropout }, false)
    assertClose(captured.stats.loss, eager.stats.loss, 1e-5)
    assertClose(captured.stats.gradientNorm, eager.stats.gradientNorm, 1e-5)
    assert.ok(largestDifference(captured.gradients, eager.gradients) < 1e-5)
    const plain = await oneStep(without, true)
    assert.ok(Math.abs(plain.stats.loss - captured.stats.loss) > 1e-3)
    assert.ok(largestDifference(captured.gradients, plain.gradients) > 1e-3)
  })
}

test('recomputed layers drop what the forward pass has dropped', async () => {
  const compute = { recompute: true, logitsBytes: Infinity }
  const [kept, again] = [await oneStep(own, true), await oneStep({ ...own, compute }, true)]
  assertClose(again.stats.loss, kept.stats.loss, 1e-6)
  assert.ok(largestDifference(again.gradients, kept.gradients) < 1e-6)
})

for (const capture of [true, false]) {
  const mode = capture ? 'captured' : 'op by op'

  test(`${mode}: scores, and those of the base, are without dropout`, async () => {
    const ids = rows.map((row) => row.ids)
    const scoresOf = (changes: Partial<TrainerSetup>) =>
      withTrainer(changes, capture, async (trainer) => [
        await trainer.tokenLogProbs(ids),
        await trainer.base?.tokenLogProbs(ids),
      ])
    const [[policy = [], base = []], [plainPolicy = [], plainBase = []]] = [
      await scoresOf(own),
      await scoresOf({ adapter: trained }),
    ]
    policy.forEach((row, i) =>
      row.forEach((value, t) => assertClose(value, plainPolicy[i]?.[t] ?? NaN, 1e-6)),
    )
    base.forEach((row, i) => row.forEach((value, t) => assertClose(value, plainBase[i]?.[t] ?? NaN, 1e-6)))
  })

  test(`${mode}: a factor’s gradient with dropout is the finite difference of the loss that dropped the same`, async () => {
    const { gradients } = await oneStep(own, capture)
    const lossAt = (values: ParameterValues) =>
      oneStep({ ...own, adapter: { ...trained, values } }, capture).then(({ stats }) => stats.loss)
    for (const [name, at] of [
      ['model.layers.0.self_attn.k_proj.lora_A.weight', 17],
      ['model.layers.1.mlp.gate_proj.lora_B.weight', 3],
    ] as const) {
      const difference =
        ((await lossAt(moved(name, at, 1e-2))) - (await lossAt(moved(name, at, -1e-2)))) / 2e-2
      assertClose(gradients.get(name)?.values[at] ?? NaN, difference, 3e-4 + 0.02 * Math.abs(difference))
    }
  })

  test(`${mode}: with dropout a state written elsewhere goes on byte for byte, and another seed does not`, async () => {
    const batches = [3, 4, 5, 6].map((seed) => ({ rows: randomRows(littleModel, [9, 6, 14], seed) }))
    const after = (count: number, seed: number) =>
      withTrainer({ ...own, dropout: { ...dropout, seed } }, capture, async (trainer) => {
        for (const batch of batches.slice(0, count)) await trainer.step(batch, 1e-3)
        return trainer.readState()
      })
    const half = await after(2, 5)
    const begun = { ...littleAdapter, values: initialAdapter(littleModel, littleAdapter, 3) }
    const resumed = await withTrainer({ ...own, adapter: begun }, capture, async (trainer) => {
      await trainer.writeState(half)
      for (const batch of batches.slice(2)) await trainer.step(batch, 1e-3)
      return trainer.readState()
    })
    const whole = await after(4, 5)
    assertSameBytes(resumed, whole)
    assert.ok(largestDifference((await after(4, 6)).parameters, whole.parameters) > 0)
  })
}

test('two micro-batches of the same rows drop different inputs', async () => {
  const four = randomRows(littleModel, [9, 9, 9, 9], 8)
  const once = await oneStep(own, true, { rows: four })
  const twice = await oneStep(own, true, { rows: [...four, ...four] })
  assert.ok(Math.abs(twice.stats.loss - 2 * once.stats.loss) > 1e-4)
})

test('compiled by XLA, which draws other numbers, a step drops the same each time; nothing is left over', async () => {
  const { binding } = tensorFlowBackend()
  const before = [binding.getNumOfSavedModels(), binding.getNumOfTensors()]
  const compiled = { ...own, compileUpdate: true }
  const [one, again] = [await oneStep(compiled, true), await oneStep(compiled, true)]
  assert.equal(again.stats.loss, one.stats.loss)
  const plain = await oneStep({ adapter: trained, compileUpdate: true }, true)
  assert.ok(Math.abs(plain.stats.loss - one.stats.loss) > 1e-3)
  assert.deepEqual([binding.getNumOfSavedModels(), binding.getNumOfTensors()], before)
})

function moved(name: string, at: number, by: number): ParameterValues {
  const { shape = [], values = new Float32Array() } = trained.values.get(name) ?? {}
  const copy = Float32Array.from(values)
  copy[at] = (copy[at] ?? Number.NaN) + by
  return new Map([...trained.values, [name, { shape, values: copy }]])
}
