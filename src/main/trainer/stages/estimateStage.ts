import type { ReportedEvent, VStarEvent } from '../../../core/train/trainEvent.ts'
import { runVStarStage, type VStarSetup } from '../../../core/train/vStar/runVStarStage.ts'
import { checkResumedVStarInputs, isPooledEstimate } from '../../../core/train/vStar/vStarInputs.ts'
import { problemsPerChunk, shardRange } from '../../../core/train/vStar/vStarShards.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { VStarArtifact, VStarEstimate } from '../../../shared/runs/records.ts'
import type { LogEvent } from '../../../shared/runs/runEvent.ts'
import { systemClock } from '../../host/machine/clock.ts'
import { newId } from '../../host/machine/identifiers.ts'
import { followEstimate } from './followStage.ts'
import type { JobContext, StopRequest } from '../jobContext.ts'

/**
 * Stage 1 of a job: samples the problems that have no estimate yet. A complete estimate is only checked
 * against the run's inputs.
 *
 * @returns every estimate, or null when it was stopped before the end
 * @throws RecheckError `vstar.mismatch` when the estimate was made from other inputs
 */
export async function estimateStage(context: JobContext): Promise<readonly VStarEstimate[] | null> {
  const { request, port, config, material, conversation } = context
  const given = request.vStar
  if (given !== null) checkResumedVStarInputs(given.artifact, material.vStarInputs)
  if (given?.artifact.complete) {
    if (isPooledEstimate(given.artifact)) port.emit(pooledNote(given.artifact))
    return given.estimates
  }
  const artifact = given?.artifact ?? newArtifact(context)
  port.emit({ type: 'vStarArtifact', artifact })
  const stop: StopRequest = { aborted: false }
  const part = partOf(context)
  const ids = new Set(part.problems.map(({ id }) => id))
  const stage = runVStarStage({
    ...part,
    config,
    conversation,
    stop,
    grading: material.grading,
    done: given?.estimates.filter(({ problemId }) => ids.has(problemId)) ?? [],
    tokens: request.run.tokensGenerated,
    abort: port.stopNow,
  })
  const estimates = await driveStage(stage, context, stop)
  if (estimates === null || estimates.length < part.problems.length) return null
  // of a shard the owner says when all are there
  if (request.shard === undefined)
    port.emit({ type: 'vStarArtifact', artifact: { ...artifact, complete: true } })
  await port.flush()
  // the estimates were the work in hand: training, which would come next, has not begun
  return stop.aborted && request.run.stage === 'self-correction' ? null : estimates
}

/** All training problems, or those of the job's shard. */
function partOf({ request, config, material }: JobContext): Pick<VStarSetup, 'problems' | 'firstOfPart'> {
  const { train } = material.problems.splits
  if (request.shard === undefined) return { problems: train }
  const { first, end } = shardRange(train.length, request.shard, problemsPerChunk(config))
  return { problems: train.slice(first, end), firstOfPart: first }
}

/** @returns null when "stop now" gave up the problems in hand: none of them is counted */
async function driveStage(
  stage: AsyncGenerator<VStarEvent, readonly VStarEstimate[]>,
  context: JobContext,
  stop: StopRequest,
): Promise<readonly VStarEstimate[] | null> {
  const { port } = context
  try {
    return await followEstimate(stage, { port, stop, report: (event) => report(event, context) })
  } catch (thrown) {
    if (thrown instanceof RecheckError && thrown.code === 'sampler.stopped') return null
    throw thrown
  }
}

function report(event: ReportedEvent, { request, port, reporter }: JobContext): void {
  // steps of a training run are its updates, not problems sampled before them
  if (event.type === 'metrics' && request.run.stage === 'self-correction') return
  const reported = reporter.eventOf(event)
  if (reported !== null) port.emit(reported)
}

function pooledNote({ vStarId }: VStarArtifact): LogEvent {
  return {
    type: 'log',
    level: 'info',
    code: 'vstar.pooled',
    key: 'vstar.pooled',
    message: `V* estimate ${vStarId} counted revisions over all verdicts together; this run keeps the baseline it began with. A new run makes an estimate by verdict.`,
    remedy: null,
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
