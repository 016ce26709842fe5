import { median } from '../statistics.ts'

/** Where the time of a run goes, in seconds. */
export interface RunTimes {
  /** What comes once a run: loading, evaluations before the first and after the last step, stage 1 where it has one. */
  readonly once: number
  /** A step: rollouts and update. The median, so that one that was held up does not count. */
  readonly step: number
  /** What an evaluation on the way adds, its checkpoint included. */
  readonly evaluation: number
}

/** A run that has finished, as it was measured. */
export interface MeasuredRun {
  /** From its start to its end. */
  readonly seconds: number
  /** Of each step, when it was over: seconds that the run had worked by then. */
  readonly overAt: readonly number[]
  /** Of each step: how long its rollouts and its update took. */
  readonly steps: readonly number[]
  readonly evalEvery: number
}

/** Evaluations between the steps of a run; those before the first and after the last step come once a run. */
export function evaluationsWithin(steps: number, evalEvery: number): number {
  return Math.max(0, Math.ceil(steps / evalEvery) - 1)
}

/** @throws RangeError where there is no step */
export function timesOf({ seconds, overAt, steps, evalEvery }: MeasuredRun): RunTimes {
  const [first] = steps
  const [begin, end] = [overAt[0], overAt.at(-1)]
  if (first === undefined || begin === undefined || end === undefined)
    throw new RangeError('timesOf: expected a run with at least one step')
  const training = end - begin + first
  const between = training - steps.reduce((sum, each) => sum + each, 0)
  const evaluations = evaluationsWithin(steps.length, evalEvery)
  return {
    once: Math.max(0, seconds - training),
    step: median(steps),
    evaluation: evaluations === 0 ? 0 : Math.max(0, between) / evaluations,
  }
}

/** One run, from its start to its end. */
export function runSeconds(
  { once, step, evaluation }: RunTimes,
  { steps, evalEvery }: { readonly steps: number; readonly evalEvery: number },
): number {
  return once + steps * step + evaluationsWithin(steps, evalEvery) * evaluation
}

/** A sweep of runs of one length, one run a card: as many rounds as it takes, each as long as a run. */
export function sweepSeconds(oneRun: number, runs: number, cards: number): number {
  return Math.ceil(runs / cards) * oneRun
}
