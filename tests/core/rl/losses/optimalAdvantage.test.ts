import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import { optimalAdvantageLoss } from '../../../../src/core/rl/losses/optimalAdvantage.ts'
import type { LossInputs } from '../../../../src/core/rl/losses/policyLoss.ts'
import { assertClose } from '../../../assertClose.ts'
import { assertLoss } from './twoRows.ts'

/**
 * A one-token bandit: row a of the batch is action a, weighted by how often it is drawn, so that the batch is
 * the expectation itself (docs/method.md 3).
 */
interface Bandit {
  readonly rewards: readonly number[]
  readonly referenceLogits: readonly number[]
  readonly policyBeta: number
}

const bandit: Bandit = {
  rewards: [1, 0, 0.3, 0.8, 0.1, 0.5],
  referenceLogits: [0.2, 1, -0.5, 0, 0.7, -1],
  policyBeta: 0.5,
}

function logSoftmax(logits: readonly number[]): number[] {
  const best = Math.max(...logits)
  const normaliser = best + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - best), 0))
  return logits.map((logit) => logit - normaliser)
}

/** Gradient of the expected loss in the logits, drawn from `behaviour`, through the loss of the code. */
function gradient(
  logits: readonly number[],
  value: number,
  behaviour: readonly number[],
  of = bandit,
): number[] {
  const { rewards, referenceLogits, policyBeta } = of
  const actions = rewards.length
  const loss = optimalAdvantageLoss({ policyBeta, lossScale: 'paper', hasEntropyBonus: false })
  const slot = (values: readonly number[]) => tf.tensor2d(values.map((each) => [each, 0, 0]))
  const column = (values: readonly number[]) => tf.tensor2d(values.map((each) => [each]))
  const zeros = rewards.map(() => 0)
  const inputs: LossInputs = {
    attemptMask: column(zeros.map(() => 1)),
    verdictMask: column(zeros),
    revisionMask: column(zeros),
    samplingLogProbs: column(logSoftmax(logits)),
    referenceLogProbs: column(logSoftmax(referenceLogits)),
    turnAdvantage: slot(rewards.map((reward) => reward - value)),
    turnWeight: slot(behaviour),
  }
  const total = (at: Tensor) => {
    const logProbs = tf.logSoftmax(at as Tensor1D).reshape<Tensor2D>([actions, 1])
    return loss.compute(logProbs, null, inputs).loss
  }
  return tf.tidy(() => [
    ...tf
      .grad(total)(tf.tensor1d([...logits]))
      .dataSync(),
  ])
}

/**
 * ∇θ of β₂·KL(π‖π_ref) − E[r], in closed form for a softmax: π_a·(f_a − Σ π f), f = β₂·(ln π − ln π_ref) − r.
 */
function objectiveGradient(logits: readonly number[]): number[] {
  const { rewards, referenceLogits, policyBeta } = bandit
  const logPolicy = logSoftmax(logits)
  const logReference = logSoftmax(referenceLogits)
  const policy = logPolicy.map(Math.exp)
  const f = rewards.map((reward, a) => policyBeta * ((logPolicy[a] ?? 0) - (logReference[a] ?? 0)) - reward)
  const mean = f.reduce((sum, each, a) => sum + each * (policy[a] ?? 0), 0)
  return f.map((each, a) => (policy[a] ?? 0) * (each - mean))
}

const logits = [0.4, -0.3, 0.9, 0, -1.2, 0.6]
const onPolicy = (at: readonly number[]) => logSoftmax(at).map(Math.exp)

test('on-policy, the square’s gradient is 2β₂ times that of β₂·KL − E[r]', () => {
  const expected = objectiveGradient(logits)
  gradient(logits, 0.4, onPolicy(logits)).forEach((value, action) => {
    assertClose(value, 2 * bandit.policyBeta * (expected[action] ?? NaN), 1e-6)
  })
})

test('on-policy, V is a baseline: any constant gives the same gradient', () => {
  const base = gradient(logits, 0, onPolicy(logits))
  for (const value of [0.4, 1, -3]) {
    gradient(logits, value, onPolicy(logits)).forEach((each, action) => {
      assertClose(each, base[action] ?? NaN, 2e-6)
    })
  }
})

/** Plain gradient descent; the behaviour policy may follow the policy or stay. */
function descend(value: number, behaviour: (at: readonly number[]) => readonly number[]): number[] {
  let at: readonly number[] = [0, 0, 0, 0, 0, 0]
  for (let step = 0; step < 500; step++) {
    const slope = gradient(at, value, behaviour(at))
    at = at.map((logit, action) => logit - 3 * (slope[action] ?? 0))
  }
  return onPolicy(at)
}

function optimum(): { policy: number[]; value: number } {
  const weights = logSoftmax(bandit.referenceLogits).map((logProb, a) =>
    Math.exp(logProb + (bandit.rewards[a] ?? 0) / bandit.policyBeta),
  )
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return { policy: weights.map((weight) => weight / sum), value: bandit.policyBeta * Math.log(sum) }
}

const distance = (a: readonly number[], b: readonly number[]) =>
  Math.max(...a.map((each, index) => Math.abs(each - (b[index] ?? NaN))))

