import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RolloutWithAdvantages, TurnWithAdvantage } from '../../../src/core/rl/turnAdvantages.ts'
import type { TurnKind, Verdict } from '../../../src/core/rollout/rollout.ts'
import type { UpdateStats } from '../../../src/core/train/engine/trainer.ts'
import { tokensOf } from '../../../src/core/rollout/rollout.ts'
import { stepMetrics } from '../../../src/core/train/stepMetrics.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'
import type { MetricName } from '../../../src/shared/metrics/table.ts'
import { assertClose } from '../../assertClose.ts'

interface TurnFacts {
  readonly tokens: number
  readonly isCorrect: boolean
  readonly reward: number
  readonly rawAdvantage: number | null
}

function turn(kind: TurnKind, { tokens, ...facts }: TurnFacts): TurnWithAdvantage {
  return {
    ...facts,
    kind,
    promptIds: [9],
    completionIds: Array<number>(tokens).fill(5),
    samplingLogProbs: Array<number>(tokens).fill(-1),
    finishReason: 'stop',
    text: '',
    answer: kind === 'verdict' ? null : '1',
    turnBaseline: null,
    advantage: facts.rawAdvantage ?? 0,
    logRatio: null,
  }
}

function rollout(
  id: string,
  verdict: Verdict | null,
  turns: readonly TurnWithAdvantage[],
): RolloutWithAdvantages {
  const problem = { id, question: '', answer: '1', canonical: '', subject: null, level: null }
  return { problem, verdict, turns, rows: [] }
}

/**
 * A wrong attempt that is called wrong and corrected, and a correct one that is called correct: 10 and 6
 * tokens.
 */
const rollouts = [
  rollout('a', 'wrong', [
    turn('attempt', { tokens: 4, isCorrect: false, reward: 0, rawAdvantage: -0.5 }),
    turn('verdict', { tokens: 2, isCorrect: true, reward: 1, rawAdvantage: 0.25 }),
    turn('revision', { tokens: 4, isCorrect: true, reward: 2, rawAdvantage: 1 }),
  ]),
  rollout('b', 'correct', [
    turn('attempt', { tokens: 5, isCorrect: true, reward: 1, rawAdvantage: 0.5 }),
    turn('verdict', { tokens: 1, isCorrect: true, reward: 1, rawAdvantage: null }),
  ]),
]

/** Parts of the loss 0.2, 0.1 and 0.3, less a bonus of 0.05: 0.55. */
const stats: UpdateStats = {
  loss: 0.55,
  gradientNorm: 2,
  tokens: 30,
  learningRate: 1e-4,
  sums: {
    lossAttempt: 0.2,
    lossVerdict: 0.1,
    lossRevision: 0.3,
    lossEntropyBonus: -0.05,
    samplerGap: 0.16,
    negLogProb: 8,
    klK1: -0.8,
    klK3: 1.6,
    logRatioAttempt: 3,
    logRatioVerdict: -4,
    logRatioRevision: 0,
    clipped: 4,
  },
}

const times = { rolloutMs: 2000, updateMs: 500 }
const config = parseConfig({ entropyBonus: 0.01, policyBeta: 0.1, lossScale: 'paper' }, 'a test')

function assertMetrics(
  values: ReturnType<typeof stepMetrics>,
  expected: Partial<Record<MetricName, number | null>>,
): void {
  for (const [name, value] of Object.entries(expected) as [MetricName, number | null][]) {
    if (value === null) assert.equal(values[name], null, name)
    else assertClose(values[name] ?? NaN, value, 1e-12)
  }
}

