import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  assertSameBytes,
  assertSameState,
  largestDifference,
  oneStep,
  orderOfSums,
  rows,
  setup,
  withTrainer,
} from './littleTrainer.ts'
import * as tf from '@tensorflow/tfjs'
import { copiedValues, type ParameterValues } from '../../../../src/core/model/parameterValues.ts'
import type { TokenRow, TrainerState } from '../../../../src/core/train/engine/trainer.ts'
import { assertClose } from '../../../assertClose.ts'
import { littleModel, randomParameters, randomRows } from '../../../randomModel.ts'

test('one step captured = op by op: loss, norm, sums, gradients, parameters', async () => {
  const captured = await oneStep({}, true)
  const eager = await oneStep({}, false)
  assertClose(captured.stats.loss, eager.stats.loss, 1e-5)
  assertClose(captured.stats.gradientNorm, eager.stats.gradientNorm, 1e-5)
  assertClose(captured.stats.sums['weight'] ?? Number.NaN, eager.stats.sums['weight'] ?? Number.NaN, 1e-5)
  assert.equal(captured.stats.tokens, 77)
  assert.equal(eager.stats.tokens, 77)
  assert.ok(largestDifference(captured.gradients, eager.gradients) < 1e-5)
  assert.ok(largestDifference(captured.parameters, eager.parameters) < 1e-5)
})

test('several captured steps stay with the op-by-op ones, moments included', async () => {
  const states = []
  for (const capture of [true, false]) {
    states.push(
      await withTrainer({}, capture, async (trainer) => {
        for (let step = 0; step < 5; step++) {
          await trainer.step({ rows: randomRows(littleModel, [16, 12, 9], step) }, 1e-3)
        }
        return trainer.readState()
      }),
    )
  }
  const [captured, eager] = states as [TrainerState, TrainerState]
  assert.equal(captured.updates, 5)
  assert.ok(largestDifference(captured.firstMoments, eager.firstMoments) < 1e-5)
  assert.ok(largestDifference(captured.secondMoments, eager.secondMoments) < 1e-6)
  assert.ok(largestDifference(captured.parameters, eager.parameters) < 1e-4)
})

