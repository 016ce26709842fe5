/**
 * What several samples a problem are worth for the tokens that they cost, from an evaluation's per-problem
 * results.
 */
import type { EvaluatedProblem, EvaluatedSample } from '../../../shared/runs/evaluation/evaluationResult.ts'
import { bootstrapMean, pairedBootstrap, type Interval } from '../../../shared/statistics.ts'
import { selectionMethods, type SelectionMethod } from '../../../shared/runs/evaluation/voteCurve.ts'
import { forkRandom } from '../../random.ts'
import { attemptVote, finalVote, majorityVote, selfVerifiedBest } from './testTimeSelection.ts'
import type { SameAnswer } from './testTimeSelection.ts'

export interface CurveRow {
  readonly method: SelectionMethod
  /** Samples of a problem that it draws on. */
  readonly n: number
  /** Mean over the problems. */
  readonly tokensPerProblem: number
  /** Of the chosen answers; problems resampled. */
  readonly accuracy: Interval
}

/** Larger votes cost more than anybody compares a self-correction with. */
const mostSamples = 16

/**
 * Accuracy against generated tokens: each method with 1, 2, … samples, up to 16 or as many as there are. With
 * n of m samples all m ÷ n disjoint sets of n are taken, so that none is left unused but a rest.
 */
export function tokenCurve(problems: readonly EvaluatedProblem[], same: SameAnswer): readonly CurveRow[] {
  const most = Math.min(mostSamples, samplesOf(problems))
  return selectionMethods.flatMap((method) =>
    Array.from({ length: most }, (_, index) => curveRow(problems, { method, n: index + 1 }, same)),
  )
}

export interface EqualTokenRow extends CurveRow {
  /**
   * Its tokens against those of one self-correction: the nearest number of samples that costs no more, or no
   * less.
   */
  readonly bound: 'equal' | 'below' | 'above'
  /** Accuracy of one self-correction − this one's, paired by problem; null for the self-correction itself. */
  readonly selfCorrectionAhead: Interval | null
}

/**
 * One self-correction, and each other method with as many samples as cost just less and just more than it, so
 * that neither side is favoured. Where more samples are needed than there are, the row above is missing.
 */
export function equalTokenTable(
  problems: readonly EvaluatedProblem[],
  same: SameAnswer,
): readonly EqualTokenRow[] {
  const correction = { method: 'self-correction', n: 1 } as const
  const budget = samplesTokens(problems, correction)
  const rows: EqualTokenRow[] = [
    { ...curveRow(problems, correction, same), bound: 'equal', selfCorrectionAhead: null },
  ]
  const base = valuesOf(problems, correction, same)
  for (const method of selectionMethods.filter((each) => each !== 'self-correction')) {
    for (const { n, bound } of nearest(samplesTokens(problems, { method, n: 1 }), budget)) {
      if (n > samplesOf(problems)) continue
      const own = valuesOf(problems, { method, n }, same)
      const random = forkRandom(0, 'self-correction ahead', method, n)
      const pairs = own.map((value, index) => [value, base[index] ?? NaN] as const)
      rows.push({
        ...curveRow(problems, { method, n }, same),
        bound,
        selfCorrectionAhead: pairedBootstrap(pairs, (below) => random.nextInt(below)),
      })
    }
  }
  return rows
}

/** The numbers of samples next to a budget. */
function nearest(tokensOfOne: number, budget: number): readonly Pick<EqualTokenRow, 'n' | 'bound'>[] {
  const most = Math.max(1, Math.floor((budget / tokensOfOne) * (1 + 1e-12)))
  if (Math.abs(most * tokensOfOne - budget) <= 1e-9 * budget) return [{ n: most, bound: 'equal' }]
  return [
    { n: most, bound: 'below' },
    { n: most + 1, bound: 'above' },
  ]
}

/** How an answer is chosen. */
interface Selection {
  readonly method: SelectionMethod
  readonly n: number
}

function curveRow(problems: readonly EvaluatedProblem[], selection: Selection, same: SameAnswer): CurveRow {
  const { method, n } = selection
  const random = forkRandom(0, 'token curve', method, n)
  const accuracy = bootstrapMean(valuesOf(problems, selection, same), (bound) => random.nextInt(bound))
  return { method, n, tokensPerProblem: samplesTokens(problems, selection), accuracy }
}

/** Samples that every problem has. */
function samplesOf(problems: readonly EvaluatedProblem[]): number {
  return Math.min(...problems.map(({ samples }) => samples.length))
}

/** Mean over the problem's sets of n samples, one number a problem. */
function valuesOf(problems: readonly EvaluatedProblem[], selection: Selection, same: SameAnswer): number[] {
  const { n } = selection
  return problems.map(({ samples }) => {
    const sets = Math.floor(samples.length / n)
    const values = Array.from({ length: sets }, (_, set) =>
      valueOf(selection.method, samples.slice(set * n, (set + 1) * n), same),
    )
    return values.reduce((sum, value) => sum + value, 0) / sets
  })
}

function valueOf(method: SelectionMethod, samples: readonly EvaluatedSample[], same: SameAnswer): number {
  switch (method) {
    case 'majority-vote':
      return majorityVote(samples.map(attemptVote), same) ? 1 : 0
    case 'self-correction':
      return majorityVote(samples.map(finalVote), same) ? 1 : 0
    case 'self-verified-best':
      return selfVerifiedBest(samples)
  }
}

/** Of n samples, mean over all that there are and over the problems. */
function samplesTokens(problems: readonly EvaluatedProblem[], { method, n }: Selection): number {
  const means = problems.map(
    ({ samples }) => samples.reduce((sum, sample) => sum + tokensOf[method](sample), 0) / samples.length,
  )
  return (n * means.reduce((sum, mean) => sum + mean, 0)) / means.length
}

const tokensOf: Readonly<Record<SelectionMethod, (sample: EvaluatedSample) => number>> = {
  'majority-vote': ({ attemptTokens }) => attemptTokens,
  'self-correction': ({ attemptTokens, verdictTokens, revisionTokens }) =>
    attemptTokens + verdictTokens + revisionTokens,
  'self-verified-best': ({ attemptTokens, verdictTokens }) => attemptTokens + verdictTokens,
}
