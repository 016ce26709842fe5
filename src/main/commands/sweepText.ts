import { z } from 'zod'
import { formatCount, formatDifference, formatShare, missing } from '../../shared/text/format.ts'
import type { Run } from '../../shared/runs/records.ts'
import type { MeanInterval } from '../../shared/sweep/studentT.ts'
import type { SweepSpec } from '../../shared/sweep/sweepSpec.ts'
import type { ComparedPoint, SweepSummary, TrialScore } from '../../shared/sweep/sweepSummary.ts'
import type { Trial } from '../../shared/sweep/sweepTrials.ts'
import { formatTable } from '../../shared/text/textTable.ts'

const Mean = z.object({
  mean: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  count: z.number(),
})

/** The document of `sweep`. */
export const SweepOutput = z.object({
  name: z.string(),
  metric: z.string(),
  trials: z.array(
    z.object({
      name: z.string(),
      point: z.string(),
      seed: z.number(),
      runId: z.string().nullable(),
      status: z.string().nullable(),
      validation: z.number().nullable(),
    }),
  ),
  points: z.array(
    z.object({ point: z.string(), validation: Mean.nullable(), tokens: z.number().nullable() }),
  ),
  bestTest: Mean.nullable(),
  bestIsBest: z.number().nullable(),
  importance: z.array(z.object({ path: z.string(), share: z.number() })),
  differences: z.array(z.object({ point: z.string(), difference: Mean.nullable() })),
})
export type SweepOutput = z.infer<typeof SweepOutput>

interface SweepResult {
  readonly summary: SweepSummary
  readonly compared: readonly ComparedPoint[]
}

export function outputOf(
  sweep: { readonly spec: SweepSpec; readonly trials: readonly Trial[] },
  found: { readonly runs: readonly Run[]; readonly scores: readonly TrialScore[] },
  result: SweepResult | null,
): SweepOutput {
  return {
    name: sweep.spec.name,
    metric: sweep.spec.metric,
    trials: sweep.trials.map(({ name, point, seed }) => {
      const run = found.runs.find((each) => each.name === name)
      const score = found.scores.find(({ trial }) => trial.point.label === point.label && trial.seed === seed)
      return {
        name,
        point: point.label,
        seed,
        runId: run?.runId ?? null,
        status: run?.status ?? null,
        validation: score?.validation ?? null,
      }
    }),
    points: (result?.summary.points ?? []).map(({ point, validation, tokens }) => ({
      point: point.label,
      validation,
      tokens,
    })),
    bestTest: result?.summary.bestTest ?? null,
    bestIsBest: result?.summary.bestIsBest ?? null,
    importance: [...(result?.summary.importance ?? [])],
    differences: (result?.compared ?? []).map(({ point, difference }) => ({
      point: point.label,
      difference,
    })),
  }
}

export interface ToldSweep extends SweepResult {
  readonly spec: SweepSpec
  readonly failed: number
  /** Trials that have not finished, failed ones apart. */
  readonly open: number
  /** Why it ended before its last trial; null = it did not. */
  readonly end: string | null
}

/**
 * What a sweep has found: its points by validation, the best one's test score, what matters, and what is
 * open.
 */
export function sweepText({ spec, summary, compared, failed, open, end }: ToldSweep): string {
  const parts = [
    pointsText(summary, spec),
    bestText(summary),
    importanceText(summary),
    comparedText(compared),
    openText({ failed, open, end }),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function pointsText({ points }: SweepSummary, { metric }: SweepSpec): string {
  const rows = points.map(({ point, validation, tokens }) => [
    point.label,
    validation === null ? missing : meanText(validation),
    String(validation?.count ?? 0),
    tokens === null ? missing : formatCount(tokens),
  ])
  return formatTable(['point', `validation ${metric}, mean [95 % over seeds]`, 'seeds', 'tokens a run'], rows)
}

/** Of shares: a t interval of few seeds would leave [0, 1]. */
function meanText({ mean, low, high }: MeanInterval): string {
  if (low === null || high === null) return formatShare(mean)
  return `${formatShare(mean)} [${formatShare(Math.max(0, low))}, ${formatShare(Math.min(1, high))}]`
}

function bestText({ points, bestTest, bestIsBest }: SweepSummary): string {
  const [best] = points
  if (best === undefined || best.validation === null) return ''
  const test = bestTest === null ? 'it has no test score' : `test Acc@final ${meanText(bestTest)}`
  const chance =
    bestIsBest === null
      ? 'one seed a point does not say how sure that is'
      : `best in ${(100 * bestIsBest).toFixed(0)} % of bootstrap draws of the seeds`
  return `Best by validation: ${best.point.label}; ${test}; ${chance}.`
}

function importanceText({ importance }: SweepSummary): string {
  if (importance.length === 0) return ''
  const shares = importance.map(({ path, share }) => `${path} ${(100 * share).toFixed(0)} %`)
  return `Share of the metric's variance over trials that a field explains alone (η²): ${shares.join(', ')}.`
}

function comparedText(compared: readonly ComparedPoint[]): string {
  if (compared.length === 0) return ''
  const rows = compared.map(({ point, difference }) => [
    point.label,
    difference === null ? missing : differenceText(difference),
    String(difference?.count ?? 0),
  ])
  return formatTable(
    ['against the first point, paired by seed', 'difference [all hold together: 95 %]', 'seeds'],
    rows,
  )
}

function differenceText({ mean, low, high }: MeanInterval): string {
  return low === null || high === null
    ? formatDifference(mean)
    : `${formatDifference(mean)} [${formatDifference(low)}, ${formatDifference(high)}]`
}

function openText({ failed, open, end }: Pick<ToldSweep, 'failed' | 'open' | 'end'>): string {
  const lines = [
    failed === 0 ? '' : `${failed} trials failed; --retry-failed resumes them.`,
    open === 0 ? '' : `${open} trials are open${end === null ? '' : `: ${end}`}.`,
  ]
  return lines.filter((line) => line !== '').join('\n')
}