test('descent reaches π* on-policy even with a V that is off by far', () => {
  assert.ok(distance(descend(-3, onPolicy), optimum().policy) < 1e-3)
})

test('off-policy, V decides: the exact one leads to π*, one off by 0.5 elsewhere', () => {
  const uniform = () => bandit.rewards.map(() => 1 / 6)
  const { policy, value } = optimum()
  assert.ok(distance(descend(value, uniform), policy) < 1e-3)
  assert.ok(distance(descend(value - 0.5, uniform), policy) > 0.02)
})

test('the worked loss: k = 2 of 8, r = 1, ρ = −30, β₂ = 0.001', () => {
  const loss = optimalAdvantageLoss({ policyBeta: 0.001, lossScale: 'paper', hasEntropyBonus: false })
  const one = tf.tensor2d([[1]])
  const zero = tf.tensor2d([[0]])
  const inputs = {
    attemptMask: one,
    verdictMask: zero,
    revisionMask: zero,
    samplingLogProbs: zero,
    referenceLogProbs: zero,
    turnAdvantage: tf.tensor2d([[1 - 0.47723, 0, 0]]),
    turnWeight: tf.tensor2d([[1, 0, 0]]),
  }
  const at = tf.tensor2d([[-30]])
  const value = (logProbs: Tensor) => loss.compute(logProbs as Tensor2D, null, inputs).loss
  assertClose(value(at).dataSync()[0] ?? NaN, 0.30556, 1e-5)
  assertClose(tf.grad(value)(at).dataSync()[0] ?? NaN, -0.0011055, 1e-7)
})

test('α against weight 1 + α with α = 0: at ρ = 0 the expected gradients are equal, in both classes', () => {
  const alpha = 1.5
  const right = [1, 0, 0, 1, 0, 1]
  const asReference = bandit.referenceLogits
  const drawn = onPolicy(asReference)
  for (const attempt of [0, 1]) {
    const shaped = { ...bandit, rewards: right.map((c2) => c2 + alpha * (c2 - attempt)) }
    const plain = { ...bandit, rewards: right }
    const withBonus = gradient(asReference, 0.7, drawn, shaped)
    const withWeight = gradient(
      asReference,
      0.2,
      drawn.map((share) => share * (1 + alpha)),
      plain,
    )
    withBonus.forEach((value, action) => assertClose(value, withWeight[action] ?? NaN, 1e-6))
  }
})

test('turn independence: another reward for the revision leaves attempt and verdict gradients bit-identical', () => {
  const loss = optimalAdvantageLoss({ policyBeta: 0.01, lossScale: 'unit', hasEntropyBonus: false })
  const mask = (from: number, to: number) =>
    tf.tensor2d([Array.from({ length: 9 }, (_, t) => (t >= from && t < to ? 1 : 0))])
  const gradientFor = (revisionAdvantage: number) => {
    const inputs: LossInputs = {
      attemptMask: mask(0, 3),
      verdictMask: mask(3, 6),
      revisionMask: mask(6, 9),
      samplingLogProbs: tf.zeros([1, 9]),
      referenceLogProbs: tf.fill([1, 9], -1.1),
      turnAdvantage: tf.tensor2d([[0.3, -0.6, revisionAdvantage]]),
      turnWeight: tf.tensor2d([[1, 1, 1]]),
    }
    const value = (at: Tensor) => loss.compute(at as Tensor2D, null, inputs).loss
    return [
      ...tf
        .grad(value)(tf.fill([1, 9], -1))
        .dataSync(),
    ]
  }
  const [one, other] = [gradientFor(2), gradientFor(-1)]
  assert.deepEqual(one?.slice(0, 6), other?.slice(0, 6))
  assert.notEqual(one?.[6], other?.[6])
})

test('two rows by hand: Σ weight · (β₂·ρ − A)², whole and by kind', () => {
  const loss = optimalAdvantageLoss({ policyBeta: 0.5, lossScale: 'paper', hasEntropyBonus: false })
  // β₂·ρ − A of the turns: −0.25 − 1 and 0 + 1; 0 + 1, 0.15 − 1 and −0.5 + 1
  assertLoss(loss, {
    loss: 0.5 * (1.25 ** 2 + 1 + 1 + 0.85 ** 2 + 0.5 ** 2),
    sums: {
      lossAttempt: 0.5 * (1.25 ** 2 + 1),
      lossVerdict: 0.5 * (1 + 0.85 ** 2),
      lossRevision: 0.5 * 0.5 ** 2,
      lossEntropyBonus: 0,
      logRatioRevision: -1,
    },
  })
})

test('the unit scale divides the loss by 2β₂, the bonus with it, and leaves the sums in reward²', () => {
  const loss = optimalAdvantageLoss({ policyBeta: 0.25, lossScale: 'unit', hasEntropyBonus: true })
  // β₂·ρ − A: −0.125 − 1 and 1; 1, 0.075 − 1 and −0.25 + 1
  const squares = 0.5 * (1.125 ** 2 + 1 + 1 + 0.925 ** 2 + 0.75 ** 2)
  assertLoss(loss, {
    loss: (squares - 0.9) / 0.5,
    sums: { lossAttempt: 0.5 * (1.125 ** 2 + 1), lossEntropyBonus: -0.9 },
  })
})
