import { storedConfig } from './storedConfig.ts'
import { isGroupMethod, type RunConfig } from '../../../shared/config/parseConfig.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { Run } from '../../../shared/runs/records.ts'
import { isSamePace, type RunPace } from '../../../shared/text/timeEstimate.ts'
import type { Database } from '../database.ts'
import { readSeries } from '../metrics/metricQuery.ts'
import { listRuns } from './runStore.ts'

/** Runs looked at, newest first. */
const runsLookedAt = 50
/** Last steps of a run whose mean is its pace. */
const stepsLookedAt = 20

/**
 * How fast the newest run of the same model and settings went on this machine: a run of stage 2 that has done
 * two steps, else a finished one of stage 1, which says nothing of updates. Null where there is none.
 */
export function findPace(db: Database, config: RunConfig): RunPace | null {
  const paces = listRuns(db, { limit: runsLookedAt }).flatMap((run) => paceOf(db, run, config) ?? [])
  return paces.find(({ updateMs }) => updateMs !== null) ?? paces[0] ?? null
}

function paceOf(db: Database, run: Run, wanted: RunConfig): RunPace | null {
  const isTrained = run.stage === 'self-correction'
  if (isTrained ? run.stepsDone < 2 : run.status !== 'finished') return null
  const config = configOf(run)
  if (config === null || !isSamePace(config, wanted)) return null
  return isTrained ? trainingPace(db, run.runId, config) : estimatingPace(run, config)
}

function trainingPace(db: Database, runId: string, config: RunConfig): RunPace | null {
  const [sampling, update] = [meanOf(db, runId, 'time/rollout'), meanOf(db, runId, 'time/update')]
  if (sampling === null || update === null) return null
  const group = isGroupMethod(config.method) ? config.groupSize : 1
  const rollouts = Math.min(config.problemsPerStep, config.data.train) * group
  return { runId, samplingMs: sampling / rollouts, updateMs: update / rollouts }
}

function estimatingPace({ runId, activeMs, totalSteps }: Run, { vStar }: RunConfig): RunPace | null {
  const rollouts = totalSteps * vStar.samples
  return rollouts === 0 ? null : { runId, samplingMs: activeMs / rollouts, updateMs: null }
}

/** Null: a config that this version does not read. */
function configOf(run: Run): RunConfig | null {
  try {
    return storedConfig(run)
  } catch (thrown) {
    if (thrown instanceof RecheckError) return null
    throw thrown
  }
}

/** Without the first step, which also makes the graph. */
function meanOf(db: Database, runId: string, name: string): number | null {
  const values = [...readSeries(db, runId, name).value].slice(1).slice(-stepsLookedAt)
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
}
