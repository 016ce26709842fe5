import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { EventBatch, RunEvent } from '../../shared/runs/runEvent.ts'
import { storeCheckpoint } from './checkpointStore.ts'
import type { Database } from './database.ts'
import { storeEvaluation } from './evaluationStore.ts'
import { appendLog } from './eventLog.ts'
import { openMetricWriter, type MetricsEvent, type Twice } from './metrics/metricStore.ts'
import { openRolloutWriter } from './rollouts/rolloutStore.ts'
import { lastBatchOf, readRun } from './runs/runStore.ts'
import { withStoreErrors } from './storeError.ts'
import { storeVStarSamples } from './vStarSampleStore.ts'
import { storeVStar, storeVStarEstimates } from './vStarStore.ts'

/**
 * Takes the batches of one trainer process. A process has a writer of its own, from its first batch to its
 * end.
 */
export interface BatchWriter {
  /**
   * Stores a batch whole or not at all.
   *
   * @returns false when it was stored before
   * @throws RecheckError `batch.gap` when one before it is missing, `run.differs` when it contradicts what is
   *   stored, `store.disk-full`, `store.damaged`; the same batch may then be given again
   */
  store(batch: EventBatch, nowMs: number): boolean
}

interface RunWriters {
  readonly db: Database
  readonly runId: string
  readonly twice: Twice
  readonly metrics: ReturnType<typeof openMetricWriter>
  readonly rollouts: ReturnType<typeof openRolloutWriter>
}

export function openBatchWriter(db: Database, runId: string, twice: Twice = 'must-equal'): BatchWriter {
  const writers: RunWriters = {
    db,
    runId,
    twice,
    metrics: openMetricWriter(db, runId, twice),
    rollouts: openRolloutWriter(db, runId, twice),
  }
  const storeWhole = db.transaction((batch: EventBatch, nowMs: number): boolean => {
    const last = lastBatchOf(db, runId)
    if (batch.sequence <= last) return false
    assertNext(batch, last)
    for (const event of batch.events) storeEvent(writers, event, nowMs)
    storeLatest(writers, batch.events)
    writers.metrics.finishBatch()
    writers.rollouts.finishBatch()
    db.prepare('UPDATE run SET last_batch = ?, heartbeat_at_ms = ? WHERE run_id = ?').run(
      batch.sequence,
      nowMs,
      runId,
    )
    return true
  })
  return {
    store(batch, nowMs) {
      try {
        return withStoreErrors(db.name, () => storeWhole.immediate(batch, nowMs))
      } catch (thrown) {
        writers.metrics.forget()
        writers.rollouts.forget()
        throw thrown
      }
    },
  }
}

function assertNext(batch: EventBatch, last: number): void {
  if (batch.sequence === last + 1) return
  throw new RecheckError(
    'batch.gap',
    `run ${batch.runId}: batch ${last + 1} was expected, batch ${batch.sequence} came; what was in between is lost.`,
  )
}

function storeEvent(writers: RunWriters, event: RunEvent, nowMs: number): void {
  const { db, runId } = writers
  switch (event.type) {
    case 'metrics':
      return writers.metrics.append(event)
    case 'rollouts':
      return writers.rollouts.append(event.rollouts)
    // the trainer's clock may be another machine's: what a run has made bears the time of this one, as its log
    // does
    case 'evaluation':
      return storeEvaluation(db, { ...event.evaluation, createdAtMs: nowMs }, writers.twice)
    case 'checkpoint':
      return storeCheckpoint(db, { ...event.checkpoint, createdAtMs: nowMs })
    case 'vStarArtifact':
      return storeVStar(db, { ...event.artifact, createdAtMs: nowMs })
    case 'vStar': {
      const vStarId = vStarOf(db, runId)
      storeVStarEstimates(db, vStarId, event)
      storeVStarSamples(db, vStarId, event.samples ?? [])
      return
    }
    case 'device':
      db.prepare('UPDATE run SET device = ? WHERE run_id = ?').run(event.device, runId)
      return
    case 'log':
      appendLog(db, { ...event, runId, atMs: nowMs })
      return
    case 'status': // the owner's to decide, by the table of transitions
    case 'progress': // shown, not kept
      return
  }
}

function vStarOf(db: Database, runId: string): string {
  const { vStarId } = readRun(db, runId)
  if (vStarId !== null) return vStarId
  throw new RecheckError(
    'v-star.undeclared',
    `run ${runId} sends V* estimates before it declared their artifact.`,
  )
}

/** Where the run stands, in its own row: a list of runs then joins no history. */
function storeLatest(writers: RunWriters, events: readonly RunEvent[]): void {
  const points = events.filter((event): event is MetricsEvent => event.type === 'metrics')
  const last = points.at(-1)
  if (last === undefined) return
  const latest = Object.assign({}, ...points.map((point) => point.values)) as MetricsEvent['values']
  writers.db
    .prepare(
      `UPDATE run SET latest = json_patch(latest, :latest), step = :step, steps_done = :stepsDone, active_ms = max(active_ms, :timeMs),
         tokens_generated = :tokens, problems_seen = :problems WHERE run_id = :runId`,
    )
    .run({ ...last, runId: writers.runId, latest: JSON.stringify(latest), type: null, values: null })
}
