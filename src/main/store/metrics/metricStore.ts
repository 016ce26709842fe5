import type { Statement } from 'better-sqlite3'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { RunEvent } from '../../../shared/runs/runEvent.ts'
import type { Database } from '../database.ts'
import { chunkPoints, packChunk, type RawPoint } from './metricChunk.ts'
import { readColumns } from './metricQuery.ts'

export type MetricsEvent = Extract<RunEvent, { type: 'metrics' }>

/**
 * What to do with a step computed twice. `must-equal`: it has to give the same values, as it does on a
 * processor. `first-stays`: for devices whose sums have no fixed order.
 */
export type Twice = 'must-equal' | 'first-stays'

/** Values that no seed fixes: when a step is computed twice, the first one stays. */
const measuredPrefixes = ['time/', 'speed/', 'memory/', 'system/'] as const

export function isMeasured(metricName: string): boolean {
  return measuredPrefixes.some((prefix) => metricName.startsWith(prefix))
}

interface Series {
  readonly seriesId: number
  readonly name: string
  points: number
  lastStep: number
  /** Points still in rows. */
  loose: number
  isTouched: boolean
}

/** Stores the points of one run. Belongs inside the transaction of a batch. */
export interface MetricWriter {
  append(event: MetricsEvent): void
  /** Writes the counters of the series touched and packs what has gathered. Last in every batch. */
  finishBatch(): void
  /** Forgets what it believes about the database, after a transaction that was rolled back. */
  forget(): void
}

interface Statements {
  readonly findSeries: Statement
  readonly addSeries: Statement
  readonly addPoint: Statement
  readonly updateSeries: Statement
  readonly looseCount: Statement
  readonly loosePoints: Statement
  readonly dropLoose: Statement
  readonly addChunk: Statement
}

/**
 * @throws RecheckError `run.differs` from `append` when, under `must-equal`, a step computed twice has
 *   another value
 */
export function openMetricWriter(db: Database, runId: string, twice: Twice): MetricWriter {
  const statements = prepareStatements(db)
  const known = new Map<string, Series>()

  const seriesOf = (name: string): Series => {
    const cached = known.get(name)
    if (cached) return cached
    const series = loadSeries(statements, runId, name)
    known.set(name, series)
    return series
  }

  return {
    append(event) {
      for (const [name, value] of Object.entries(event.values)) {
        if (value === null) continue
        const series = seriesOf(name)
        const point: RawPoint = [event.step, event.timeMs, event.tokens, event.problems, value]
        if (event.step > series.lastStep) addPoint(statements, series, point)
        else if (twice === 'must-equal')
          compareWithStored(db, { runId, name, seriesId: series.seriesId }, point)
      }
    },
    finishBatch() {
      for (const series of known.values()) {
        if (!series.isTouched) continue
        if (series.loose >= chunkPoints) packLoosePoints(statements, series)
        statements.updateSeries.run(series.points, series.lastStep, series.seriesId)
        series.isTouched = false
      }
    },
    forget: () => known.clear(),
  }
}

function prepareStatements(db: Database): Statements {
  return {
    findSeries: db.prepare(
      'SELECT series_id, points, last_step FROM metric_series WHERE run_id = ? AND name = ?',
    ),
    addSeries: db.prepare('INSERT INTO metric_series (run_id, name) VALUES (?, ?)'),
    addPoint: db.prepare('INSERT INTO metric_point VALUES (?, ?, ?, ?, ?, ?)'),
    updateSeries: db.prepare('UPDATE metric_series SET points = ?, last_step = ? WHERE series_id = ?'),
    looseCount: db.prepare('SELECT count(*) FROM metric_point WHERE series_id = ?').pluck(),
    loosePoints: db
      .prepare(
        'SELECT step, time_ms, tokens, problems, value FROM metric_point WHERE series_id = ? ORDER BY step',
      )
      .raw(),
    dropLoose: db.prepare('DELETE FROM metric_point WHERE series_id = ?'),
    addChunk: db.prepare('INSERT INTO metric_chunk VALUES (?, ?, ?, ?, ?)'),
  }
}

function loadSeries(statements: Statements, runId: string, name: string): Series {
  const row = statements.findSeries.get(runId, name) as
    { series_id: number; points: number; last_step: number } | undefined
  if (row === undefined) {
    const seriesId = Number(statements.addSeries.run(runId, name).lastInsertRowid)
    return { seriesId, name, points: 0, lastStep: -1, loose: 0, isTouched: false }
  }
  const loose = Number(statements.looseCount.get(row.series_id))
  return {
    seriesId: row.series_id,
    name,
    points: row.points,
    lastStep: row.last_step,
    loose,
    isTouched: false,
  }
}

function addPoint(statements: Statements, series: Series, point: RawPoint): void {
  statements.addPoint.run(series.seriesId, ...point)
  series.points++
  series.loose++
  series.lastStep = point[0]
  series.isTouched = true
}

/** Rows into chunks of `chunkPoints`; what is left over stays in rows. */
function packLoosePoints(statements: Statements, series: Series): void {
  const loose = statements.loosePoints.all(series.seriesId) as RawPoint[]
  statements.dropLoose.run(series.seriesId)
  let start = 0
  for (; start + chunkPoints <= loose.length; start += chunkPoints) {
    const chunk = loose.slice(start, start + chunkPoints)
    const firstStep = chunk[0]?.[0]
    const lastStep = chunk.at(-1)?.[0]
    statements.addChunk.run(series.seriesId, firstStep, lastStep, chunk.length, packChunk(chunk))
  }
  for (const point of loose.slice(start)) statements.addPoint.run(series.seriesId, ...point)
  series.loose = loose.length - start
}

interface NamedSeries {
  readonly runId: string
  readonly name: string
  readonly seriesId: number
}

function compareWithStored(db: Database, series: NamedSeries, point: RawPoint): void {
  if (isMeasured(series.name)) return
  const [step, , , , value] = point
  const stored = readColumns(db, series.seriesId, { from: step, to: step })
  if (stored.value[0] === value) return
  const before = stored.value.length === 0 ? 'nothing' : String(stored.value[0])
  throw new RecheckError(
    'run.differs',
    `run ${series.runId}: step ${step} was computed twice and ${series.name} differs: ${before} is stored, ${value} came now. ` +
      'The run is no longer the one it was (another machine, thread count, library or file?); start a new run from its config.',
    { step, metric: series.name, stored: stored.value[0] ?? null, now: value },
  )
}
