import type { RunConfig } from '../../shared/config/parseConfig.ts'
import { maskInputs } from '../rl/losses/turnMasks.ts'
import type { LossInputName, PolicyLoss } from '../rl/losses/policyLoss.ts'
import type { RolloutWithAdvantages } from '../rl/turnAdvantages.ts'
import type { ReferredRow } from '../rollout/packedRow.ts'
import { tokensOf, turnKinds, type ScoredTurn } from '../rollout/rollout.ts'
import type { TokenBatch, TokenRow } from './engine/trainer.ts'

/** What of a rollout the rows of an update are made from. */
export type UpdateRollout = Pick<RolloutWithAdvantages, 'rows' | 'turns'>

/** What the weights of a batch are divided by; over the rollouts of one update. */
interface BatchCounts {
  readonly rollouts: number
  readonly turns: number
  readonly tokens: number
  /** Tokens of correct turns. */
  readonly correctTokens: number
}

/**
 * The rows of one update as the loss wants them. Denominators are put into the weights here, over all
 * rollouts, so that the trainer may split the batch as it likes.
 */
export function tokenBatch(
  rollouts: readonly UpdateRollout[],
  loss: PolicyLoss,
  config: RunConfig,
): TokenBatch {
  const turns = rollouts.flatMap((rollout) => rollout.turns)
  const counts: BatchCounts = {
    rollouts: rollouts.length,
    turns: turns.length,
    tokens: tokensOf(turns),
    correctTokens: tokensOf(turns.filter(({ isCorrect }) => isCorrect)),
  }
  const wanted = new Set(loss.inputs.map((input) => input.name))
  const rows = rollouts.flatMap((rollout) =>
    rollout.rows.map((row) => tokenRow(row, rollout.turns, wanted, { config, counts })),
  )
  return { rows }
}

function tokenRow(
  { ids, spans, referenceLogProbs }: ReferredRow,
  turns: UpdateRollout['turns'],
  wanted: ReadonlySet<LossInputName>,
  { config, counts }: { readonly config: RunConfig; readonly counts: BatchCounts },
): TokenRow {
  const length = ids.length - 1
  const perToken = (): Float32Array => new Float32Array(length)
  const made = {
    attemptMask: perToken(),
    verdictMask: perToken(),
    revisionMask: perToken(),
    samplingLogProbs: perToken(),
    tokenAdvantage: perToken(),
    tokenWeight: perToken(),
    entropyWeight: perToken(),
    turnAdvantage: new Float32Array(3),
    turnWeight: new Float32Array(3),
  }
  const inputs: Readonly<Partial<Record<LossInputName, Float32Array>>> =
    referenceLogProbs === null ? made : { ...made, referenceLogProbs }
  for (const { kind, start, end } of spans) {
    const turn = turns.find((each) => each.kind === kind)
    if (turn === undefined) throw new RangeError(`tokenBatch: a row has a ${kind} that its rollout lacks`)
    const slot = turnKinds.indexOf(kind)
    made.turnAdvantage[slot] = turn.advantage
    made.turnWeight[slot] = config.turnWeights[kind] / counts.rollouts
    const tokenWeight = config.turnWeights[kind] * tokenWeightOf(config, counts, turn)
    // token t of the row is predicted at position t − 1
    made[maskInputs[kind]].fill(1, start - 1, end - 1)
    made.samplingLogProbs.set(turn.samplingLogProbs, start - 1)
    made.tokenAdvantage.fill(turn.advantage, start - 1, end - 1)
    made.tokenWeight.fill(tokenWeight, start - 1, end - 1)
    made.entropyWeight.fill(config.entropyBonus / counts.tokens, start - 1, end - 1)
  }
  const missing = [...wanted].filter((name) => inputs[name] === undefined)
  if (missing.length > 0)
    throw new RangeError(`tokenBatch: the loss wants ${missing.join(', ')}, which no row has`)
  return { ids, inputs: Object.fromEntries([...wanted].map((name) => [name, inputs[name]])) }
}

/**
 * 1/(turns·length) · 1/tokens · 1/(turns·longest): the three normalisers of the GRPO family; 1/tokens of
 * correct turns, for these, with rejection sampling; 0 for the others.
 */
function tokenWeightOf(
  config: RunConfig,
  counts: BatchCounts,
  { isCorrect, completionIds }: Pick<ScoredTurn, 'isCorrect' | 'completionIds'>,
): number {
  switch (config.method) {
    case 'grpo':
      return 1 / (counts.turns * completionIds.length)
    case 'rejection-sampling':
      return isCorrect ? 1 / counts.correctTokens : 0
    case 'dapo':
      return 1 / counts.tokens
    case 'dr-grpo':
      return 1 / (counts.turns * config.sampling.maxCompletionTokens)
    case 'a-star-po':
    case 'reinforce':
    case 'rloo':
      return 0
  }
}
