import { forkRandom } from '../../core/random.ts'
import type { Evaluation } from '../../shared/runs/records.ts'
import type { PairedMetric, PairedTest } from '../../shared/runs/evaluation/pairedTest.ts'
import { pairedBootstrap, pairedNormal, type Interval } from '../../shared/statistics.ts'
import type { Database } from '../store/database.ts'
import { readEvaluatedOutcomes, type EvaluatedOutcome } from '../store/evaluatedOutcomes.ts'
import { readTestEnds } from '../store/evaluationStore.ts'

const valueOf: Readonly<Record<PairedMetric, (outcome: EvaluatedOutcome) => boolean | null>> = {
  'accuracy/attempt': ({ attempt }) => attempt,
  'accuracy/final': ({ final }) => final,
  'verifier/accuracy': ({ verdict }) => verdict,
}

/**
 * The first evaluation on the test split against the last, problem by problem: an evaluation has the same
 * draws at every step, so what both get right or wrong adds no noise. Problems are resampled, with all
 * samples of each.
 *
 * @returns null with fewer than two such evaluations, or where their rollouts are not all kept
 */
export function pairedTest(db: Database, runId: string): PairedTest | null {
  return pairedBy(db, runId, (pairs, name) => {
    const random = forkRandom(0, 'paired test', name)
    return pairedBootstrap(pairs, (bound) => random.nextInt(bound))
  })
}

/** The same with normal intervals: for lists, whose owner has no second for each of their runs. */
export function listedPairedTest(db: Database, runId: string): PairedTest | null {
  return pairedBy(db, runId, pairedNormal)
}

type IntervalOf = (pairs: readonly (readonly [number, number])[], name: PairedMetric) => Interval

function pairedBy(db: Database, runId: string, intervalOf: IntervalOf): PairedTest | null {
  const ends = readTestEnds(db, runId)
  if (ends === null || ends.before.step === ends.after.step) return null
  const { before: first, after: last } = ends
  const outcomesOf = ({ step }: Evaluation) => readEvaluatedOutcomes(db, runId, { split: 'test', step })
  const [before, after] = [byProblem(outcomesOf(first)), byProblem(outcomesOf(last))]
  const keys = [...before.keys()].filter((key) => after.has(key))
  if (keys.length === 0 || keys.length !== first.problems || keys.length !== last.problems) return null
  const names = Object.keys(valueOf) as PairedMetric[]
  const differences = names.flatMap((name) => {
    const pairs = keys.map((key) => [shareOf(before.get(key), name), shareOf(after.get(key), name)] as const)
    const known = pairs.flatMap(([one, two]) => (one === null || two === null ? [] : [[one, two] as const]))
    if (known.length < keys.length) return []
    return [[name, intervalOf(known, name)] as const]
  })
  return {
    before: first.step,
    after: last.step,
    problems: keys.length,
    differences: Object.fromEntries(differences),
  }
}

function byProblem(outcomes: readonly EvaluatedOutcome[]): ReadonlyMap<number, readonly EvaluatedOutcome[]> {
  const found = new Map<number, EvaluatedOutcome[]>()
  for (const outcome of outcomes) {
    const own = found.get(outcome.problemKey)
    if (own === undefined) found.set(outcome.problemKey, [outcome])
    else own.push(outcome)
  }
  return found
}

/** Of a problem's samples; null where one has no such value. */
function shareOf(outcomes: readonly EvaluatedOutcome[] | undefined, name: PairedMetric): number | null {
  const values = (outcomes ?? []).map(valueOf[name])
  if (values.length === 0 || values.includes(null)) return null
  return values.filter((value) => value === true).length / values.length
}
