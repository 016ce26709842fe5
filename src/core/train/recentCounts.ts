import { countGroups, type GroupCounts } from '../rl/groupSpread.ts'
import type { ClassKey, Tally } from '../rl/turnBaseline.ts'
import type { ScoredRollout } from '../rollout/rollout.ts'

/** One step: verdicts and revisions by class of attempt, its groups, and its attempts. */
type StepCounts = Readonly<Record<ClassKey, { readonly correct: number; readonly seen: number }>> & {
  /** Absent in a state that was stored before groups were counted. */
  readonly groups?: GroupCounts
  /** Problems, and how many of them attempts solve; absent in a state that was stored before these were counted. */
  readonly attempts?: Tally
}

/** Of the last `recentSteps` steps, oldest first. */
export type RecentCounts = readonly StepCounts[]

const recentSteps = 20

type StoredTurns = StepCounts[ClassKey] | { readonly right: number; readonly seen: number }

/** As a checkpoint may hold them: correct turns were stored as `right` at first. */
export type StoredRecentCounts = readonly (Readonly<Record<ClassKey, StoredTurns>> &
  Pick<StepCounts, 'groups' | 'attempts'>)[]

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
    ...(step.attempts === undefined ? {} : { attempts: step.attempts }),
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
    attempts: countAttempts(rollouts),
  }
  return [...before, step].slice(-recentSteps)
}

/** Fewer problems than this say nothing about a fall; more than {@link enoughProblems} are not waited for. */
export const fewestProblems = 64
const enoughProblems = 200

/**
 * Problems, and of them the share that attempts solve: several attempts at one problem are more alike than attempts at
 * several, and no interval that takes them for as many cases would hold.
 */
function countAttempts(rollouts: readonly ScoredRollout[]): Tally {
  const attemptsAt = new Map<string, number>()
  for (const { problem } of rollouts) attemptsAt.set(problem.id, (attemptsAt.get(problem.id) ?? 0) + 1)
  const correct = rollouts.filter(({ turns }) => turns[0].isCorrect)
  return {
    correct: correct.reduce((sum, { problem }) => sum + 1 / (attemptsAt.get(problem.id) ?? 1), 0),
    count: attemptsAt.size,
  }
}

function plus(a: Tally, b: Tally): Tally {
  return { correct: a.correct + b.correct, count: a.count + b.count }
}

/** The attempts of the newest steps, back to the one with which there are enough. */
export function newestAttempts(recent: RecentCounts): Tally {
  return recent.reduceRight<Tally>(
    (newer, { attempts }) =>
      attempts === undefined || newer.count >= enoughProblems ? newer : plus(newer, attempts),
    { correct: 0, count: 0 },
  )
}

/** What attempts gave before there was training: those of a step count among them until there are enough. */
export function firstAttemptsAfter(before: Tally, rollouts: readonly ScoredRollout[]): Tally {
  return before.count >= enoughProblems ? before : plus(before, countAttempts(rollouts))
}
