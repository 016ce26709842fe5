import assert from 'node:assert/strict'
import { test } from 'node:test'
import { largestDifference, oneStep, rows, setup, withTrainer } from './littleTrainer.ts'
import type * as tf from '@tensorflow/tfjs'
import type { PolicyLoss } from '../../../../src/core/rl/losses/policyLoss.ts'
import { assertClose } from '../../../assertClose.ts'

test('the gradient norm is reported before clipping, and clipping scales the update’s gradient', async () => {
  const free = { ...setup.adamW, clipNorm: null }
  const { stats, gradients } = await oneStep({ adamW: free }, true)
  const squares = [...gradients.values()].flatMap(({ values }) => [...values].map((value) => value * value))
  const norm = Math.sqrt(squares.reduce((sum, square) => sum + square, 0))
  assertClose(stats.gradientNorm, norm, 1e-5 * norm)
  const clipNorm = norm / 4
  const clipped = await withTrainer({ adamW: { ...free, clipNorm } }, true, async (trainer) => {
    await trainer.step({ rows }, 1e-3)
    return trainer.readState()
  })
  // the first moment after one step is (1 − β₁) times the clipped gradient
  for (const [name, { values }] of clipped.firstMoments) {
    values.forEach((value, i) => {
      assertClose(value, (0.1 * (gradients.get(name)?.values[i] ?? Number.NaN)) / 4, 1e-6)
    })
  }
})

test('weight decay shrinks matrices by lr·λ and leaves norms and biases', async () => {
  const adamW = { ...setup.adamW, weightDecay: 0.5 }
  // with weights of zero there is no gradient: what moves is the decay alone
  const still = rows.map((row) => ({ ...row, inputs: { tokenWeight: new Float32Array(row.ids.length - 1) } }))
  for (const capture of [true, false]) {
    const { parameters } = await oneStep({ adamW }, capture, { rows: still })
    for (const [name, { shape, values }] of setup.parameters) {
      const factor = shape.length > 1 ? 1 - 1e-3 * 0.5 : 1
      values.forEach((value, i) => {
        assertClose(parameters.get(name)?.values[i] ?? Number.NaN, value * factor, 1e-7)
      })
    }
  }
})

test('a temperature divides the logits in training and in scoring', async () => {
  const ids = rows.map((row) => row.ids)
  const [captured, eager, plain] = [
    await withTrainer({ temperature: 0.7 }, true, (trainer) => trainer.tokenLogProbs(ids)),
    await withTrainer({ temperature: 0.7 }, false, (trainer) => trainer.tokenLogProbs(ids)),
    await withTrainer({}, true, (trainer) => trainer.tokenLogProbs(ids)),
  ]
  captured.forEach((row, i) =>
    row.forEach((value, t) => assertClose(value, eager[i]?.[t] ?? Number.NaN, 1e-5)),
  )
  assert.ok(captured.some((row, i) => row.some((value, t) => Math.abs(value - (plain[i]?.[t] ?? 0)) > 0.01)))
  const loss = async (capture: boolean) => (await oneStep({ temperature: 0.7 }, capture)).stats.loss
  const fromScores = -captured
    .flatMap((row, i) =>
      [...row].map((value, t) => value * (rows[i]?.inputs['tokenWeight']?.[t] ?? Number.NaN)),
    )
    .reduce((sum, each) => sum + each, 0)
  assertClose(await loss(true), fromScores, 1e-5)
  assertClose(await loss(false), fromScores, 1e-5)
})

test('an entropy term is traced and differentiated like the rest', async () => {
  const entropyBonus: PolicyLoss = {
    name: 'entropy',
    inputs: [{ name: 'tokenWeight', per: 'token' }],
    needsEntropy: true,
    compute: (_logProbs, entropy, { tokenWeight }) => ({
      loss: (entropy as tf.Tensor2D).mul(tokenWeight as tf.Tensor).sum(),
      sums: {},
    }),
  }
  const captured = await oneStep({ loss: entropyBonus }, true)
  const eager = await oneStep({ loss: entropyBonus }, false)
  assertClose(captured.stats.loss, eager.stats.loss, 1e-5)
  assert.ok(captured.stats.loss > 0)
  assert.ok(largestDifference(captured.gradients, eager.gradients) < 1e-5)
})
