import type { Rollout, ScoredRollout, ScoredTurn, Turn, Verdict } from '../rollout/rollout.ts'

/** How answers are found and compared; chosen by `grader` and the template's marker. */
export interface Grading {
  /** The final answer in a completion's own text; null = none. Never given the prompt. */
  extractAnswer(text: string): string | null
  /** Whether an extracted answer equals the known one. */
  answersAgree(knownAnswer: string, answer: string): boolean
}

/** Right and wrong rewards of a turn; `rewardsOfTurn` with its settings filled in. */
export type TurnRewards = (
  kind: Turn['kind'],
  isAttemptCorrect: boolean,
) => { readonly low: number; readonly high: number }

/**
 * Grades every turn from its own completion and gives it its reward. A truncated turn has no answer and earns the low
 * reward; an unparsed verdict agrees with nothing.
 */
export function scoreRollout(rollout: Rollout, grading: Grading, rewards: TurnRewards): ScoredRollout {
  const [attempt, ...later] = rollout.turns
  if (attempt?.kind !== 'attempt') {
    throw new RangeError(`scoreRollout: expected the first turn to be an attempt, got ${attempt?.kind}`)
  }
  const knownAnswer = rollout.problem.answer
  const scoredAttempt = scoreSolution(attempt, { knownAnswer, grading, isAttemptCorrect: true, rewards })
  const { isCorrect: isAttemptCorrect } = scoredAttempt
  const scored = later.map((turn) =>
    turn.kind === 'verdict'
      ? scoreVerdict(turn, { verdict: rollout.verdict, isAttemptCorrect, rewards })
      : scoreSolution(turn, { knownAnswer, grading, isAttemptCorrect, rewards }),
  )
  return { problem: rollout.problem, verdict: rollout.verdict, turns: [scoredAttempt, ...scored] }
}

interface SolutionContext {
  readonly knownAnswer: string
  readonly grading: Grading
  readonly isAttemptCorrect: boolean
  readonly rewards: TurnRewards
}

function scoreSolution(turn: Turn, context: SolutionContext): ScoredTurn {
  const { knownAnswer, grading, isAttemptCorrect, rewards } = context
  const answer = turn.finishReason === 'stop' ? grading.extractAnswer(turn.text) : null
  const isCorrect = answer !== null && grading.answersAgree(knownAnswer, answer)
  const { low, high } = rewards(turn.kind, isAttemptCorrect)
  return { ...turn, answer, isCorrect, reward: isCorrect ? high : low }
}

interface VerdictContext {
  readonly verdict: Verdict | null
  readonly isAttemptCorrect: boolean
  readonly rewards: TurnRewards
}

function scoreVerdict(turn: Turn, { verdict, isAttemptCorrect, rewards }: VerdictContext): ScoredTurn {
  const isCorrect = verdict === (isAttemptCorrect ? 'correct' : 'wrong')
  const { low, high } = rewards('verdict', isAttemptCorrect)
  return { ...turn, answer: null, isCorrect, reward: isCorrect ? high : low }
}
