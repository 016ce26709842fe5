import type { RunConfig } from '../../shared/config/parseConfig.ts'
import type { VStarEstimate } from '../../shared/runs/records.ts'
import { turnCount, type VStarTurn } from '../../shared/runs/vStarTurns.ts'
import type { TurnKind } from '../rollout/rollout.ts'
import type { RewardSettings } from '../reward/turnReward.ts'
import { rewardsOfTurn } from '../reward/turnReward.ts'
import { twoPointVStar } from './vStar.ts'
import type { VStarBeta } from './vStar.ts'

/**
 * `v-star`: the problem's own · `running-mean`: the policy's own recent share of correct attempts · `none`:
 * 0.
 */
export type AttemptBaseline = RunConfig['vStar']['attemptBaseline']

/**
 * Where the baseline of verdicts and revisions comes from. `class-conditional`: stage 1's counts of this
 * problem and class of attempt, shrunk to the class; `global`: the class alone; `running-mean`: the policy's
 * own recent share; `none`: 0.
 */
export type BaselineKind = 'class-conditional' | 'global' | 'running-mean' | 'none'

/** Correct ones among turns of one kind in one class. */
export interface Tally {
  readonly correct: number
  readonly count: number
}

/** Keyed by kind and class of attempt: `verdict/correct`, `revision/wrong`. */
export type ClassKey = `${'verdict' | 'revision'}/${'correct' | 'wrong'}`
export const classKeys: readonly ClassKey[] = [
  'verdict/correct',
  'verdict/wrong',
  'revision/correct',
  'revision/wrong',
]

export function classKey(kind: 'verdict' | 'revision', isAttemptCorrect: boolean): ClassKey {
  return `${kind}/${isAttemptCorrect ? 'correct' : 'wrong'}`
}

/** The counts of one kind and class in one problem's estimate. */
export function tallyOf(estimate: VStarEstimate, key: ClassKey): Tally {
  const { correct, samples } = turnCount(estimate, turnOfClass[key])
  return { correct, count: samples }
}

const turnOfClass: Readonly<Record<ClassKey, VStarTurn>> = {
  'verdict/correct': 'verdict-after-correct',
  'verdict/wrong': 'verdict-after-wrong',
  'revision/correct': 'revision-after-correct',
  'revision/wrong': 'revision-after-wrong',
}

export type ClassShares = Readonly<Record<ClassKey, number>>

/** Where a revision is made: after every verdict, or only after the verdict "wrong". */
export type RevisedStates = 'all' | 'rejected'

/** The states in which rollouts of a config revise. */
export function revisedStates(turns: RunConfig['turns']): RevisedStates {
  return turns === 'self-correction' ? 'rejected' : 'all'
}

/**
 * The counts of one kind and class among the states that stage 2 visits. After a correct attempt the
 * reference revises much better where it had called it wrong than over all forced revisions (docs/method.md
 * 3), so the two are not mixed.
 *
 * @returns null for revisions of an estimate that did not count them by verdict
 */
export function visitedTally(estimate: VStarEstimate, key: ClassKey, states: RevisedStates): Tally | null {
  if (states === 'all') return tallyOf(estimate, key)
  switch (key) {
    case 'revision/correct':
      return tallyOrNull(
        estimate.correctRevisionsAfterRejectedCorrect,
        estimate.revisionsAfterRejectedCorrect,
      )
    case 'revision/wrong':
      return tallyOrNull(estimate.correctRevisionsAfterRejectedWrong, estimate.revisionsAfterRejectedWrong)
    default:
      return tallyOf(estimate, key)
  }
}

function tallyOrNull(correct: number | null, count: number | null): Tally | null {
  return correct === null || count === null ? null : { correct, count }
}

/**
 * The reference's share of correct turns per kind and class over all problems, in the states that stage 2
 * visits; over all states where these never occurred or were not counted, and 0.5 for a class that never
 * occurred at all.
 */
export function globalShares(estimates: readonly VStarEstimate[], states: RevisedStates): ClassShares {
  const shareOf = (key: ClassKey): number =>
    shareOfAll(estimates.map((estimate) => visitedTally(estimate, key, states))) ??
    shareOfAll(estimates.map((estimate) => tallyOf(estimate, key))) ??
    0.5
  return {
    'verdict/correct': shareOf('verdict/correct'),
    'verdict/wrong': shareOf('verdict/wrong'),
    'revision/correct': shareOf('revision/correct'),
    'revision/wrong': shareOf('revision/wrong'),
  }
}