for (const capture of [true, false]) {
  const mode = capture ? 'captured' : 'op by op'

  test(`${mode}: every parameter moves, and the loss falls`, async () => {
    await withTrainer({}, capture, async (trainer) => {
      const first = await trainer.step({ rows }, 1e-2)
      const moved = copiedValues(await trainer.readParameters())
      for (const [name, { values }] of setup.parameters) {
        assert.ok(
          values.some((value, i) => value !== moved.get(name)?.values[i]),
          `${name} did not move`,
        )
      }
      for (let step = 0; step < 9; step++) await trainer.step({ rows }, 1e-2)
      const last = await trainer.step({ rows }, 1e-2)
      assert.ok(last.loss < 0.7 * first.loss, `${first.loss} → ${last.loss}`)
    })
  })

  test(`${mode}: micro-batches add up to one batch`, async () => {
    const whole = await oneStep({ rowsPerMicroBatch: 9 }, capture)
    for (const rowsPerMicroBatch of [1, 2, 5]) {
      const split = await oneStep({ rowsPerMicroBatch }, capture)
      assertClose(split.stats.loss, whole.stats.loss, 1e-5)
      assertClose(split.stats.sums['weight'] ?? Number.NaN, whole.stats.sums['weight'] ?? Number.NaN, 1e-5)
      assert.ok(largestDifference(split.gradients, whole.gradients) < 1e-5)
    }
  })

  test(`${mode}: padding to a longer bucket and rows of weight zero change nothing`, async () => {
    const tight = await oneStep({ rowsPerMicroBatch: 9 }, capture)
    const padded = await oneStep({ buckets: [40], rowsPerMicroBatch: 11 }, capture)
    assertClose(padded.stats.loss, tight.stats.loss, 1e-5)
    assert.ok(largestDifference(padded.gradients, tight.gradients) < 1e-5)
  })

  test(`${mode}: a second step starts from gradients of zero`, async () => {
    await withTrainer({}, capture, async (trainer) => {
      await trainer.step({ rows }, 0)
      const first = await trainer.readGradients()
      await trainer.step({ rows }, 0)
      assert.ok(largestDifference(await trainer.readGradients(), first) <= orderOfSums)
    })
  })

  test(`${mode}: state written elsewhere goes on byte for byte`, async () => {
    const batches = [3, 4, 5, 6].map((seed) => ({ rows: randomRows(littleModel, [9, 6, 14], seed) }))
    const straight = await withTrainer({}, capture, async (trainer) => {
      for (const batch of batches) await trainer.step(batch, 1e-3)
      return trainer.readState()
    })
    const half = await withTrainer({}, capture, async (trainer) => {
      for (const batch of batches.slice(0, 2)) await trainer.step(batch, 1e-3)
      return trainer.readState()
    })
    const resumed = await withTrainer(
      { parameters: randomParameters(littleModel, 99) },
      capture,
      async (trainer) => {
        await trainer.writeState(half)
        assertSameBytes(await trainer.readState(), half)
        for (const batch of batches.slice(2)) await trainer.step(batch, 1e-3)
        return trainer.readState()
      },
    )
    assertSameState(resumed, straight)
  })

  test(`${mode}: the gradient is the finite difference of the loss`, async () => {
    const { gradients } = await oneStep({}, capture)
    const lossAt = (parameters: ParameterValues) =>
      oneStep({ parameters }, capture).then(({ stats }) => stats.loss)
    for (const [name, at] of [
      ['model.layers.0.self_attn.k_proj.weight', 17],
      ['model.layers.1.mlp.down_proj.weight', 100],
      ['model.norm.weight', 3],
      ['model.embed_tokens.weight', 40],
      ['model.layers.1.self_attn.v_proj.bias', 2],
    ] as const) {
      const difference =
        ((await lossAt(moved(name, at, 1e-2))) - (await lossAt(moved(name, at, -1e-2)))) / 2e-2
      assertClose(
        gradients.get(name)?.values[at] ?? Number.NaN,
        difference,
        3e-4 + 0.02 * Math.abs(difference),
      )
    }
  })

  test(`${mode}: a loss or gradient that is not finite leaves the state as it was`, async () => {
    await withTrainer({}, capture, async (trainer) => {
      await trainer.step({ rows }, 1e-3)
      const before = await trainer.readState()
      const weights = (value: number) => [
        { ...rows[0], inputs: { tokenWeight: new Float32Array(8).fill(value) } },
      ]
      await assert.rejects(trainer.step({ rows: weights(Number.NaN) as TokenRow[] }, 1e-3), {
        code: 'trainer.not-finite',
        message: /loss of this update is NaN, so it was not applied/,
      })
      assertSameBytes(await trainer.readState(), before)
      // the loss is finite, the squares of its gradients are not
      await assert.rejects(trainer.step({ rows: weights(1e30) as TokenRow[] }, 1e-3), {
        code: 'trainer.not-finite',
        message: /gradient norm of this update is (Infinity|NaN)/,
      })
      assertSameBytes(await trainer.readState(), before)
      assert.ok(Number.isFinite((await trainer.step({ rows }, 1e-3)).loss))
    })
  })

  test(`${mode}: rows it cannot take are refused by name`, async () => {
    await withTrainer({}, capture, async (trainer) => {
      assert.equal(trainer.maxRowLength, 17)
      await assert.rejects(trainer.step({ rows: randomRows(littleModel, [5, 18], 0) }, 1e-3), {
        code: 'trainer.too-long',
        message: /A row has 18 tokens, the longest this trainer takes is 17/,
      })
      await assert.rejects(trainer.step({ rows: [] }, 1e-3), { code: 'trainer.no-rows' })
      await assert.rejects(trainer.step({ rows: [{ ids: Int32Array.of(1, 2), inputs: {} }] }, 1e-3), {
        code: 'trainer.inputs',
        message: /Loss input "tokenWeight" of a row with 2 tokens: expected 1 numbers, got none/,
      })
      const before = await trainer.readState()
      const wrong = { ...before, parameters: randomParameters(littleModel, 7), secondMoments: new Map() }
      await assert.rejects(trainer.writeState(wrong), {
        code: 'trainer.state',
        message: /secondMoments of "model.embed_tokens.weight": the model needs shape \[37,32\], got none/,
      })
      assertSameBytes(await trainer.readState(), before)
    })
  })
}

function moved(name: string, at: number, by: number): ParameterValues {
  const { shape = [], values = new Float32Array() } = setup.parameters.get(name) ?? {}
  const copy = Float32Array.from(values)
  copy[at] = (copy[at] ?? Number.NaN) + by
  return new Map([...setup.parameters, [name, { shape, values: copy }]])
}

test('captured: the same twice gives the same bytes', async () => {
  const first = await oneStep({}, true)
  const second = await oneStep({}, true)
  assert.ok(Math.abs(first.stats.loss - second.stats.loss) <= orderOfSums)
  if (orderOfSums === 0) assert.equal(largestDifference(first.parameters, second.parameters), 0)
  assert.ok(largestDifference(first.gradients, second.gradients) <= orderOfSums)
})

test('200 steps leave no tensor and no memory behind', async () => {
  const before = tf.memory().numTensors
  await withTrainer({}, true, async (trainer) => {
    const resident = []
    for (let step = 1; step <= 200; step++) {
      await trainer.step({ rows: randomRows(littleModel, [9, 6, 14, 16, 12], step) }, 1e-4)
      if (step === 50 || step === 200) resident.push(process.memoryUsage().rss)
    }
    const growth = ((resident[1] ?? Number.NaN) - (resident[0] ?? Number.NaN)) / 1e6
    assert.ok(growth <= 20, `grew by ${growth.toFixed(1)} MB from step 50 to 200`)
  })
  assert.equal(tf.memory().numTensors, before)
})