test('one update by hand: 2 rollouts, 5 turns, 16 completion tokens', () => {
  assert.equal(tokensOf(rollouts.flatMap(({ turns }) => turns)), 16)
  assertMetrics(stepMetrics([{ stats, rollouts }], times, config), {
    'accuracy/attempt': 1 / 2,
    'accuracy/final': 1,
    'revision/wrongToRight': 1 / 2,
    'reward/attempt': 1 / 2,
    'reward/verdict': 1,
    'reward/revision': 2,
    'reward/trajectory': (1 + 1 + 0 + 1 + 2) / 2,
    'length/attempt': 9 / 2,
    'length/verdict': 3 / 2,
    'length/revision': 4,
    'advantage/attempt': 0,
    'advantage/verdictAfterWrong': 0.25,
    'advantage/verdictAfterCorrect': null, // its one verdict has no baseline
    'advantage/revisionAfterWrong': 1,
    'advantage/revisionAfterCorrect': null,
    'loss/policy': 0.55,
    'loss/solver': 0.5,
    'loss/verifier': 0.1,
    'loss/entropyBonus': -0.05,
    'policy/klK1': -0.8 / 16,
    'policy/klK3': 1.6 / 16,
    'policy/entropy': 8 / 16,
    'policy/samplerGap': 0.16 / 16,
    'policy/clipFraction': 4 / 16,
    'implicitReward/solver': (0.1 * 3) / 3, // two attempts and a revision
    'implicitReward/verifier': (0.1 * -4) / 2,
    'group/withoutSpread': null, // A*-PO compares no rollouts with one another
    'update/gradientNorm': 2,
    'update/learningRate': 1e-4,
    'tokens/generated': 16,
    'tokens/perProblem': 8,
    'speed/rollout': 8,
    'speed/update': 60,
    'time/rollout': 2000,
    'time/update': 500,
  })
})

test('two updates: losses are their mean, token means are over all tokens, the sampler’s gap is the first update’s', () => {
  const [first, second] = rollouts
  assert.ok(first && second)
  const later: UpdateStats = {
    ...stats,
    loss: 1.1,
    gradientNorm: 4,
    learningRate: 2e-4,
    sums: {
      ...stats.sums,
      lossAttempt: 0.4,
      lossVerdict: 0.2,
      lossRevision: 0.6,
      lossEntropyBonus: -0.1,
      klK1: 2.4,
      samplerGap: 9,
    },
  }
  const updates = [
    { stats, rollouts: [first] },
    { stats: later, rollouts: [second] },
  ]
  assertMetrics(stepMetrics(updates, times, config), {
    'loss/policy': 0.825,
    'loss/attempt': 0.3,
    'policy/klK1': (-0.8 + 2.4) / 16,
    'policy/samplerGap': 0.16 / 10,
    'update/gradientNorm': 3,
    'update/learningRate': 2e-4,
    'speed/update': 120,
  })
})

test('a method without reference, clip or bonus has no such metrics; the unit scale is taken out of the loss', () => {
  const { lossAttempt, lossVerdict, lossRevision } = stats.sums
  const bare = { lossAttempt, lossVerdict, lossRevision, lossEntropyBonus: 0, samplerGap: 0, negLogProb: 8 }
  const unit = parseConfig({ policyBeta: 0.1, lossScale: 'unit' }, 'a test')
  const values = stepMetrics([{ stats: { ...stats, loss: 0.6 / 0.2, sums: bare }, rollouts }], times, unit)
  assertMetrics(values, {
    'loss/policy': 0.6,
    'loss/entropyBonus': null,
    'policy/klK1': null,
    'policy/klK3': null,
    'policy/clipFraction': null,
    'implicitReward/solver': null,
    'implicitReward/verifier': null,
  })
})

test('groups of equal rewards are counted where rollouts are compared', () => {
  const grpo = parseConfig({ method: 'grpo', policyBeta: 0.1, entropyBonus: 0.01 }, 'a test')
  const attempt = (reward: number) => [
    turn('attempt', { tokens: 1, isCorrect: reward === 1, reward, rawAdvantage: null }),
  ]
  const three = [
    rollout('a', null, attempt(1)),
    rollout('a', null, attempt(1)),
    rollout('b', null, attempt(1)),
  ]
  const values = stepMetrics([{ stats, rollouts: [...three, rollout('b', null, attempt(0))] }], times, grpo)
  assertMetrics(values, { 'group/withoutSpread': 1 / 2 })
})

test('parts that do not add up to the loss are a fault of the program', () => {
  assert.throws(() => stepMetrics([{ stats: { ...stats, loss: 0.6 }, rollouts }], times, config), {
    code: 'metrics.identity',
    message: /expected the parts of the loss \(0\.55\d*\) to add up to it \(0\.6\)/,
  })
})
