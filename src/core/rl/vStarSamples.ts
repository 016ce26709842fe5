import {
  mostKeptSamples,
  mostProblemChars,
  mostTextChars,
  type KeptSamples,
  type KeptText,
} from '../../shared/runs/vStarSamples.ts'
import type { Problem } from '../data/problem.ts'
import type { ScoredRollout } from '../rollout/rollout.ts'

/** An answer is a line; a text without an end is none. */
const mostAnswerChars = 500

/** What the reference wrote for one problem, within the limits of what is kept. */
export function keptSamples(problem: Problem, rollouts: readonly ScoredRollout[]): KeptSamples {
  const kept = rollouts.slice(0, mostKeptSamples)
  const turns = kept.reduce((sum, rollout) => sum + rollout.turns.length, 0)
  const most = Math.min(mostTextChars, Math.floor(mostProblemChars / Math.max(1, turns)))
  return {
    problemId: problem.id,
    question: keptText(problem.question, mostTextChars),
    knownAnswer: keptText(problem.answer, mostAnswerChars),
    drawn: rollouts.length,
    samples: kept.map(({ verdict, turns: own }) => ({
      verdict,
      turns: own.map(({ kind, text, answer, isCorrect, finishReason }) => ({
        ...keptText(text, most),
        kind,
        isCorrect,
        finishReason,
        answer: answer === null ? null : keptText(answer, mostAnswerChars).text,
      })),
    })),
  }
}

/** No character of two halves is cut in its middle. */
function keptText(text: string, most: number): KeptText {
  if (text.length <= most) return { text, cut: 0 }
  const isHalf = /[\ud800-\udbff]/.test(text.charAt(most - 1))
  const end = isHalf ? most - 1 : most
  return { text: text.slice(0, end), cut: text.length - end }
}
