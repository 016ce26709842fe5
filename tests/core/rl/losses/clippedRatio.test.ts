import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clippedRatioLoss, sequenceRatioLoss } from '../../../../src/core/rl/losses/clippedRatio.ts'
import { assertClose } from '../../../assertClose.ts'
import { assertLoss, gradientOf, inputs } from './twoRows.ts'

// ratios and advantages, token by token: (e^0.1, 1) (1, 1) (1, −1) · (1, −1) (e^0.1, 1) (e^−0.2, −1)
const clip = { low: 0.1, high: 0.05 }
const gains = [1.05, 1, -1, -1, 1.05, -0.9]
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

test('the GRPO family by hand: the smaller of the free and the clipped gain, token by token', () => {
  const loss = clippedRatioLoss({ name: 'dapo', clip, klWeight: 0, hasEntropyBonus: false })
  assertLoss(loss, {
    loss: -0.5 * sum(gains),
    sums: {
      lossAttempt: -0.5 * (1.05 + 1 - 1),
      lossVerdict: -0.5 * (-1 + 1.05),
      lossRevision: -0.5 * -0.9,
      lossEntropyBonus: 0,
      clipped: 3, // e^0.1 twice above 1.05, e^−0.2 below 0.9 where the advantage is negative
    },
  })
})

test('the KL of a token, k3 times its weight, is charged with the token’s own weight', () => {
  const loss = clippedRatioLoss({ name: 'grpo', clip, klWeight: 0.5, hasEntropyBonus: true })
  const k3 = (x: number) => Math.exp(-x) + x - 1
  const kl = 0.5 * (k3(0.5) + k3(-1) + k3(0.3) + k3(-1))
  assertLoss(loss, {
    loss: 0.5 * (kl - sum(gains)) - 0.9,
    sums: {
      lossAttempt: 0.5 * (0.5 * (k3(0.5) + k3(-1)) - (1.05 + 1 - 1)),
      lossRevision: 0.5 * (0.5 * k3(-1) + 0.9),
      lossEntropyBonus: -0.9,
    },
  })
})

test('a clipped token has no gradient, any other −weight · A · ratio; nothing flows beyond the row', () => {
  const loss = clippedRatioLoss({ name: 'dapo', clip, klWeight: 0, hasEntropyBonus: false })
  const expected = [
    [0, -0.5, 0.5, 0],
    [0.5, 0, 0, 0],
  ]
  gradientOf(loss).forEach((row, i) =>
    row.forEach((slope, t) => assertClose(slope, expected[i]?.[t] ?? NaN, 1e-6)),
  )
})

test('RLOO by hand: one ratio a turn; a clipped turn counts with all its tokens', () => {
  const loss = sequenceRatioLoss({ clip, usesReference: true, hasEntropyBonus: false })
  assertLoss(loss, {
    loss: -0.5 * sum([1.05, -1, -1, 1.05, -0.9]),
    sums: {
      lossAttempt: -0.5 * (1.05 - 1),
      lossVerdict: -0.5 * (-1 + 1.05),
      lossRevision: -0.5 * -0.9,
      clipped: 2 + 1 + 1, // the first attempt has two tokens
    },
  })
})

test('a policy that is the sampler is not clipped: the loss is −Σ weight · A, its gradient REINFORCE’s', () => {
  const fresh = { ...inputs, samplingLogProbs: inputs.samplingLogProbs?.add(shift()) }
  const loss = sequenceRatioLoss({ clip, usesReference: false, hasEntropyBonus: false })
  assertLoss(loss, { loss: -0.5 * (1 - 1 - 1 + 1 - 1), sums: { clipped: 0 } }, fresh)
  const expected = [
    [-0.5, -0.5, 0.5, 0],
    [0.5, -0.5, 0.5, 0],
  ]
  gradientOf(loss, fresh).forEach((row, i) =>
    row.forEach((slope, t) => assertClose(slope, expected[i]?.[t] ?? NaN, 1e-5)),
  )
})

/** From the sampler's log-probs to the policy's. */
function shift(): number[][] {
  return [
    [0.1, 0, 0, 0],
    [0, 0.1, -0.2, 0],
  ]
}

test('names and inputs: the reference is asked for only where the KL weighs something', () => {
  const named = (klWeight: number) =>
    clippedRatioLoss({ name: 'dr-grpo', clip, klWeight, hasEntropyBonus: false }).inputs.map(
      ({ name }) => name,
    )
  assert.ok(named(0.1).includes('referenceLogProbs'))
  assert.ok(!named(0).includes('referenceLogProbs'))
})
