import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { EvaluatedProblem, EvaluatedSample } from '../../../shared/runs/evaluation/evaluationResult.ts'
import type { Interval } from '../../../shared/statistics.ts'
import { mcNemarExact, pairedBootstrap } from '../../../shared/statistics.ts'
import { forkRandom } from '../../random.ts'

export interface ComparedMetric {
  readonly name: 'accuracy/attempt' | 'accuracy/final' | 'verifier/accuracy'
  readonly a: number
  readonly b: number
  /** b − a over the same problems, with its paired 95 % interval. */
  readonly difference: Interval
  /** Exact, where both have one sample a problem; else null. */
  readonly mcNemar: { readonly onlyA: number; readonly onlyB: number; readonly p: number } | null
}

export interface ComparedEvaluations {
  /** Problems that both evaluations have; the others are counted and left out. */
  readonly problems: number
  readonly onlyA: number
  readonly onlyB: number
  readonly metrics: readonly ComparedMetric[]
}

const metrics: Readonly<Record<ComparedMetric['name'], (sample: EvaluatedSample) => boolean>> = {
  'accuracy/attempt': ({ attemptCorrect }) => attemptCorrect,
  'accuracy/final': ({ finalCorrect }) => finalCorrect,
  'verifier/accuracy': ({ verdict, attemptCorrect }) => verdict === (attemptCorrect ? 'correct' : 'wrong'),
}

/**
 * Two evaluations on the same problems, problem by problem.
 *
 * @throws RecheckError `eval.no-common-problem`
 */
export function compareEvaluations(
  a: readonly EvaluatedProblem[],
  b: readonly EvaluatedProblem[],
): ComparedEvaluations {
  const second = new Map(b.map((problem) => [problem.problemId, problem]))
  const pairs = a.flatMap((first) => {
    const other = second.get(first.problemId)
    return other ? [[first, other] as const] : []
  })
  if (pairs.length === 0) {
    throw new RecheckError(
      'eval.no-common-problem',
      `the evaluations share none of their ${a.length} and ${b.length} problems. Evaluate both on the same data and split.`,
    )
  }
  const names = Object.keys(metrics) as ComparedMetric['name'][]
  const judged = pairs.some(([first, other]) => isJudged(first) && isJudged(other))
  return {
    problems: pairs.length,
    onlyA: a.length - pairs.length,
    onlyB: b.length - pairs.length,
    metrics: names
      .filter((name) => judged || name !== 'verifier/accuracy')
      .map((name) => compareMetric(name, pairs)),
  }
}

function isJudged({ samples }: EvaluatedProblem): boolean {
  return samples.some(({ verdict }) => verdict !== null)
}

function compareMetric(
  name: ComparedMetric['name'],
  pairs: readonly (readonly [EvaluatedProblem, EvaluatedProblem])[],
): ComparedMetric {
  const share = ({ samples }: EvaluatedProblem): number =>
    samples.filter(metrics[name]).length / samples.length
  const values = pairs.map(([first, other]) => [share(first), share(other)] as const)
  const mean = (side: 0 | 1): number => values.reduce((sum, value) => sum + value[side], 0) / values.length
  const random = forkRandom(0, 'compare evaluations', name)
  const isSingle = pairs.every(([first, other]) => first.samples.length === 1 && other.samples.length === 1)
  const only = (side: 0 | 1): number => values.filter((value) => value[side] > value[1 - side]).length
  return {
    name,
    a: mean(0),
    b: mean(1),
    difference: pairedBootstrap(values, (bound) => random.nextInt(bound)),
    mcNemar: isSingle ? { onlyA: only(0), onlyB: only(1), p: mcNemarExact(only(0), only(1)) } : null,
  }
}
