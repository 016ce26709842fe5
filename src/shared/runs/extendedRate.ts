import type { RunConfig } from '../config/parseConfig.ts'
import { learningRateAt, type LearningRateSchedule } from './learningRate.ts'

/** The learning rate on both sides of the step from which a run continues. */
export interface RateChange {
  /** Steps done: the index of the next one, from 0. */
  readonly step: number
  /** Learning rate of the last step done, under the old schedule; null where there is none. */
  readonly before: number | null
  /** Learning rate of the next step, under the new schedule. */
  readonly after: number
}

/** The learning rates around `step`, where the schedule changes from `old` to `next`. */
export function rateChange(old: LearningRateSchedule, next: LearningRateSchedule, step: number): RateChange {
  return {
    step,
    before: step > 0 ? learningRateAt(step - 1, old) : null,
    after: learningRateAt(step, next),
  }
}

/**
 * What the learning rate does when a finished run is given more steps: `linear` and `cosine` are stretched
 * over the new length, so that a rate that had come down to 0 rises again.
 *
 * @param run        `totalSteps` as the run's row has it; `stepsDone` counts the steps done
 * @param extraSteps how many more
 * @returns one sentence for the terminal, the dialog and the run's log; null for a constant rate
 */
export function extensionRateText(
  optimizer: RunConfig['optimizer'],
  stepsDone: number,
  extraSteps: number,
): string | null {
  const { schedule } = optimizer
  if (schedule === 'constant') return null
  const steps = stepsDone + extraSteps
  const change = rateChange({ ...optimizer, steps: stepsDone }, { ...optimizer, steps }, stepsDone)
  return `The ${schedule} schedule now ends at step ${steps}: ${rateChangeText(change)}`
}

/** `the learning rate goes from 5.6e-7 at step 79 to 5.3e-6 at step 80 (9.5 times as high).` */
export function rateChangeText({ step, before, after }: RateChange): string {
  if (before === null) return `the learning rate of step ${step} is ${rateText(after)}.`
  const from = `the learning rate goes from ${rateText(before)} at step ${step - 1} to ${rateText(after)} at step ${step}`
  return `${from}${factorText(before, after)}.`
}

function factorText(before: number, after: number): string {
  if (before === 0 || after === 0) return ''
  const factor = after / before
  if (factor >= 1.05) return ` (${rateText(factor)} times as high)`
  return factor <= 0.95 ? ` (${rateText(factor)} of it)` : ''
}

/** Two significant digits, as one writes a learning rate: `5e-5`, `0.0021`. */
function rateText(value: number): string {
  const rounded = Number(value.toPrecision(2))
  return rounded === 0 || (Math.abs(rounded) >= 0.001 && Math.abs(rounded) < 1e6)
    ? String(rounded)
    : rounded.toExponential().replace('e+', 'e')
}
