import { storedConfig } from '../store/storedConfig.ts'
import { attemptVStar } from '../../core/rl/turnBaseline.ts'
import { RecheckError } from '../../shared/recheckError.ts'
import type { VStarHistogram } from '../../shared/routes/vStar.ts'
import type { Database } from '../store/database.ts'
import { readRun } from '../store/runStore.ts'
import { countVStar, readVStar } from '../store/vStarStore.ts'

/**
 * V* of every problem at the β₁ of the run that asks, as counts: both ends (no signal) have a bin of their own, so that
 * they are never mixed with their neighbours.
 *
 * @throws RecheckError `vstar.unknown`
 */
export function vStarHistogram(db: Database, vStarId: string, bins: number): VStarHistogram {
  const artifact = readVStar(db, vStarId)
  if (artifact === null) throw new RecheckError('vstar.unknown', `There is no V* estimate "${vStarId}".`)
  const { beta } = storedConfig(readRun(db, artifact.runId)).vStar
  const counts = countVStar(db, vStarId)
  const inner = Array.from({ length: bins }, (_, index) => ({
    low: index / bins,
    high: (index + 1) / bins,
    count: 0,
  }))
  let never = 0
  let always = 0
  for (const { samples, correctAttempts, problems } of counts) {
    if (correctAttempts === 0) never += problems
    else if (correctAttempts === samples) always += problems
    else {
      const value = attemptVStar({ samples, correctAttempts }, beta)
      const bin = inner[Math.min(bins - 1, Math.floor(value * bins))]
      if (bin !== undefined) bin.count += problems
    }
  }
  const problems = counts.reduce((sum, each) => sum + each.problems, 0)
  return {
    vStarId,
    problems,
    withoutSignal: problems === 0 ? 0 : (never + always) / problems,
    bins: [{ low: 0, high: 0, count: never }, ...inner, { low: 1, high: 1, count: always }],
  }
}
