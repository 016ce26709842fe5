import { storedConfig } from '../store/runs/storedConfig.ts'
import { createHash } from 'node:crypto'
import { changeableFields, isChangeable } from '../../shared/config/changeableFields.ts'
import { parseConfig, type RunConfig } from '../../shared/config/parseConfig.ts'
import { canonicalConfig } from '../../shared/config/fields.ts'
import {
  configDifferences,
  mergeConfigs,
  type ConfigDifference,
  type ConfigLayer,
} from '../../shared/config/layers.ts'
import { rateChange, rateChangeText } from '../../shared/runs/extendedRate.ts'
import type { LearningRateSchedule } from '../../shared/runs/learningRate.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { CheckpointRecord, Run } from '../../shared/runs/records.ts'
import { dropCheckpoint, readCheckpoints } from '../store/checkpointStore.ts'
import type { Database } from '../store/database.ts'
import { appendLog } from '../store/eventLog.ts'
import { forgetStepsFrom } from '../store/forgetSteps.ts'
import { readRun, setConfig } from '../store/runs/runStore.ts'
import { openNewestCheckpoint } from '../run/newestCheckpoint.ts'
import { refuseUnsupported } from '../run/refuseUnsupported.ts'

export interface RunChange {
  /** Laid over the run's config; may be empty. */
  readonly settings: ConfigLayer
  /** Step of the checkpoint to go on from, 0 = the beginning; null = the newest sound one. */
  readonly fromStep: number | null
}

/**
 * Prepares a run that no process executes to go on with other settings, or from an earlier checkpoint. What
 * it reported after that checkpoint is taken back, because it will be computed again and come out otherwise;
 * the log says what was changed and from which step on, and the config's hash is no longer that of a run that
 * had these settings from the start.
 *
 * @throws RecheckError `config.*` and nothing is changed · `checkpoint.unknown` · `checkpoint.none-sound` ·
 *   `run.active`
 */
export async function resumeWithChanges(
  { db, dataDir }: { readonly db: Database; readonly dataDir: string },
  run: Run,
  { change, nowMs }: { readonly change: RunChange; readonly nowMs: number },
): Promise<void> {
  const { runId } = run
  const { before, config, differences } = changedConfig(run, change.settings)
  const records = readCheckpoints(db, runId)
  const { fromStep } = change
  const usable = fromStep === null ? records : checkpointsUpTo(runId, records, fromStep)
  const newest = await openNewestCheckpoint(dataDir, usable)
  const step = newest?.record.step ?? 0
  const hash = createHash('sha256')
    .update(JSON.stringify([canonicalConfig(config), step, run.configHash]))
    .digest('hex')
  const configHash = differences.length === 0 ? run.configHash : hash.slice(0, 12)
  db.transaction(() => {
    // checkpoints were read meanwhile: somebody else may have let it go on
    if (readRun(db, runId).status !== run.status) throw isActive(runId)
    for (const record of records) if (record.step > step) dropCheckpoint(db, record.checkpointId)
    forgetStepsFrom(db, runId, step)
    setConfig(db, runId, { config: JSON.stringify(config), configHash })
    const rate = changedRateText({ before, after: config, differences }, run.totalSteps, step)
    const message = messageOf(readRun(db, runId), { step, differences, before: run.configHash, rate })
    appendLog(db, { runId, atMs: nowMs, level: 'info', code: 'run.changed', message, remedy: null })
  }).immediate()
}

function changedConfig(
  run: Run,
  settings: ConfigLayer,
): {
  readonly before: RunConfig
  readonly config: RunConfig
  readonly differences: readonly ConfigDifference[]
} {
  const before = storedConfig(run)
  const config = parseConfig(mergeConfigs(before as ConfigLayer, settings), 'the run with these changes')
  refuseUnsupported(config)
  const differences = configDifferences(before, config)
  const fixed = differences.filter(({ path }) => !isChangeable(path)).map(({ path }) => path)
  if (fixed.length === 0) return { before, config, differences }
  throw new RecheckError(
    'config.fixed',
    `${fixed.join(', ')}: run ${run.runId} cannot be given another value on its way; start a new run. ` +
      `What can be changed: ${changeableFields.join(', ')}.`,
    { fixed },
  )
}

function checkpointsUpTo(
  runId: string,
  records: readonly CheckpointRecord[],
  step: number,
): readonly CheckpointRecord[] {
  if (step === 0) return records.filter((record) => record.step === 0)
  const chosen = records.filter((record) => record.step === step)
  if (chosen.length > 0) return chosen
  const steps = records.map((record) => record.step)
  throw new RecheckError(
    'checkpoint.unknown',
    `run ${runId} has no checkpoint of step ${step}; it has ${steps.length === 0 ? 'none' : steps.join(', ')}. ` +
      '--from 0 begins anew.',
    { steps },
  )
}

interface ChangeMade {
  readonly step: number
  readonly differences: readonly ConfigDifference[]
  /** Hash of the config before. */
  readonly before: string
  /** What the learning rate does; null where its settings stay. */
  readonly rate: string | null
}

const rateFields = ['optimizer.learningRate', 'optimizer.schedule', 'optimizer.warmupSteps']

/** @param totalSteps 0: known only when the problems have been filtered, and the schedule with it */
function changedRateText(
  change: {
    readonly before: RunConfig
    readonly after: RunConfig
    readonly differences: readonly ConfigDifference[]
  },
  totalSteps: number,
  step: number,
): string | null {
  const { before, after, differences } = change
  if (totalSteps === 0 || !differences.some(({ path }) => rateFields.includes(path))) return null
  const scheduleOf = ({ optimizer }: RunConfig): LearningRateSchedule => ({ ...optimizer, steps: totalSteps })
  return rateChangeText(rateChange(scheduleOf(before), scheduleOf(after), step))
}

function messageOf(run: Run, { step, differences, before, rate }: ChangeMade): string {
  const words = differences.map(
    ({ path, left, right }) => `${path} ${JSON.stringify(left)} → ${JSON.stringify(right)}`,
  )
  const what =
    words.length === 0
      ? 'with the same settings'
      : `with ${words.join(', ')} (config ${before} → ${run.configHash})`
  const goesOn = `Goes on from step ${step} ${what}; what was reported after it is taken back.`
  return rate === null ? goesOn : `${goesOn} From there, ${rate}`
}

/** Thrown when a run that is to be changed has a process, or is about to. */
export function isActive(runId: string): RecheckError {
  return new RecheckError(
    'run.active',
    `run ${runId} is at work or waits for its turn; stop it before it goes on with other settings.`,
  )
}
