import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { CheckpointRecord, Evaluation, Run } from '../../../shared/runs/records.ts'
import { validationOf } from '../../../shared/runs/checkpointValidation.ts'
import { bestCheckpoint, readCheckpoints } from '../checkpointStore.ts'
import type { Database } from '../database.ts'
import { readEvaluations } from '../evaluationStore.ts'
import { findRun } from './findRun.ts'

/** A run and those of its checkpoints that are meant. */
export interface NamedCheckpoints {
  readonly run: Run
  /** Newest first: where one is damaged, the next serves; never empty. */
  readonly checkpoints: readonly CheckpointRecord[]
}

/**
 * The run that a user means, with its checkpoints: all of them for `RUN`, one for `RUN@120` (steps done) and
 * `RUN@best` (by validation). A run whose name ends like that is found by its whole name first.
 *
 * @throws RecheckError `run.unknown`, `run.deleted`, `run.ambiguous`, `checkpoint.unknown`
 */
export function findCheckpoints(db: Database, wanted: string): NamedCheckpoints {
  const [, name, which] = /^(.+)@(\d+|best)$/.exec(wanted) ?? []
  const whole = name === undefined ? findRun(db, wanted) : runOrNull(db, wanted)
  const run = whole ?? findRun(db, name ?? wanted)
  const all = readCheckpoints(db, run.runId)
  const checkpoints = whole === null ? chosen(all, which ?? '', () => readEvaluations(db, run.runId)) : all
  if (checkpoints.length > 0) return { run, checkpoints }
  const steps = all.map(({ step }) => step).join(', ') || 'none'
  const why =
    which === 'best' && all.length > 0
      ? 'has no best checkpoint: none of its checkpoints was evaluated on the validation split (data.validation, evalEvery)'
      : `has no such checkpoint (${wanted})`
  throw new RecheckError('checkpoint.unknown', `run ${run.runId} ${why}; it has steps: ${steps}.`)
}

function runOrNull(db: Database, wanted: string): Run | null {
  try {
    return findRun(db, wanted)
  } catch (thrown) {
    if (thrown instanceof RecheckError && thrown.code === 'run.unknown') return null
    throw thrown
  }
}

function chosen(
  all: readonly CheckpointRecord[],
  which: string,
  evaluations: () => readonly Evaluation[],
): readonly CheckpointRecord[] {
  if (which !== 'best') return all.filter(({ step }) => step === Number(which))
  // the row of one that was no new best says nothing: its evaluation does
  const made = evaluations()
  const best = bestCheckpoint(all.map((each) => ({ ...each, validation: validationOf(each, made) })))
  return all.filter(({ checkpointId }) => checkpointId === best?.checkpointId)
}