/** @returns null where one is missing or nothing was counted */
function shareOfAll(tallies: readonly (Tally | null)[]): number | null {
  let correct = 0
  let count = 0
  for (const tally of tallies) {
    if (tally === null) return null
    correct += tally.correct
    count += tally.count
  }
  return count === 0 ? null : correct / count
}

/** p̂ = (correct + κ·prior) / (count + κ): the prior counts as κ samples. */
export function shrunkShare({ correct, count }: Tally, prior: number, shrinkage: number): number {
  return count + shrinkage === 0 ? prior : (correct + shrinkage * prior) / (count + shrinkage)
}

export interface BaselineSetup extends RewardSettings {
  readonly vStarBeta: VStarBeta
  readonly attemptBaseline: AttemptBaseline
  readonly baseline: BaselineKind
  readonly revisedStates: RevisedStates
  /** κ, in pseudo-samples. */
  readonly shrinkage: number
  readonly globalShares: ClassShares
  /** The policy's own shares so far; read by `running-mean` only. */
  readonly runningShares: ClassShares
  /** The policy's own share of correct attempts so far; read by the attempts' `running-mean` only. */
  readonly correctShare: number
}

/**
 * V of a turn, given its problem and whether the attempt was correct, in units of reward. It depends on the
 * turn's state alone, so it never biases an on-policy gradient (docs/method.md 3).
 *
 * @param estimate stage 1's counts of the rollout's problem; may be null where no baseline rests on them
 * @param isAttemptCorrect of no meaning for the attempt itself
 */
export function turnBaseline(
  kind: TurnKind,
  isAttemptCorrect: boolean,
  estimate: VStarEstimate | null,
  setup: BaselineSetup,
): number {
  const rewards = rewardsOfTurn(kind, isAttemptCorrect, setup)
  const valueOf = (share: number, vStarBeta = betaFor(kind, rewards.high, setup.vStarBeta)) =>
    twoPointVStar({ share, ...rewards }, vStarBeta)
  if (kind === 'attempt') {
    switch (setup.attemptBaseline) {
      case 'v-star':
        return valueOf(attemptShare(known(estimate)))
      case 'running-mean':
        return valueOf(setup.correctShare, 'mean')
      case 'none':
        return 0
    }
  }
  const key = classKey(kind, isAttemptCorrect)
  switch (setup.baseline) {
    case 'class-conditional':
      return valueOf(classShare(known(estimate), key, setup))
    case 'global':
      return valueOf(setup.globalShares[key])
    case 'running-mean':
      return valueOf(setup.runningShares[key], 'mean')
    case 'none':
      return 0
  }
}

function known(estimate: VStarEstimate | null): VStarEstimate {
  if (estimate === null) throw new RangeError('turnBaseline: this baseline rests on an estimate, got none')
  return estimate
}

function attemptShare({
  correctAttempts,
  samples,
}: Pick<VStarEstimate, 'correctAttempts' | 'samples'>): number {
  return correctAttempts / samples
}

/**
 * Of the problem's visited states, shrunk to the class; of all its states where the estimate does not tell
 * them apart.
 */
function classShare(estimate: VStarEstimate, key: ClassKey, setup: BaselineSetup): number {
  const tally = visitedTally(estimate, key, setup.revisedStates) ?? tallyOf(estimate, key)
  return shrunkShare(tally, setup.globalShares[key], setup.shrinkage)
}

/**
 * β₁ in the units of the turn's reward. A balanced verdict's reward is the plain one times a weight; β₁ is
 * stretched with it, so that V is the plain V times the weight and the advantage the plain one times the
 * weight.
 */
function betaFor(kind: TurnKind, weight: number, vStarBeta: VStarBeta): VStarBeta {
  return kind === 'verdict' && typeof vStarBeta === 'number' ? vStarBeta * weight : vStarBeta
}

/** V* of a problem's attempt: what the V* histogram shows. */
export function attemptVStar(
  estimate: Pick<VStarEstimate, 'samples' | 'correctAttempts'>,
  vStarBeta: VStarBeta,
): number {
  return twoPointVStar({ share: attemptShare(estimate), low: 0, high: 1 }, vStarBeta)
}

/** Whether V* lies strictly between 0 and 1: the reference solves the problem sometimes, not always. */
export function hasSignal(estimate: VStarEstimate): boolean {
  return estimate.correctAttempts > 0 && estimate.correctAttempts < estimate.samples
}
