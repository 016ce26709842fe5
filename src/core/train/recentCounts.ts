import { countGroups, type GroupCounts } from '../rl/groupSpread.ts'
import type { ClassKey } from '../rl/turnBaseline.ts'
import type { ScoredRollout } from '../rollout/rollout.ts'

/** One step: verdicts and revisions by class of attempt, and its groups. */
type StepCounts = Readonly<Record<ClassKey, { readonly correct: number; readonly seen: number }>> & {
  /** Absent in a state that was stored before groups were counted. */
  readonly groups?: GroupCounts
}

/** Of the last `recentSteps` steps, oldest first. */
export type RecentCounts = readonly StepCounts[]

const recentSteps = 20

type StoredTurns = StepCounts[ClassKey] | { readonly right: number; readonly seen: number }

/** As a checkpoint may hold them: correct turns were stored as `right` at first. */
export type StoredRecentCounts = readonly (Readonly<Record<ClassKey, StoredTurns>> &
  Pick<StepCounts, 'groups'>)[]

export function readRecentCounts(stored: StoredRecentCounts): RecentCounts {
  const read = (turns: StoredTurns) => ({
    correct: 'correct' in turns ? turns.correct : turns.right,
    seen: turns.seen,
  })
  return stored.map((step) => ({
    'verdict/correct': read(step['verdict/correct']),
    'verdict/wrong': read(step['verdict/wrong']),
    'revision/correct': read(step['revision/correct']),
    'revision/wrong': read(step['revision/wrong']),
    ...(step.groups === undefined ? {} : { groups: step.groups }),
  }))
}

/** With the counts of one more step; a step older than `recentSteps` is dropped. */
export function addRecentCounts(before: RecentCounts, rollouts: readonly ScoredRollout[]): RecentCounts {
  const counted = (kind: 'verdict' | 'revision', isAttemptCorrect: boolean) => {
    const turns = rollouts
      .filter((rollout) => rollout.turns[0].isCorrect === isAttemptCorrect)
      .flatMap((rollout) => rollout.turns.filter((turn) => turn.kind === kind))
    return { correct: turns.filter((turn) => turn.isCorrect).length, seen: turns.length }
  }
  const step: StepCounts = {
    'verdict/correct': counted('verdict', true),
    'verdict/wrong': counted('verdict', false),
    'revision/correct': counted('revision', true),
    'revision/wrong': counted('revision', false),
    groups: countGroups(rollouts),
  }
  return [...before, step].slice(-recentSteps)
}
