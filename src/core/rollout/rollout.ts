import type { Problem } from '../data/problem.ts'

export type TurnKind = 'attempt' | 'verdict' | 'revision'
/** In the order of a rollout; also the slots of per-turn tensors [B, 3]. */
export const turnKinds: readonly TurnKind[] = ['attempt', 'verdict', 'revision']
export type Role = 'solver' | 'verifier'
export type Verdict = 'correct' | 'wrong' | 'unparsed'

/** One sampled completion. `samplingLogProbs[t]` belongs to `completionIds[t]`. */
export interface Turn {
  readonly kind: TurnKind
  /** The whole history the model saw: template, problem, earlier turns, injected prompt. */
  readonly promptIds: readonly number[]
  readonly completionIds: readonly number[]
  readonly samplingLogProbs: readonly number[]
  readonly finishReason: 'stop' | 'length'
  /** The completion decoded, special tokens left out. For people and for grading; never re-tokenised. */
  readonly text: string
}

/** Completion tokens, end tokens included. */
export function tokensOf(turns: readonly Pick<Turn, 'completionIds'>[]): number {
  return turns.reduce((sum, turn) => sum + turn.completionIds.length, 0)
}

/** All turns of one problem in one go: attempt, verdict, and a revision where the verdict was `wrong`. */
export interface Rollout {
  readonly problem: Problem
  readonly turns: readonly Turn[]
  /** null where no verdict was asked for (single-turn methods). */
  readonly verdict: Verdict | null
}

/** A turn with its answer graded; reward/ adds these fields. */
export interface ScoredTurn extends Turn {
  readonly reward: number
  /** Extracted answer of an attempt or revision; null = none found, or a verdict. */
  readonly answer: string | null
  /**
   * Attempt and revision: the answer equals the known one. Verdict: it agrees with the truth about the
   * attempt.
   */
  readonly isCorrect: boolean
}

export interface ScoredRollout {
  readonly problem: Problem
  readonly turns: readonly ScoredTurn[]
  readonly verdict: Verdict | null
}

/** Attempts and revisions solve; verdicts judge. Advantages are normalised per role. */
export function roleOf(kind: TurnKind): Role {
  switch (kind) {
    case 'attempt':
    case 'revision':
      return 'solver'
    case 'verdict':
      return 'verifier'
  }
}
