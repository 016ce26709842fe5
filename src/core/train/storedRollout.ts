import type { StoredRollout, StoredTurn, TurnTokens } from '../../shared/runs/records.ts'
import type { TurnWithAdvantage } from '../rl/turnAdvantages.ts'
import { turnPlaces, type PackedRollout } from '../rollout/packedRow.ts'
import type { ScoredRollout, ScoredTurn } from '../rollout/rollout.ts'
import { tokenEnds } from '../tokens/tokenEnds.ts'
import type { Tokenizer } from '../tokens/tokenizer.ts'

type Labels = Pick<StoredRollout, 'step' | 'split'>

/** Rollouts of a step, or of an evaluation, whose values are kept token by token: the first ones. */
const sampledRollouts = 4
/** Tokens of a turn, from its first, whose values are kept. */
const sampledTokens = 1024

type GivenRollout = ScoredRollout &
  Partial<Pick<PackedRollout, 'rows'>> & {
    readonly turns: readonly (ScoredTurn | TurnWithAdvantage)[]
  }

/** Rollouts of one step as the run store keeps them: the first few with the values of their tokens. */
export function storedRollouts(
  rollouts: readonly GivenRollout[],
  tokenizer: Pick<Tokenizer, 'decode'>,
  labels: Labels,
): StoredRollout[] {
  return rollouts.map((rollout, index) => {
    const stored = storedRollout(rollout, tokenizer, labels)
    return index < sampledRollouts ? withTokens(stored, rollout, tokenizer) : stored
  })
}

/** A rollout as the run store and the rollout browser keep it: text and numbers, no token ids. */
export function storedRollout(
  rollout: GivenRollout,
  tokenizer: Pick<Tokenizer, 'decode'>,
  labels: Labels,
): StoredRollout {
  const { problem, turns, verdict } = rollout
  return {
    ...labels,
    problemId: problem.id,
    question: problem.question,
    knownAnswer: problem.answer,
    subject: problem.subject,
    level: problem.level,
    verdict,
    turns: turns.map((turn, index) => storedTurn(turn, turns[index - 1] ?? null, tokenizer)),
  }
}

function storedTurn(
  turn: ScoredTurn | TurnWithAdvantage,
  before: ScoredTurn | null,
  tokenizer: Pick<Tokenizer, 'decode'>,
): StoredTurn {
  // a fresh context begins with the problem again
  const isFresh = before !== null && turn.promptIds.length <= before.promptIds.length
  const known = before === null || isFresh ? 0 : before.promptIds.length + before.completionIds.length
  return {
    kind: turn.kind,
    promptText: tokenizer.decode(turn.promptIds.slice(known), { skipSpecialTokens: true }),
    completionText: turn.text,
    answer: turn.answer,
    isCorrect: turn.isCorrect,
    reward: turn.reward,
    turnBaseline: 'turnBaseline' in turn ? turn.turnBaseline : null,
    advantage: 'advantage' in turn ? turn.advantage : null,
    logRatio: 'logRatio' in turn ? turn.logRatio : null,
    tokens: turn.completionIds.length,
    finishReason: turn.finishReason,
  }
}

function withTokens(
  stored: StoredRollout,
  { turns, rows }: GivenRollout,
  tokenizer: Pick<Tokenizer, 'decode'>,
): StoredRollout {
  const places = turnPlaces({ rows: rows ?? [] })
  const tokensOf = (turn: ScoredTurn, index: number): TurnTokens | null => {
    const ends = tokenEnds(turn.completionIds.slice(0, sampledTokens), turn.text, tokenizer)
    if (ends === null) return null
    const place = places[index]
    // token t of the row is predicted at position t − 1
    const first = (place?.span.start ?? 0) - 1
    const reference = place?.row.referenceLogProbs?.subarray(first, first + ends.length) ?? null
    return {
      ends,
      logProbs: turn.samplingLogProbs.slice(0, ends.length).map(rounded),
      referenceLogProbs: reference === null ? null : Array.from(reference, rounded),
    }
  }
  return {
    ...stored,
    turns: stored.turns.map((turn, index) => {
      const tokens = tokensOf(turns[index], index)
      return tokens === null ? turn : { ...turn, perToken: tokens }
    }),
  }
}

/**
 * To a ten-thousandth of a nat: what is read by eye, in a third of the bytes. JSON knows neither −∞, of a
 * token that the reference cannot write, nor −0.
 */
function rounded(logProb: number): number {
  return Math.round(Math.max(logProb, -9999) * 1e4) / 1e4 + 0
}
