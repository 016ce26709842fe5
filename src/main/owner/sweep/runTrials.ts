import type { Sweep } from '../../../shared/sweep/sweepTrials.ts'
import type { SweepSpec } from '../../../shared/sweep/sweepSpec.ts'
import { keptPoints, pointSummaries } from '../../../shared/sweep/sweepSummary.ts'
import type { SweepPoint, Trial } from '../../../shared/sweep/sweepTrials.ts'
import { runRung, type RungTerms, type SweepEnd } from './runRung.ts'
import { runsOfSweep } from './runTrial.ts'
import { scoresOf } from './sweepScores.ts'

/** All trials to the first rung, the kept points to the next, and so on; one rung without halving. */
export async function runTrials({ spec, points, trials }: Sweep, terms: RungTerms): Promise<SweepEnd> {
  const rungs = spec.halving?.steps ?? [null]
  let kept = points
  for (const [index, steps] of rungs.entries()) {
    const chosen = trials.filter(({ point }) => kept.includes(point))
    const end = await runRung({ spec, chosen, steps }, terms)
    if (end !== null) return end
    if (steps === null || index === rungs.length - 1) return null
    kept = await pointsAfter({ spec, kept, chosen, steps }, terms)
    terms.host.note(
      `After ${steps} steps ${kept.length} of ${points.length} points go on: ${kept.map(({ label }) => label).join('; ')}`,
    )
  }
  return null
}

async function pointsAfter(
  rung: {
    readonly spec: SweepSpec
    readonly kept: readonly SweepPoint[]
    readonly chosen: readonly Trial[]
    readonly steps: number
  },
  { host }: RungTerms,
): Promise<readonly SweepPoint[]> {
  const { spec, kept, chosen, steps } = rung
  const scores = await host.read((db) =>
    scoresOf(db, chosen, { runs: runsOfSweep(db, spec.name), metric: spec.metric, step: steps }),
  )
  return keptPoints(pointSummaries(kept, scores), spec.halving?.keep ?? 1)
}
