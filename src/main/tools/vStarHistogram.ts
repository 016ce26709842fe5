import { storedConfig } from '../store/runs/storedConfig.ts'
import { attemptVStar } from '../../core/rl/turnBaseline.ts'
import type { VStarBeta } from '../../core/rl/vStar.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { ParsedInputOf } from '../../shared/routes/contract.ts'
import type { EstimatedProblem, ProblemSamples, VStarHistogram } from '../../shared/routes/vStar.ts'
import type { VStarArtifact } from '../../shared/runs/records.ts'
import { turnCount, vStarTurns, type TurnCount, type VStarTurn } from '../../shared/runs/vStarTurns.ts'
import type { Database } from '../store/database.ts'
import { readRun } from '../store/runs/runStore.ts'
import { countVStarSamples, readVStarSamples } from '../store/vStarSampleStore.ts'
import { countVStar, readVStar, readVStarEstimates } from '../store/vStarStore.ts'

/**
 * V* of every problem at the β₁ of the run that estimated, as counts: both ends (no signal) have a bin of
 * their own, so that they are never mixed with their neighbours. Fills while stage 1 runs.
 *
 * @throws RecheckError `vstar.unknown`
 */
export function vStarHistogram(
  db: Database,
  { vStarId, turn, bins }: ParsedInputOf<'vStar.histogram'>,
): VStarHistogram {
  const beta = betaOf(db, vStarId)
  const inner = Array.from({ length: bins }, (_, index) => ({
    low: index / bins,
    high: (index + 1) / bins,
    count: 0,
  }))
  let [never, always, all] = [0, 0, 0]
  for (const { problems, ...count } of countVStar(db, vStarId, turn)) {
    const end = endOf(count)
    if (end === 0) never += problems
    else if (end === 1) always += problems
    else {
      const bin = inner[Math.min(bins - 1, Math.floor(valueOf(count, beta) * bins))]
      if (bin !== undefined) bin.count += problems
    }
    all += problems
  }
  return {
    vStarId,
    problems: all,
    withoutSignal: all === 0 ? 0 : (never + always) / all,
    bins: [{ low: 0, high: 0, count: never }, ...inner, { low: 1, high: 1, count: always }],
  }
}

/**
 * The problems of an estimate by V*, or those of one bin of its histogram.
 *
 * @throws RecheckError `vstar.unknown`
 */
export function vStarProblems(
  db: Database,
  { vStarId, turn, offset, limit, ...wanted }: ParsedInputOf<'vStar.problems'>,
): { readonly total: number; readonly problems: readonly EstimatedProblem[] } {
  const beta = betaOf(db, vStarId)
  const search = wanted.search.toLowerCase()
  const found = readVStarEstimates(db, vStarId)
    .filter(({ problemId, canonical }) =>
      [problemId, canonical].some((text) => text.toLowerCase().includes(search)),
    )
    .flatMap((estimate) => {
      const count = turnCount(estimate, turn)
      return count.samples > 0 && isInBin(count, beta, wanted)
        ? [{ estimate, value: valueOf(count, beta) }]
        : []
    })
    .sort((a, b) => a.value - b.value)
  const problems = found.slice(offset, offset + limit).map(({ estimate, value }) => ({
    problemId: estimate.problemId,
    canonical: estimate.canonical,
    value,
    counts: Object.fromEntries(vStarTurns.map((each) => [each, turnCount(estimate, each)])) as Record<
      VStarTurn,
      TurnCount
    >,
  }))
  return { total: found.length, problems }
}

/**
 * What the reference wrote for one problem.
 *
 * @throws RecheckError `vstar.unknown`
 */
export function vStarSamples(
  db: Database,
  { vStarId, problemId }: ParsedInputOf<'vStar.samples'>,
): ProblemSamples {
  requireVStar(db, vStarId)
  return {
    samples: readVStarSamples(db, vStarId, problemId),
    kept: countVStarSamples(db, vStarId),
    estimated: countVStar(db, vStarId).reduce((sum, { problems }) => sum + problems, 0),
  }
}

function isInBin(
  count: TurnCount,
  beta: VStarBeta,
  { low, high }: { readonly low: number | null; readonly high: number | null },
): boolean {
  const end = endOf(count)
  if (low !== null && low === high) return end === low
  if (end !== null) return low === null && high === null
  const value = valueOf(count, beta)
  return value >= (low ?? 0) && (value < (high ?? 1) || high === 1 || high === null)
}

/** 0 or 1 where the reference was never or always correct: no signal, whatever β₁ is. */
function endOf({ correct, samples }: TurnCount): 0 | 1 | null {
  if (correct === 0) return 0
  return correct === samples ? 1 : null
}

/** V* of a turn that is rewarded by 1 where it is correct, else by 0. */
function valueOf({ correct, samples }: TurnCount, beta: VStarBeta): number {
  return attemptVStar({ correctAttempts: correct, samples }, beta)
}

function betaOf(db: Database, vStarId: string): VStarBeta {
  return storedConfig(readRun(db, requireVStar(db, vStarId).runId)).vStar.beta
}

function requireVStar(db: Database, vStarId: string): VStarArtifact {
  const artifact = readVStar(db, vStarId)
  if (artifact !== null) return artifact
  throw new RecheckError('vstar.unknown', `There is no V* estimate "${vStarId}".`)
}
