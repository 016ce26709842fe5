import type { Rollout, ScoredRollout, ScoredTurn, Turn } from '../rollout/rollout.ts'
import type { RewardSettings } from './turnReward.ts'
import { lengthPenalty, rewardsOfTurn } from './turnReward.ts'

/** How answers are found and compared; chosen by `grader` and the template's marker. */
export interface Grading {
  /** The final answer in a completion's own text; null = none. Never given the prompt. */
  extractAnswer(text: string): string | null
  /** Whether an extracted answer equals the known one. */
  answersAgree(knownAnswer: string, answer: string): boolean
}

/** Every rollout with its turns graded and rewarded, in the given order. */
export function scoreRollouts(
  rollouts: readonly Rollout[],
  grading: Grading,
  rewards: RewardSettings,
): ScoredRollout[] {
  return rollouts.map((rollout) => scoreRollout(rollout, grading, rewards))
}

/**
 * Grades every turn from its own completion and gives it its reward. A truncated turn has no answer and earns
 * the low reward; an unparsed verdict agrees with nothing.
 *
 * @throws RangeError unless the first turn is an attempt
 */
export function scoreRollout(
  { problem, turns, verdict }: Rollout,
  grading: Grading,
  rewards: RewardSettings,
): ScoredRollout {
  const [attempt, ...later] = turns
  if (attempt?.kind !== 'attempt') {
    throw new RangeError(`scoreRollout: expected the first turn to be an attempt, got ${attempt?.kind}`)
  }
  const gradeSolution = (turn: Turn): GradedAnswer => {
    const answer = turn.finishReason === 'stop' ? grading.extractAnswer(turn.text) : null
    return { answer, isCorrect: answer !== null && grading.answersAgree(problem.answer, answer) }
  }
  const gradedAttempt = gradeSolution(attempt)
  const isAttemptCorrect = gradedAttempt.isCorrect
  const gradedVerdict = { answer: null, isCorrect: verdict === (isAttemptCorrect ? 'correct' : 'wrong') }
  const withReward = (turn: Turn, graded: GradedAnswer): ScoredTurn => {
    const { low, high } = rewardsOfTurn(turn.kind, isAttemptCorrect, rewards)
    const penalty = lengthPenalty(turn.completionIds.length, rewards.softLength)
    return { ...turn, ...graded, reward: (graded.isCorrect ? high : low) + penalty }
  }
  return {
    problem,
    verdict,
    turns: [
      withReward(attempt, gradedAttempt),
      ...later.map((turn) => withReward(turn, turn.kind === 'verdict' ? gradedVerdict : gradeSolution(turn))),
    ],
  }
}

type GradedAnswer = Pick<ScoredTurn, 'answer' | 'isCorrect'>
