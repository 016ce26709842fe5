import { probeEvent, probeReference } from '../../../core/train/probe.ts'
import { needsVStar } from '../../../shared/config/parseConfig.ts'
import { rolloutCounts } from '../../../shared/runs/rolloutCounts.ts'
import { probedTimeText } from '../../../shared/text/timeEstimate.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { startedStage } from '../../../shared/runs/startedStage.ts'
import { systemClock } from '../../host/machine/clock.ts'
import type { JobContext } from '../jobContext.ts'
import { reportedResult } from '../reportedResult.ts'

/**
 * Looks at a few answers of the reference before the run's first sampling, and says in its log what they are
 * worth.
 *
 * @returns false when "stop now" came meanwhile
 * @throws RecheckError `probe.no-reward` where nothing can be learned, unless `onNoSignal` is `warn`
 */
export async function probeStage(context: JobContext): Promise<boolean> {
  const { config, conversation, material, port } = context
  if (hasSampled(context)) return true
  const probe = probeReference({
    config,
    conversation,
    grading: material.grading,
    problems: material.problems.splits.train,
    signal: port.stopNow,
  })
  const startedMs = systemClock.steadyMs()
  const found = await reportedResult(probe, context)
  if (found === 'stopped') return false
  if (found === null) return true
  const event = probeEvent(found, config)
  if (event.level === 'error')
    throw new RecheckError(
      'probe.no-reward',
      `${event.message}. ${event.remedy ?? ''} (--force, or onNoSignal=warn, goes on all the same.)`,
    )
  port.emit(event)
  emitTime(context, (systemClock.steadyMs() - startedMs) / found.problems)
  return true
}

/**
 * The first that is known of a run's pace, where no earlier run has shown it. @param samplingMs of one
 * rollout
 */
function emitTime({ request, config, port }: JobContext, samplingMs: number): void {
  const isEstimated = request.vStar?.artifact.complete === true
  const counts = rolloutCounts(config, { stage: startedStage(request.run), isEstimated })
  const message = probedTimeText(counts, samplingMs)
  if (message !== null) port.emit({ type: 'log', level: 'info', code: 'time.plan', message, remedy: null })
}

/**
 * Problems are estimated already, or steps are done: then the run has shown what the model can do. Of several
 * shards the first one looks.
 */
function hasSampled({ request, config }: JobContext): boolean {
  const { vStar, checkpoints, shard } = request
  if (shard !== undefined && shard.number > 1) return true
  return needsVStar(config) ? (vStar?.estimates.length ?? 0) > 0 : checkpoints.length > 0
}
