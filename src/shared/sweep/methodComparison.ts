import type { NextInt } from '../statistics.ts'
import type { Interval } from '../statistics.ts'
import {
  chancesOfBest,
  differencesBySeed,
  holmAdjusted,
  interquartileMean,
  pairedPValue,
  stratifiedBootstrap,
} from './seedStatistics.ts'
import { meanInterval, type MeanInterval } from './studentT.ts'

/** An evaluation on the validation split on the way. */
export interface CurvePoint {
  readonly step: number
  /** Generated so far, stage 1 among them. */
  readonly tokens: number
  /** Active time so far. */
  readonly ms: number
  readonly accuracy: number
}

/** What one finished run of a comparison came to, on the test split. */
export interface MethodScore {
  readonly method: string
  readonly seed: number
  readonly steps: number
  /** Generated in both stages. */
  readonly tokens: number
  readonly ms: number
  /** Acc@t1 and Acc@final before and after. */
  readonly attemptBefore: number
  readonly finalBefore: number
  readonly attempt: number
  readonly final: number
  /** Mean of the verifier's two recalls; null without verdicts. */
  readonly balancedVerifier: number | null
  /** Generated for one answer at the end, all turns; null where the rollouts were not kept. */
  readonly answerTokens: number | null
  readonly curve: readonly CurvePoint[]
}

export interface MethodSummary {
  readonly method: string
  readonly seeds: number
  readonly steps: number
  readonly tokens: number
  readonly ms: number
  readonly attempt: MeanInterval
  readonly final: MeanInterval
  /** Bootstrap over seeds. */
  readonly finalIqm: Interval
  /** Acc@final − Acc@t1 at the end. */
  readonly gain: MeanInterval
  /** Acc@final after − before, paired by seed. */
  readonly learned: MeanInterval
  readonly balancedVerifier: MeanInterval | null
  readonly answerTokens: number | null
  /** Tokens of an answer ÷ Acc@final: what a solved problem costs. */
  readonly tokensPerSolved: number | null
  /** Share of bootstrap draws of the seeds in which its Acc@final is the highest; null with one seed. */
  readonly chanceOfBest: number | null
}

/** A method against the first, paired by seed. */
export interface MethodDifference {
  readonly method: string
  readonly metric: 'Acc@t1' | 'Acc@final'
  /** Intervals of all comparisons of a metric hold together with 95 % (Bonferroni). */
  readonly difference: MeanInterval
  /** Holm-adjusted over the comparisons of the metric; null with one seed. */
  readonly p: number | null
}

/** The methods in the given order; those without a finished run are left out. */
export function summariseMethods(
  methods: readonly string[],
  scores: readonly MethodScore[],
  nextInt: NextInt,
): readonly MethodSummary[] {
  const groups = methods
    .map((method) => ({ method, own: scores.filter((score) => score.method === method) }))
    .filter(({ own }) => own.length > 0)
  const chances = chancesOfBest(
    groups.map(({ own }) => own.map(({ final }) => final)),
    nextInt,
  )
  return groups.map(({ method, own }, index) =>
    summaryOf(method, own, { nextInt, chance: chances?.[index] ?? null }),
  )
}

function summaryOf(
  method: string,
  own: readonly MethodScore[],
  { nextInt, chance }: { readonly nextInt: NextInt; readonly chance: number | null },
): MethodSummary {
  const over = (value: (score: MethodScore) => number): MeanInterval => meanInterval(own.map(value))
  const judged = own.flatMap(({ balancedVerifier }) => balancedVerifier ?? [])
  const answers = own.flatMap(({ answerTokens }) => answerTokens ?? [])
  const final = over((score) => score.final)
  const answerTokens = answers.length === 0 ? null : meanInterval(answers).mean
  return {
    method,
    seeds: own.length,
    steps: over(({ steps }) => steps).mean,
    tokens: over(({ tokens }) => tokens).mean,
    ms: over(({ ms }) => ms).mean,
    attempt: over((score) => score.attempt),
    final,
    finalIqm: stratifiedBootstrap([own.map((score) => score.final)], interquartileMean, nextInt),
    gain: over((score) => score.final - score.attempt),
    learned: over((score) => score.final - score.finalBefore),
    balancedVerifier: judged.length === 0 ? null : meanInterval(judged),
    answerTokens,
    tokensPerSolved: answerTokens === null || final.mean === 0 ? null : answerTokens / final.mean,
    chanceOfBest: chance,
  }
}

/** Every method against the first over the seeds that both have finished. */
export function methodDifferences(
  methods: readonly string[],
  scores: readonly MethodScore[],
): readonly MethodDifference[] {
  const [first, ...others] = methods
  if (first === undefined) return []
  return [
    ...differencesIn('Acc@t1', ({ attempt }) => attempt, { first, others, scores }),
    ...differencesIn('Acc@final', ({ final }) => final, { first, others, scores }),
  ]
}

function differencesIn(
  metric: MethodDifference['metric'],
  value: (score: MethodScore) => number,
  {
    first,
    others,
    scores,
  }: { readonly first: string; readonly others: readonly string[]; readonly scores: readonly MethodScore[] },
): MethodDifference[] {
  const bySeed = (method: string): ReadonlyMap<number, number> =>
    new Map(scores.flatMap((score) => (score.method === method ? [[score.seed, value(score)] as const] : [])))
  const base = bySeed(first)
  const found = others
    .map((method) => ({ method, differences: differencesBySeed(base, bySeed(method)) }))
    .filter(({ differences }) => differences.length > 0)
  const pValues = found.map(({ differences }) => pairedPValue(differences))
  const adjusted = holmAdjusted(pValues.flatMap((p) => p ?? []))
  const isKnown = pValues.every((p) => p !== null)
  return found.map(({ method, differences }, index) => ({
    method,
    metric,
    difference: meanInterval(differences, 1 - 0.05 / found.length),
    p: isKnown ? (adjusted[index] ?? null) : null,
  }))
}

/** Means over seeds of the evaluations that all of a method's seeds have, by step. */
export function meanCurve(scores: readonly MethodScore[]): readonly CurvePoint[] {
  const [first, ...others] = scores
  if (first === undefined) return []
  return first.curve.flatMap((_, index) => {
    const points = [first, ...others].flatMap(({ curve }) => curve[index] ?? [])
    if (points.length < scores.length) return []
    const mean = (value: (point: CurvePoint) => number): number =>
      points.reduce((sum, point) => sum + value(point), 0) / points.length
    return [
      {
        step: mean(({ step }) => step),
        tokens: mean(({ tokens }) => tokens),
        ms: mean(({ ms }) => ms),
        accuracy: mean(({ accuracy }) => accuracy),
      },
    ]
  })
}
