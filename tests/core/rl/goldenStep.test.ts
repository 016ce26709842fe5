import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor2D } from '@tensorflow/tfjs'
import { normaliseAdvantages } from '../../../src/core/rl/advantages.ts'
import type { LossInputs, LossSumName } from '../../../src/core/rl/losses/policyLoss.ts'
import { policyLossOf } from '../../../src/core/rl/losses/policyLossOf.ts'
import { roleOf, turnKinds } from '../../../src/core/rollout/rollout.ts'
import { packRow } from '../../../src/core/rollout/packedRow.ts'
import { tokenBatch } from '../../../src/core/train/tokenBatch.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'
import { assertClose } from '../../assertClose.ts'
import { golden, goldenRow, goldenTurns } from './goldenStep.ts'

/** The golden batch in one padded block, as a trainer would feed it. */
function goldenBatch(settings: Readonly<Record<string, unknown>>, advantages = golden.advantage) {
  const config = parseConfig({ lossScale: 'paper', clip: { low: 0.2, high: 0.28 }, ...settings }, 'test')
  const loss = policyLossOf(config)
  const rows = golden.rollouts.map((_, rollout) => {
    const turns = goldenTurns(rollout, advantages)
    const referenceLogProbs = goldenRow('reference_log_probs', rollout)
    return { turns, rows: [{ ...packRow(turns), referenceLogProbs }] }
  })
  const batch = tokenBatch(rows, loss, config)
  const width = 23
  const padded = (values: readonly Float32Array[], size: number) =>
    tf.tensor2d(values.map((row) => [...row, ...Array<number>(size - row.length).fill(0)]))
  const inputs: LossInputs = Object.fromEntries(
    loss.inputs.map(({ name, per }) => [
      name,
      padded(
        batch.rows.map((row) => row.inputs[name] ?? new Float32Array()),
        per === 'token' ? width : 3,
      ),
    ]),
  )
  // beyond a row's end the engine gives arbitrary finite numbers: −150 would overflow any exp that forgets
  // the mask
  const logProbs = tf.tensor2d(
    golden.rollouts.map((_, rollout) => {
      const row = [...goldenRow('policy_log_probs', rollout)]
      return [...row, ...Array<number>(width - row.length).fill(-150)]
    }),
  )
  return { loss, inputs, logProbs }
}

const cases = [
  { name: 'astar_n0_beta0.001', settings: { policyBeta: 0.001 } },
  { name: 'astar_n0_beta0.1', settings: { policyBeta: 0.1 } },
  { name: 'astar_n2_beta0.01', settings: { policyBeta: 0.01 }, whitened: true },
  { name: 'reinforce', settings: { method: 'reinforce', policyBeta: 0 } },
  { name: 'grpo_beta0.04', settings: { method: 'grpo', policyBeta: 0.04 } },
  { name: 'dapo', settings: { method: 'dapo' } },
  { name: 'dr_grpo', settings: { method: 'dr-grpo', policyBeta: 0, sampling: { maxCompletionTokens: 16 } } },
]

for (const { name, settings, whitened } of cases) {
  test(`golden rl-step: the loss ${name}`, () => {
    const { loss, inputs, logProbs } = goldenBatch(settings, whitened ? golden.whitened : golden.advantage)
    const value = loss.compute(logProbs, null, inputs).loss.dataSync()[0] ?? NaN
    const expected = golden.scalars[name]?.loss ?? NaN
    assertClose(value, expected, 1e-4 * Math.max(1, Math.abs(expected)))
  })

  test(`golden rl-step: the gradient of ${name} with respect to log-probs is its finite difference`, () => {
    const { loss, inputs, logProbs } = goldenBatch(settings, whitened ? golden.whitened : golden.advantage)
    const valueOf = (at: Tensor2D) => loss.compute(at, null, inputs).loss
    const gradient = tf
      .grad((at: Tensor) => valueOf(at as Tensor2D))(logProbs)
      .arraySync() as number[][]
    const start = logProbs.arraySync()
    const step = 0.02
    // of two float32 losses, divided by twice the step
    const rounding = 1e-5 * Math.max(1, Math.abs(golden.scalars[name]?.loss ?? NaN))
    const at = (row: number, column: number, by: number) => {
      const moved = start.map((each) => [...each])
      const line = moved[row] ?? []
      line[column] = (line[column] ?? 0) + by
      return valueOf(tf.tensor2d(moved)).dataSync()[0] ?? NaN
    }
    for (const [row, column] of [
      [0, 5],
      [0, 8],
      [0, 11],
      [1, 14],
      [1, 20],
      [2, 6],
      [3, 12],
      [3, 20],
      [3, 21],
    ] as const) {
      const difference = (at(row, column, step) - at(row, column, -step)) / (2 * step)
      assertClose(gradient[row]?.[column] ?? NaN, difference, rounding + 0.01 * Math.abs(difference))
    }
    // injected tokens and padding carry no gradient at all
    for (const [row, column] of [
      [0, 0],
      [0, 9],
      [0, 10],
      [1, 9],
      [1, 15],
      [2, 20],
      [2, 22],
      [3, 17],
    ] as const) {
      assert.equal(Math.abs(gradient[row]?.[column] ?? NaN), 0)
    }
  })
}

