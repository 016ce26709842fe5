import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { Run } from '../../shared/runs/records.ts'
import { startedStage } from '../../shared/runs/startedStage.ts'
import { deletedRun } from '../store/runs/runStore.ts'

/** @throws RecheckError `run.deleted`: it would train unseen, and its folder could be erased under it */
export function assertNotDeleted({ runId, deletedAtMs }: Run): void {
  if (deletedAtMs !== null) throw deletedRun(runId)
}

/** @throws RecheckError `run.deleted`, `run.imported` */
export function assertMayGoOn(run: Run): void {
  assertNotDeleted(run)
  startedStage(run)
}

/** @throws RecheckError `run.not-queued`, `run.deleted` */
export function assertMayStart(run: Run): void {
  assertNotDeleted(run)
  if (run.status === 'queued') return
  throw new RecheckError(
    'run.not-queued',
    `run ${run.runId} is ${run.status}, not queued; "recheck runs" shows its state.`,
  )
}

/** @throws RecheckError `run.not-finished`, `run.no-steps`, `run.deleted`, `run.imported` */
export function assertMayExtend(run: Run): void {
  assertMayGoOn(run)
  const { runId, stage, status } = run
  if (stage === 'warm-up') {
    throw new RecheckError(
      'run.no-steps',
      `run ${runId} is a warm-up, whose model is written and may be in use; for a longer one start a new run with more ` +
        'warmUp.steps.',
    )
  }
  if (stage !== 'self-correction') {
    throw new RecheckError(
      'run.no-steps',
      `run ${runId} is of stage 1: it estimates V* of each problem once and has no steps to be given more of. ` +
        'For more problems start a new run with a larger data.train.',
    )
  }
  if (status === 'finished') return
  throw new RecheckError('run.not-finished', `run ${runId} is ${status}; only a finished run is extended.`)
}

/** Thrown when a finished run is to go on as it was. */
export function isFinished({ runId, stage, vStarId }: Run): RecheckError {
  if (stage === 'warm-up') {
    return new RecheckError(
      'run.finished',
      `run ${runId} is finished; train from its model: the folder runs/${runId}/warm-up/model of the data folder.`,
    )
  }
  const wayOut =
    stage === 'self-correction'
      ? `extend it by more steps to go on: recheck resume ${runId} --steps 20`
      : `train against its estimate: recheck train --v-star ${vStarId}`
  return new RecheckError('run.finished', `run ${runId} is finished; ${wayOut}`)
}
