import { plainLabels } from '../../../shared/text/labels.ts'
import type { Run, RunStatus, StoredStage, TestScore } from '../../../shared/runs/records.ts'

/** A row of table `run`, with the run's tags as one JSON array. */
export interface RunRow {
  readonly number: number
  readonly run_id: string
  readonly name: string
  readonly stage: StoredStage
  readonly status: RunStatus
  readonly config: string
  readonly config_hash: string
  readonly notes: string
  readonly run_group: string | null
  readonly archived: 0 | 1
  readonly pinned: 0 | 1
  readonly deleted_at_ms: number | null
  readonly created_at_ms: number
  readonly started_at_ms: number | null
  readonly ended_at_ms: number | null
  readonly process_id: number | null
  readonly process_started_at_ms: number | null
  readonly heartbeat_at_ms: number | null
  readonly device: string | null
  readonly step: number
  readonly steps_done: number
  readonly total_steps: number
  readonly active_ms: number
  readonly tokens_generated: number
  readonly problems_seen: number
  readonly error_code: string | null
  readonly error_message: string | null
  readonly latest: string
  /** JSON */
  readonly test_score: string | null
  readonly v_star_id: string | null
  readonly last_batch: number
  readonly tags: string | null
}

/** Labels that were stored before there was a rule for them come out as plain text. */
export function runOf(row: RunRow): Run {
  return plainLabels({
    runId: row.run_id,
    name: row.name,
    stage: row.stage,
    status: row.status,
    config: plainConfig(row.config),
    configHash: row.config_hash,
    tags: row.tags === null ? [] : (JSON.parse(row.tags) as string[]),
    notes: row.notes,
    group: row.run_group,
    archived: row.archived === 1,
    pinned: row.pinned === 1,
    deletedAtMs: row.deleted_at_ms,
    createdAtMs: row.created_at_ms,
    startedAtMs: row.started_at_ms,
    endedAtMs: row.ended_at_ms,
    processId: row.process_id,
    processStartedAtMs: row.process_started_at_ms,
    heartbeatAtMs: row.heartbeat_at_ms,
    device: row.device,
    step: row.step,
    stepsDone: row.steps_done,
    totalSteps: row.total_steps,
    activeMs: row.active_ms,
    tokensGenerated: row.tokens_generated,
    problemsSeen: row.problems_seen,
    error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
    latest: JSON.parse(row.latest) as Record<string, number | null>,
    testScore: row.test_score === null ? null : (JSON.parse(row.test_score) as TestScore),
    vStarId: row.v_star_id,
  })
}

interface ConfigLabels {
  readonly name?: string
  readonly notes?: string
  readonly tags?: readonly string[]
}

/** JSON escapes C0 alone; most configs hold nothing to look at. */
const mayHoldControls = /\\u00[01]|\\[bfnrt]|[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/

/** The same labels in the config, so that a run stored with others can be resumed and exported. */
function plainConfig(json: string): string {
  if (!mayHoldControls.test(json)) return json
  const config = JSON.parse(json) as ConfigLabels
  const { name = '', notes = '', tags = [] } = config
  const labels = plainLabels({ name, notes, tags, group: null })
  return JSON.stringify({ ...config, name: labels.name, notes: labels.notes, tags: labels.tags })
}