test('golden rl-step: ρ of every turn, from the loss’s own masks', () => {
  const { inputs, logProbs } = goldenBatch({ policyBeta: 0.001 })
  const difference = logProbs.sub(inputs.referenceLogProbs as Tensor).arraySync() as number[][]
  const masks = turnKinds.map((kind) => ({
    kind,
    rows: inputs[`${kind}Mask`]?.arraySync() as number[][],
  }))
  let turn = 0
  golden.rollouts.forEach((rollout, row) => {
    for (const { kind } of rollout.turns) {
      const mask = masks.find((each) => each.kind === kind)?.rows[row] ?? []
      const logRatio = mask.reduce((sum, counts, t) => sum + counts * (difference[row]?.[t] ?? 0), 0)
      assertClose(logRatio, golden.scalars.rho[turn] ?? NaN, 1e-5)
      turn++
    }
  })
  assert.equal(turn, 10)
})

test('golden rl-step: advantages whitened per role', () => {
  const kinds = golden.rollouts.flatMap((rollout) => rollout.turns)
  const turns = kinds.map((turn) => ({ role: roleOf(turn.kind), rawAdvantage: turn.reward - turn.vStar }))
  normaliseAdvantages(turns, 'whiten', null).forEach((value, index) => {
    assertClose(value, golden.whitened[index] ?? NaN, 1e-9)
  })
})

test('the parts of every loss add up to it', () => {
  for (const { settings } of [...cases, { settings: { method: 'rloo', policyBeta: 0.05 } }]) {
    const { loss, inputs, logProbs } = goldenBatch(settings)
    const { loss: total, sums } = loss.compute(logProbs, null, inputs)
    const part = (name: LossSumName) => sums[name]?.dataSync()[0] ?? NaN
    const parts = part('lossAttempt') + part('lossVerdict') + part('lossRevision') + part('lossEntropyBonus')
    assertClose(parts, total.dataSync()[0] ?? NaN, 1e-4 * Math.max(1, Math.abs(parts)))
  }
})

test('REINFORCE with r − β₂·ρ − V has the gradient of A*-PO’s square ÷ 2β₂ (docs/method.md 4.1)', () => {
  const policyBeta = 0.1
  const unit = goldenBatch({ policyBeta, lossScale: 'unit' })
  const withKl = golden.advantage.map(
    (advantage, turn) => advantage - policyBeta * (golden.scalars.rho[turn] ?? NaN),
  )
  const reinforce = goldenBatch({ method: 'reinforce', policyBeta }, withKl)
  const gradientOf = ({ loss, inputs, logProbs }: typeof unit) =>
    tf
      .grad((at: Tensor) => loss.compute(at as Tensor2D, null, inputs).loss)(logProbs)
      .dataSync()
  const [square, plain] = [gradientOf(unit), gradientOf(reinforce)]
  assert.ok(square.some((each) => Math.abs(each) > 0.01))
  square.forEach((each, index) => assertClose(plain[index] ?? NaN, each, 1e-5))
})

test('the entropy bonus takes the weighted mean entropy of the own tokens off every loss', () => {
  const entropy = tf.tensor2d(Array.from({ length: 4 }, () => Array.from({ length: 23 }, (_, t) => t / 10)))
  const own = golden.rollouts.flatMap(({ turns }) =>
    // token t of a row is predicted at position t − 1
    turns.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, t) => (start - 1 + t) / 10)),
  )
  const meanEntropy = own.reduce((sum, each) => sum + each, 0) / own.length
  const valueOf = (settings: Readonly<Record<string, unknown>>) => {
    const { loss, inputs, logProbs } = goldenBatch(settings)
    assert.equal(loss.needsEntropy, 'entropyBonus' in settings)
    return loss.compute(logProbs, loss.needsEntropy ? entropy : null, inputs).loss.dataSync()[0] ?? NaN
  }
  for (const method of ['a-star-po', 'grpo', 'dr-grpo', 'dapo', 'reinforce', 'rloo']) {
    const settings = { method, policyBeta: 0.1 }
    const plain = valueOf(settings)
    const tolerance = 1e-5 * Math.max(1, Math.abs(plain))
    assertClose(valueOf({ ...settings, entropyBonus: 0.5 }), plain - 0.5 * meanEntropy, tolerance)
  }
})

test('lossScale unit is the paper’s loss ÷ 2β₂, and reports the same parts', () => {
  const paper = goldenBatch({ policyBeta: 0.1 })
  const unit = goldenBatch({ policyBeta: 0.1, lossScale: 'unit' })
  const [a, b] = [paper, unit].map(({ loss, inputs, logProbs }) => loss.compute(logProbs, null, inputs))
  assertClose(b?.loss.dataSync()[0] ?? NaN, (a?.loss.dataSync()[0] ?? NaN) / 0.2, 1e-4)
  assert.equal(b?.sums.lossVerdict?.dataSync()[0], a?.sums.lossVerdict?.dataSync()[0])
})
