import type { VStarEstimate } from './records.ts'

/** Kinds of turns that stage 1 counts, verdicts and revisions apart by what the attempt before them was. */
export const vStarTurns = [
  'attempt',
  'verdict-after-correct',
  'verdict-after-wrong',
  'revision-after-correct',
  'revision-after-wrong',
] as const
export type VStarTurn = (typeof vStarTurns)[number]

/** How many turns of a kind were sampled for one problem, and how many of them were correct. */
export interface TurnCount {
  readonly correct: number
  readonly samples: number
}

export function turnCount(estimate: VStarEstimate, turn: VStarTurn): TurnCount {
  switch (turn) {
    case 'attempt':
      return { correct: estimate.correctAttempts, samples: estimate.samples }
    case 'verdict-after-correct':
      return { correct: estimate.correctVerdictsAfterCorrect, samples: estimate.verdictsAfterCorrect }
    case 'verdict-after-wrong':
      return { correct: estimate.correctVerdictsAfterWrong, samples: estimate.verdictsAfterWrong }
    case 'revision-after-correct':
      return { correct: estimate.correctRevisionsAfterCorrect, samples: estimate.revisionsAfterCorrect }
    case 'revision-after-wrong':
      return { correct: estimate.correctRevisionsAfterWrong, samples: estimate.revisionsAfterWrong }
  }
}
