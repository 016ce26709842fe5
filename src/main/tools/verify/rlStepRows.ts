import { z } from 'zod'
import { parseConfig } from '../../../shared/config/parseConfig.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { shortened } from '../../../shared/text/shortened.ts'
import type { PolicyLoss } from '../../../core/rl/losses/policyLoss.ts'
import { policyLossOf } from '../../../core/rl/losses/policyLossOf.ts'
import type { TurnWithAdvantage } from '../../../core/rl/turnAdvantages.ts'
import { packRow } from '../../../core/rollout/packedRow.ts'
import { tokenBatch } from '../../../core/train/tokenBatch.ts'
import type { TokenBatch } from '../../../core/train/engine/trainer.ts'
import type { Expectations } from './expectations.ts'
import { storedFloats } from './expectations.ts'

/** `expected.json` of the rl-step layout, as far as updates are concerned. */
const RlStep = z.object({
  rollouts: z.array(
    z.object({
      ids: z.array(z.int()),
      turns: z.array(
        z.object({
          kind: z.enum(['attempt', 'verdict', 'revision']),
          start: z.int(),
          end: z.int(),
          reward: z.number(),
          vStar: z.number(),
        }),
      ),
    }),
  ),
  /** One number per turn, rollout after rollout. */
  advantage: z.array(z.number()),
  whitened: z.array(z.number()),
})
type RlStep = z.infer<typeof RlStep>

/** A loss of the layout: its name in the files and the run config that means it. */
export interface RlStepCase {
  readonly name: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly advantages: 'advantage' | 'whitened'
}

export const rlStepCases: readonly RlStepCase[] = [
  { name: 'astar_n0_beta0.001', settings: { policyBeta: 0.001 }, advantages: 'advantage' },
  { name: 'astar_n0_beta0.1', settings: { policyBeta: 0.1 }, advantages: 'advantage' },
  { name: 'astar_n2_beta0.01', settings: { policyBeta: 0.01 }, advantages: 'whitened' },
  { name: 'reinforce', settings: { method: 'reinforce', policyBeta: 0 }, advantages: 'advantage' },
  { name: 'grpo_beta0.04', settings: { method: 'grpo', policyBeta: 0.04 }, advantages: 'advantage' },
  { name: 'dapo', settings: { method: 'dapo' }, advantages: 'advantage' },
  {
    name: 'dr_grpo',
    settings: { method: 'dr-grpo', policyBeta: 0, sampling: { maxCompletionTokens: 16 } },
    advantages: 'advantage',
  },
]

/** The rows of one update with a loss, from the stored rollouts and their stored log-probs. */
export function rlStepBatch(
  expected: Expectations,
  { settings, advantages }: RlStepCase,
): { readonly loss: PolicyLoss; readonly batch: TokenBatch } {
  const step = parseStep(expected)
  const config = parseConfig({ lossScale: 'paper', clip: { low: 0.2, high: 0.28 }, ...settings }, 'rl-step')
  const loss = policyLossOf(config)
  const width = Math.max(...step.rollouts.map(({ ids }) => ids.length)) - 1
  const rowOf = (quantity: string, row: number, length: number) =>
    storedFloats(expected, quantity).slice(row * width, row * width + length - 1)
  const rows = step.rollouts.map(({ ids }, row) => {
    const turns = turnsOf(step, row, step[advantages], rowOf('old_log_probs', row, ids.length))
    const referenceLogProbs = rowOf('reference_log_probs', row, ids.length)
    return { turns, rows: [{ ...packRow(turns), referenceLogProbs }] }
  })
  return { loss, batch: tokenBatch(rows, loss, config) }
}

function parseStep({ folder, json }: Expectations): RlStep {
  const parsed = RlStep.safeParse(json)
  if (parsed.success) return parsed.data
  throw new RecheckError(
    'verify.no-expectations',
    `${folder}/expected.json: ${shortened(z.prettifyError(parsed.error).replaceAll('\n', ' '), 300)}`,
  )
}

function turnsOf(
  step: RlStep,
  row: number,
  advantages: readonly number[],
  samplingLogProbs: Float32Array,
): TurnWithAdvantage[] {
  const before = step.rollouts.slice(0, row).reduce((count, { turns }) => count + turns.length, 0)
  const { ids, turns } = step.rollouts[row] ?? { ids: [], turns: [] }
  return turns.map(({ kind, start, end, reward, vStar }, index) => ({
    kind,
    promptIds: ids.slice(0, start),
    completionIds: ids.slice(start, end),
    // the log-prob of ids[t] stands at t − 1
    samplingLogProbs: [...samplingLogProbs.slice(start - 1, end - 1)],
    finishReason: 'stop',
    text: '',
    answer: null,
    isCorrect: reward > 0,
    reward,
    turnBaseline: vStar,
    rawAdvantage: reward - vStar,
    advantage: advantages[before + index] ?? Number.NaN,
    logRatio: null,
  }))
}
