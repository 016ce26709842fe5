import type { UsingRun } from '../../shared/routes/library/library.ts'
import type { Database } from './database.ts'

export interface NamedByRun extends UsingRun {
  /** Not over: it holds what it names. */
  readonly isActive: boolean
  /** `model.path` and `model.reference` of its config. */
  readonly models: readonly string[]
  /** `data.source`: a name, or the path of a file. */
  readonly data: string | null
}

interface Row {
  readonly run_id: string
  readonly name: string
  readonly status: string
  readonly model: string | null
  readonly reference: string | null
  readonly source: string | null
  readonly path: string | null
}

/** What the configs of runs name of models and data; of deleted ones too, as long as they can be restored. */
export function namedByRuns(db: Database): readonly NamedByRun[] {
  const rows = db
    .prepare<[], Row>(
      `SELECT run_id, name, status, json_extract(config, '$.model.path') AS model,
         json_extract(config, '$.model.reference') AS reference,
         CASE json_type(config, '$.data.source') WHEN 'text' THEN json_extract(config, '$.data.source') END AS source,
         json_extract(config, '$.data.source.path') AS path
       FROM run WHERE json_valid(config) ORDER BY created_at_ms DESC`,
    )
    .all()
  return rows.map(({ run_id: runId, name, status, model, reference, source, path }) => ({
    runId,
    name,
    isActive: ['queued', 'running', 'paused'].includes(status),
    models: [model, reference].filter((each) => each !== null),
    data: path ?? source,
  }))
}
