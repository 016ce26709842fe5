import type { RunConfig } from '../../shared/config/parseConfig.ts'
import { maskInputs, turnKinds } from '../rl/losses/turnMasks.ts'
import type { PolicyLoss } from '../rl/losses/policyLoss.ts'
import type { AdvantagedTurn } from '../rl/turnAdvantages.ts'
import type { Turn, TurnKind } from '../rollout/rollout.ts'
import type { TokenBatch, TokenRow } from './engine/trainer.ts'

/** Where a turn's own tokens stand in its packed row: ids[start … end − 1], end token included. */
export interface TurnSpan {
  readonly kind: TurnKind
  readonly start: number
  readonly end: number
}

export interface PackedRow {
  readonly ids: Int32Array
  readonly spans: readonly TurnSpan[]
}

/**
 * All turns of a rollout as one row: the last turn's prompt holds the whole history. Ids are those that were sampled;
 * an end token put after a truncated turn belongs to the next prompt and so to no span.
 *
 * @throws RangeError when an earlier turn is not where the last prompt says
 */
export function packRow(turns: readonly Turn[]): PackedRow {
  const last = turns.at(-1)
  if (last === undefined) throw new RangeError('packRow: expected at least one turn, got none')
  const ids = Int32Array.from([...last.promptIds, ...last.completionIds])
  const spans = turns.map((turn) => {
    const start = turn.promptIds.length
    const isInPlace = turn.completionIds.every((id, index) => ids[start + index] === id)
    if (!isInPlace || start === 0) {
      throw new RangeError(
        `packRow: the ${turn.kind}’s tokens are not at ${start} of the last turn’s history`,
      )
    }
    return { kind: turn.kind, start, end: start + turn.completionIds.length }
  })
  return { ids, spans }
}

/** One row of an update before it is laid out for the loss. */
export interface RowTerms {
  readonly turns: readonly AdvantagedTurn[]
  /** ln π_ref of ids[t + 1], length ids.length − 1; null where the loss takes none. */
  readonly referenceLogProbs: Float32Array | null
}

/** What the weights of a batch are divided by; over the rows of one update. */
interface BatchCounts {
  readonly rollouts: number
  readonly turns: number
  readonly tokens: number
}

/**
 * The rows of one update as the loss wants them. Denominators are put into the weights here, over all rows, so that the
 * trainer may split the batch as it likes.
 */
export function tokenBatch(rows: readonly RowTerms[], loss: PolicyLoss, config: RunConfig): TokenBatch {
  const turns = rows.flatMap((row) => row.turns)
  const counts: BatchCounts = {
    rollouts: rows.length,
    turns: turns.length,
    tokens: turns.reduce((sum, turn) => sum + turn.completionIds.length, 0),
  }
  const wanted = new Set(loss.inputs.map((input) => input.name))
  return { rows: rows.map((row) => tokenRow(row, wanted, { config, counts })) }
}

interface RowContext {
  readonly config: RunConfig
  readonly counts: BatchCounts
}

function tokenRow(row: RowTerms, wanted: ReadonlySet<string>, { config, counts }: RowContext): TokenRow {
  const { ids, spans } = packRow(row.turns)
  const length = ids.length - 1
  const perToken = (): Float32Array => new Float32Array(length)
  const inputs: Record<string, Float32Array> = {
    attemptMask: perToken(),
    verdictMask: perToken(),
    revisionMask: perToken(),
    samplingLogProbs: perToken(),
    tokenAdvantage: perToken(),
    tokenWeight: perToken(),
    entropyWeight: perToken(),
    turnAdvantage: new Float32Array(3),
    turnWeight: new Float32Array(3),
    ...(row.referenceLogProbs === null ? {} : { referenceLogProbs: row.referenceLogProbs }),
  }
  spans.forEach(({ kind, start, end }, index) => {
    const turn = row.turns[index]
    const slot = turnKinds.indexOf(kind)
    inputs.turnAdvantage[slot] = turn.advantage
    inputs.turnWeight[slot] = config.turnWeights[kind] / counts.rollouts
    const tokenWeight = config.turnWeights[kind] * tokenWeightOf(config, counts, end - start)
    // token t of the row is predicted at position t − 1
    inputs[maskInputs[kind]].fill(1, start - 1, end - 1)
    inputs.samplingLogProbs.set(turn.samplingLogProbs, start - 1)
    inputs.tokenAdvantage.fill(turn.advantage, start - 1, end - 1)
    inputs.tokenWeight.fill(tokenWeight, start - 1, end - 1)
    inputs.entropyWeight.fill(config.entropyBonus / counts.tokens, start - 1, end - 1)
  })
  const missing = [...wanted].filter((name) => inputs[name] === undefined)
  if (missing.length > 0)
    throw new RangeError(`tokenBatch: the loss wants ${missing.join(', ')}, which no row has`)
  return { ids, inputs: Object.fromEntries([...wanted].map((name) => [name, inputs[name]])) }
}

/** 1/(turns·length) · 1/tokens · 1/(turns·longest): the three normalisers of the GRPO family; 0 for the others. */
function tokenWeightOf(config: RunConfig, counts: BatchCounts, turnLength: number): number {
  switch (config.method) {
    case 'grpo':
      return 1 / (counts.turns * turnLength)
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
