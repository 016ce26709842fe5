import type { Run } from '../../shared/records.ts'
import type { SweepSpec } from '../../shared/sweep/sweepSpec.ts'
import { keptPoints, pointSummaries } from '../../shared/sweep/sweepSummary.ts'
import type { SweepPoint, Trial } from '../../shared/sweep/sweepTrials.ts'
import type { CommandCall } from './command.ts'
import type { RunAccess } from './runAccess.ts'
import { runsOfSweep, runTrial } from './runTrial.ts'
import { scoresOf } from './sweepScores.ts'

/** A sweep with everything that it consists of. */
export interface Sweep {
  readonly spec: SweepSpec
  readonly points: readonly SweepPoint[]
  readonly trials: readonly Trial[]
}

interface RunningSweep {
  readonly retryFailed: boolean
  readonly call: CommandCall
}

/** What kept the sweep from its last trial; null = nothing. */
export type SweepEnd = { readonly kind: 'stopped' | 'budget'; readonly why: string } | null

/** All trials to the first rung, the kept points to the next, and so on; one rung without halving. */
export async function runTrials(
  runs: RunAccess,
  { spec, points, trials }: Sweep,
  given: RunningSweep,
): Promise<SweepEnd> {
  const rungs = spec.halving?.steps ?? [null]
  let kept = points
  for (const [index, steps] of rungs.entries()) {
    const chosen = trials.filter(({ point }) => kept.includes(point))
    const end = await runRung(runs, { spec, chosen, steps }, given)
    if (end !== null) return end
    if (steps === null || index === rungs.length - 1) return null
    kept = await pointsAfter(runs, { spec, kept, chosen, steps })
    given.call.note(
      `After ${steps} steps ${kept.length} of ${points.length} points go on: ${kept.map(({ label }) => label).join('; ')}`,
    )
  }
  return null
}

async function runRung(
  runs: RunAccess,
  rung: { readonly spec: SweepSpec; readonly chosen: readonly Trial[]; readonly steps: number | null },
  { retryFailed, call }: RunningSweep,
): Promise<SweepEnd> {
  const { spec, chosen, steps } = rung
  for (const [index, trial] of chosen.entries()) {
    const found = await runs.read((db) => runsOfSweep(db, spec.name))
    const before = found.get(trial.name) ?? null
    const spent = before === null ? spentBudget(spec, [...found.values()]) : null
    if (spent !== null) return { kind: 'budget', why: `its budget of ${spent} is used up` }
    call.note(`Trial ${index + 1} of ${chosen.length}: ${trial.name}`)
    const plan = { trial, group: spec.name, before, steps, retryFailed }
    const run = await runTrial(runs, plan, call)
    if (run.status === 'failed') call.note(`failed: ${run.error?.message ?? 'without a message'}`)
    if (call.signal.aborted || run.status === 'stopped' || run.status === 'paused')
      return { kind: 'stopped', why: 'it was stopped; the same command goes on' }
  }
  return null
}

/** What no further trial may begin for; a trial that has begun is always brought to its end. */
function spentBudget({ budget }: SweepSpec, begun: readonly Run[]): string | null {
  const { runs = Infinity, tokens = Infinity, hours = Infinity } = budget
  const sum = (value: (run: Run) => number): number => begun.reduce((total, run) => total + value(run), 0)
  if (begun.length >= runs) return `${runs} runs`
  if (sum((run) => run.tokensGenerated) >= tokens) return `${tokens} tokens`
  return sum((run) => run.activeMs) >= hours * 3_600_000 ? `${hours} hours` : null
}

async function pointsAfter(
  runs: RunAccess,
  rung: {
    readonly spec: SweepSpec
    readonly kept: readonly SweepPoint[]
    readonly chosen: readonly Trial[]
    readonly steps: number
  },
): Promise<readonly SweepPoint[]> {
  const { spec, kept, chosen, steps } = rung
  const scores = await runs.read((db) =>
    scoresOf(db, chosen, { runs: runsOfSweep(db, spec.name), metric: spec.metric, step: steps }),
  )
  return keptPoints(pointSummaries(kept, scores), spec.halving?.keep ?? 1)
}
