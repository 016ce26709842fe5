import type { StoredRollout, StoredTurn } from '../../shared/runs/records.ts'
import type { TurnWithAdvantage } from '../rl/turnAdvantages.ts'
import type { ScoredRollout, ScoredTurn } from '../rollout/rollout.ts'
import type { Tokenizer } from '../tokens/tokenizer.ts'

type Labels = Pick<StoredRollout, 'step' | 'split'>

/** A rollout as the run store and the rollout browser keep it: text and numbers, no token ids. */
export function storedRollout(
  rollout: ScoredRollout & { readonly turns: readonly (ScoredTurn | TurnWithAdvantage)[] },
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
  const known = before === null ? 0 : before.promptIds.length + before.completionIds.length
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
