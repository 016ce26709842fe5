import { runVStarStage } from '../../core/train/runVStarStage.ts'
import { checkVStarInputs } from '../../core/train/vStarInputs.ts'
import type { VStarArtifact, VStarEstimate } from '../../shared/records.ts'
import { systemClock } from '../host/clock.ts'
import { newId } from '../host/identifiers.ts'
import type { JobContext, StopRequest } from './jobContext.ts'

/**
 * Stage 1 of a job: samples the problems that have no estimate yet. A complete estimate is only checked against the
 * run's inputs.
 *
 * @returns every estimate, or null when it was stopped before the end
 * @throws RecheckError `vstar.mismatch` when the estimate was made from other inputs
 */
export async function estimateStage(context: JobContext): Promise<readonly VStarEstimate[] | null> {
  const { request, port, config, material, conversation, reporter } = context
  const given = request.vStar
  if (given !== null) checkVStarInputs(given.artifact, material.vStarInputs)
  if (given?.artifact.complete) return given.estimates
  const artifact = given?.artifact ?? newArtifact(context)
  port.emit({ type: 'vStarArtifact', artifact })
  const stop: StopRequest = { aborted: false }
  const stage = runVStarStage({
    ...{ config, conversation, stop },
    grading: material.grading,
    problems: material.problems.splits.train,
    done: given?.estimates ?? [],
    tokens: request.run.tokensGenerated,
    abort: port.stopNow,
  })
  const estimates = await drive(stage)
  if (estimates.length < material.problems.splits.train.length) return null
  port.emit({ type: 'vStarArtifact', artifact: { ...artifact, complete: true } })
  await port.flush()
  return estimates

  async function drive(events: typeof stage): Promise<readonly VStarEstimate[]> {
    for (;;) {
      const next = await events.next()
      if (next.done) return next.value
      // steps of a training run are its updates, not problems sampled before them
      if (next.value.type === 'metrics' && request.run.stage === 'self-correction') continue
      const event = next.value.type === 'checkpoint' ? null : reporter.eventOf(next.value)
      if (event !== null) port.emit(event)
      if (next.value.type === 'vStar' && (await port.betweenSteps()) === 'stop') stop.aborted = true
    }
  }
}

function newArtifact({ request, material }: JobContext): VStarArtifact {
  return {
    vStarId: newId('vstar'),
    runId: request.run.runId,
    createdAtMs: systemClock.nowMs(),
    inputHash: material.inputHash,
    inputs: material.vStarInputs,
    complete: false,
    problems: material.problems.splits.train.length,
  }
}
