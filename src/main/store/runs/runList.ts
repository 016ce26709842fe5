import { plainLabels } from '../../../shared/text/labels.ts'
import { findMetric } from '../../../shared/metrics/metrics.ts'
import type { RunStatus, TestScore } from '../../../shared/runs/records.ts'
import { listedMetrics, listedValues, type ListedRun, type RunValues } from '../../../shared/runs/runList.ts'
import type { Database } from '../database.ts'
import { tagsByRun } from './runStore.ts'

/** Which runs a list is of. */
export interface ListedPart {
  readonly archived: boolean
  /** Deleted ones instead, archived or not. */
  readonly deleted?: boolean
}

export interface ListQuery extends ListedPart {
  /** Only runs with one of these; null = all. */
  readonly statuses?: readonly RunStatus[] | null
}

interface ListRow extends Omit<ListedRun, 'tags' | 'latest' | 'testScore' | 'pinned' | 'isElsewhere'> {
  readonly pinned: 0 | 1
  readonly isElsewhere: 0 | 1
  /** JSON */
  readonly testScore: string | null
  /** JSON: the values of `listedMetrics`, in their order. */
  readonly shown: string
}

const columns = `run_id AS runId, name, stage, status, notes, run_group AS "group", pinned, created_at_ms AS createdAtMs, device, step,
  steps_done AS stepsDone,  total_steps AS totalSteps, active_ms AS activeMs, tokens_generated AS tokensGenerated, problems_seen AS problemsSeen,
  v_star_id AS vStarId, test_score AS testScore,
  run_id IN (SELECT run_id FROM remote_run) AS isElsewhere`

/**
 * Newest first; deleted runs stand in no list but their own. Joins no history, and reads of each run's JSON
 * the metrics that the list shows.
 */
export function listRunLines(db: Database, { statuses = null, ...part }: ListQuery): readonly ListedRun[] {
  const paths = listedMetrics.map(jsonPath)
  const marks = statuses === null ? '' : `AND status IN (${statuses.map(() => '?').join(', ')})`
  const rows = db
    .prepare<(string | number)[], ListRow>(
      `SELECT ${columns}, json_extract(latest, ${paths.map(() => '?').join(', ')}) AS shown
       FROM run WHERE ${conditionOf(part)} ${marks} ORDER BY number DESC`,
    )
    .all(...paths, ...(statuses ?? []))
  const tags = tagsByRun(db)
  return rows.map(({ shown, testScore, pinned, isElsewhere, ...run }) =>
    plainLabels({
      ...run,
      ...(pinned === 1 ? { pinned: true } : {}),
      ...(isElsewhere === 1 ? { isElsewhere: true } : {}),
      testScore: testScore === null ? null : (JSON.parse(testScore) as TestScore),
      tags: tags.get(run.runId) ?? [],
      latest: listedValues(JSON.parse(shown) as (number | null)[]),
    }),
  )
}

/** What each run of the list has under these names; config fields and metrics may be mixed. */
export function readRunValues(db: Database, part: ListedPart, names: readonly string[]): RunValues {
  const parts = names.map((name) => `${findMetric(name) === null ? 'config' : 'latest'} -> ?`)
  const rows = db
    .prepare<(string | number)[], [string, ...(string | null)[]]>(
      `SELECT run_id, ${parts.join(', ')} FROM run WHERE ${conditionOf(part)}`,
    )
    .raw()
    .all(...names.map(jsonPath))
  const values: Record<string, readonly unknown[]> = {}
  for (const [runId, ...found] of rows) {
    values[runId] = found.map((text): unknown => (text === null ? null : JSON.parse(text)))
  }
  return { names, values }
}

function conditionOf({ archived, deleted = false }: ListedPart): string {
  return deleted ? 'deleted_at_ms IS NOT NULL' : `deleted_at_ms IS NULL AND archived = ${archived ? 1 : 0}`
}

/** `optimizer.learningRate` is a path of two keys, `accuracy/final` one key. */
function jsonPath(name: string): string {
  const keys = findMetric(name) === null ? name.split('.') : [name]
  return `$${keys.map((key) => `."${key.replaceAll('"', '')}"`).join('')}`
}
