import type { Evaluation, Proportion } from '../records.ts'
import { pairedDifference, wilson } from '../../statistics.ts'
import type { Difference } from '../../statistics.ts'

/**
 * Why revising gains or loses, of one evaluation with selective revision:
 *
 *     gain = P(wrong) · P(rejected | wrong) · P(corrected | rejected, wrong)
 *          − P(correct) · P(rejected | correct) · P(spoilt | rejected, correct)
 *
 * All factors are shares of the same rollouts, so the product of the counts is the gain exactly.
 */
export interface RevisionGain {
  /** Acc@final − Acc@t1. */
  readonly gain: Difference
  readonly wrong: Proportion
  /** The verifier's part: wrong attempts that it calls wrong. */
  readonly wrongRejected: Proportion
  /** The repair: rejected wrong attempts whose revision is correct. */
  readonly corrected: Proportion
  readonly correct: Proportion
  /** Correct attempts that it calls wrong. */
  readonly correctRejected: Proportion
  /** The harm: rejected correct attempts whose revision is wrong. */
  readonly spoilt: Proportion
}

export type GainFactor = Exclude<keyof RevisionGain, 'gain'>

/** The factors in the order of the formula, each with what it means and whether more of it is better. */
export const gainFactors: readonly {
  readonly factor: GainFactor
  readonly label: string
  readonly meaning: string
  readonly better: 'more' | 'less' | null
}[] = [
  {
    factor: 'wrong',
    label: 'Wrong attempts',
    meaning: 'share of attempts that are wrong: what revising could gain',
    better: null,
  },
  {
    factor: 'wrongRejected',
    label: 'Called wrong, of wrong',
    meaning: 'the verifier: wrong attempts that it finds, so that they are revised',
    better: 'more',
  },
  {
    factor: 'corrected',
    label: 'Corrected, of those',
    meaning: 'the repair: wrong attempts called wrong whose revision is correct',
    better: 'more',
  },
  {
    factor: 'correct',
    label: 'Correct attempts',
    meaning: 'share of attempts that are correct: what revising could lose',
    better: null,
  },
  {
    factor: 'correctRejected',
    label: 'Called wrong, of correct',
    meaning: 'the verifier’s false alarms: correct attempts that are revised for nothing',
    better: 'less',
  },
  {
    factor: 'spoilt',
    label: 'Spoilt, of those',
    meaning: 'the harm: correct attempts called wrong whose revision is wrong',
    better: 'less',
  },
]

/**
 * @returns null where the evaluation has no verdicts and revisions, or revised other attempts than those
 *   called wrong
 */
export function revisionGain({ proportions }: Pick<Evaluation, 'proportions'>): RevisionGain | null {
  const attempts = proportions['accuracy/attempt']
  const recall = proportions['verifier/wrongRecall']
  const corrected = proportions['revision/wrongToRightOfRevised']
  const spoilt = proportions['revision/rightToWrongOfRevised']
  if (attempts === undefined || recall === undefined || corrected === undefined || spoilt === undefined)
    return null
  const { trials, successes: correct } = attempts
  const wrong = trials - correct
  const isSelective =
    recall.trials === wrong && corrected.trials === recall.successes && spoilt.trials <= correct
  if (trials === 0 || !isSelective) return null
  return {
    gain: pairedDifference({ gained: corrected.successes, lost: spoilt.successes, pairs: trials }),
    wrong: wilson(wrong, trials),
    wrongRejected: recall,
    corrected,
    correct: attempts,
    correctRejected: wilson(spoilt.trials, correct),
    spoilt,
  }
}

/**
 * How far a factor holds the gain back: what the gain would rise by if that factor alone were better by 0.1
 * (or as much as it can be), the others as they are.
 *
 * @returns null for a factor that is no matter of better or worse, or that was not measured
 */
export function gainFromBetter(gain: RevisionGain, factor: GainFactor): number | null {
  const value = (each: Proportion) => each.value ?? 0
  const share = gain[factor].value
  if (share === null) return null
  switch (factor) {
    case 'wrongRejected':
      return value(gain.wrong) * Math.min(0.1, 1 - share) * value(gain.corrected)
    case 'corrected':
      return value(gain.wrong) * value(gain.wrongRejected) * Math.min(0.1, 1 - share)
    case 'correctRejected':
      return value(gain.correct) * Math.min(0.1, share) * value(gain.spoilt)
    case 'spoilt':
      return value(gain.correct) * value(gain.correctRejected) * Math.min(0.1, share)
    case 'wrong':
    case 'correct':
      return null
  }
}
