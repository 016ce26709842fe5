import { basename } from 'node:path'
import { importLimits, type ImportedRun } from '../../../shared/runs/imports/importedRun.ts'
import { numberOf } from '../../host/imports/numberText.ts'
import { PointBudget, RunCollector } from '../../host/imports/runCollector.ts'
import { tooManyRuns } from '../../host/imports/tableRuns.ts'
import { openTrackioDatabase, type TrackioRow } from '../../store/foreign/trackioDatabase.ts'
import type { ReadProgress } from './readProgress.ts'

interface Reading {
  readonly collector: RunCollector
  readonly runId: string
  readonly run: string
  /** Rows that hold no JSON object, and values that are no numbers. */
  bad: number
  noNumbers: number
}

/** Runs of a project of trackio. @throws RecheckError `import.*`, `file.*` */
export function readTrackioRuns(path: string, onProgress: ReadProgress): readonly ImportedRun[] {
  const db = openTrackioDatabase(path)
  const budget = new PointBudget()
  const runs = new Map<string, Reading>()
  try {
    let done = 0
    for (const row of db.readRows()) {
      takeRow(row, readingOf(runs, row, { path, budget }))
      if (++done % 1000 === 0) onProgress({ done, total: db.rows, unit: 'rows' })
    }
    return [...runs.values()]
      .filter(({ collector }) => !collector.isEmpty)
      .map((run) => finished(run, db.configOf(run.runId, run.run)))
  } finally {
    db.close()
  }
}

function readingOf(
  runs: Map<string, Reading>,
  { runId, run }: TrackioRow,
  { path, budget }: { readonly path: string; readonly budget: PointBudget },
): Reading {
  const known = runs.get(runId)
  if (known !== undefined) return known
  if (runs.size >= importLimits.runs) throw tooManyRuns(basename(path))
  const made = { collector: new RunCollector(run, 'trackio', budget), runId, run, bad: 0, noNumbers: 0 }
  runs.set(runId, made)
  return made
}

function takeRow({ step, timestamp, metrics }: TrackioRow, run: Reading): void {
  const values = objectOf(metrics)
  if (values === null) run.bad++
  for (const [metric, cell] of Object.entries(values ?? {})) {
    const value = numberOf(cell)
    if (value !== null) run.collector.add(metric, { step, atMs: Date.parse(timestamp.slice(0, 40)), value })
    else if (cell !== null) run.noNumbers++
  }
}

function finished({ collector, bad, noNumbers }: Reading, config: string | null): ImportedRun {
  if (bad > 0) collector.note(`Rows without a JSON object, left out: ${bad.toLocaleString('en-US')}.`)
  if (noNumbers > 0)
    collector.note(
      `Values that are no numbers (texts, tables, pictures), left out: ${noNumbers.toLocaleString('en-US')}.`,
    )
  const fields = config === null ? null : objectOf(config)
  // what trackio notes of itself begins with _
  if (fields !== null)
    collector.setConfig(Object.fromEntries(Object.entries(fields).filter(([name]) => !name.startsWith('_'))))
  return collector.finish()
}

function objectOf(json: string): Readonly<Record<string, unknown>> | null {
  try {
    const parsed: unknown = JSON.parse(json)
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
    return isObject ? (parsed as Readonly<Record<string, unknown>>) : null
  } catch {
    return null // counted by who asks
  }
}
