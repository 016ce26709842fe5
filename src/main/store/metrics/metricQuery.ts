import type { MetricBucket } from '../../../shared/runs/records.ts'
import type { MetricAxis, MetricRange } from '../../../shared/routes/metrics.ts'
import type { Database } from '../database.ts'
import { alwaysMeasured, gapsBefore } from './metricGaps.ts'
import {
  emptyColumns,
  pointAt,
  unpackChunk,
  writeRawPoint,
  type MetricColumns,
  type RawPoint,
} from './metricChunk.ts'

export interface SeriesSummary {
  readonly name: string
  readonly points: number
  readonly lastStep: number
}

export interface RangeQuery {
  readonly runId: string
  readonly name: string
  readonly axis: MetricAxis
  /** Both ends belong to the range; null = as far as the series goes. Time in ms. */
  readonly from: number | null
  readonly to: number | null
  /** At most this many buckets, each of the same width. */
  readonly buckets: number
}

/** The metrics a run has, by name. */
export function listSeries(db: Database, runId: string): readonly SeriesSummary[] {
  return db
    .prepare<[string], SeriesSummary>(
      'SELECT name, points, last_step AS lastStep FROM metric_series WHERE run_id = ? ORDER BY name',
    )
    .all(runId)
}

/**
 * Every point of a series, in order; no points when the run has no such metric.
 *
 * @param from  the first step; null = its beginning
 */
export function readSeries(
  db: Database,
  runId: string,
  name: string,
  from: number | null = null,
): MetricColumns {
  const seriesId = findSeries(db, runId, name)
  return seriesId === null ? emptyColumns(0) : readColumns(db, seriesId, { from, to: null })
}

/**
 * First, last, least and greatest point of each bucket of the range: no spike is lost, however few buckets
 * there are. Where the range holds no more points than buckets, the points themselves.
 */
export function readRange(db: Database, query: RangeQuery): MetricRange {
  const { name } = query
  const seriesId = findSeries(db, query.runId, name)
  if (seriesId === null) return { name, total: 0, points: [], buckets: [], gaps: [] }
  const columns = readColumns(db, seriesId, query.axis === 'step' ? query : { from: null, to: null })
  const [start, end] = rangeOf(columns[query.axis], query)
  const gaps = gapsOf(db, query, columns).filter((index) => index > start && index < end)
  const stepsOf = (indices: readonly number[]): number[] => indices.map((index) => columns.step[index] ?? 0)
  if (end - start > query.buckets) {
    const range = { ...query, start, end }
    const wide = gaps.filter((index) => isBucketWide(columns, range, index))
    return { name, total: end - start, points: [], buckets: bucketsOf(columns, range), gaps: stepsOf(wide) }
  }
  const points = Array.from({ length: end - start }, (_, index) => pointAt(columns, start + index))
  return { name, total: end - start, points, buckets: [], gaps: stepsOf(gaps) }
}

/** Indices of the points before which a step was run that has no value of this metric. */
function gapsOf(db: Database, { runId, name }: RangeQuery, columns: MetricColumns): number[] {
  const reference = alwaysMeasured(name)
  const referenceId = reference === null || reference === name ? null : findSeries(db, runId, reference)
  if (referenceId === null || columns.step.length < 2) return []
  const range = { from: columns.step[0] ?? null, to: columns.step.at(-1) ?? null }
  return gapsBefore(columns.step, readColumns(db, referenceId, range).step)
}

/** Only then a bucket begins after the gap; a narrower one is less than a bucket can show. */
function isBucketWide(columns: MetricColumns, range: BucketRange, index: number): boolean {
  const axis = columns[range.axis]
  return (axis[index] ?? 0) - (axis[index - 1] ?? 0) >= bucketWidth(axis, range)
}

function findSeries(db: Database, runId: string, name: string): number | null {
  const seriesId = db
    .prepare('SELECT series_id FROM metric_series WHERE run_id = ? AND name = ?')
    .pluck()
    .get(runId, name)
  return seriesId === undefined ? null : Number(seriesId)
}

interface StepRange {
  readonly from: number | null
  readonly to: number | null
}

/** The points of a series within a range of steps: packed chunks first, then the rows that follow them. */
export function readColumns(db: Database, seriesId: number, range: StepRange): MetricColumns {
  const bounds = {
    seriesId,
    from: range.from ?? Number.MIN_SAFE_INTEGER,
    to: range.to ?? Number.MAX_SAFE_INTEGER,
  }
  const chunks = db
    .prepare<object, { points: number; data: Buffer }>(
      `SELECT points, data FROM metric_chunk
       WHERE series_id = :seriesId AND first_step <= :to AND last_step >= :from ORDER BY first_step`,
    )
    .all(bounds)
  const rows = db
    .prepare<object, RawPoint>(
      `SELECT step, time_ms, tokens, problems, value FROM metric_point
       WHERE series_id = :seriesId AND step BETWEEN :from AND :to ORDER BY step`,
    )
    .raw()
    .all(bounds) as RawPoint[]
  const packed = chunks.reduce((sum, chunk) => sum + chunk.points, 0)
  const columns = emptyColumns(packed + rows.length)
  let index = 0
  for (const chunk of chunks) {
    unpackChunk(columns, index, chunk)
    index += chunk.points
  }
  for (const row of rows) writeRawPoint(columns, index++, row)
  return trimToSteps(columns, bounds)
}

/** Chunks stick out at both ends of the range. */
function trimToSteps(columns: MetricColumns, bounds: { from: number; to: number }): MetricColumns {
  const start = lowerBound(columns.step, bounds.from)
  const end = upperBound(columns.step, bounds.to)
  if (start === 0 && end === columns.step.length) return columns
  const cut = (column: Float64Array): Float64Array => column.subarray(start, end)
  return {
    step: cut(columns.step),
    timeMs: cut(columns.timeMs),
    tokens: cut(columns.tokens),
    problems: cut(columns.problems),
    value: cut(columns.value),
  }
}

/** Index of the first element ≥ `wanted`; every axis grows with the step. */
function lowerBound(sorted: Float64Array, wanted: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) < wanted) low = middle + 1
    else high = middle
  }
  return low
}

/** Index of the first element > `wanted`. */
function upperBound(sorted: Float64Array, wanted: number): number {
  let index = lowerBound(sorted, wanted)
  while (index < sorted.length && sorted[index] === wanted) index++
  return index
}

function rangeOf(axis: Float64Array, range: StepRange): readonly [start: number, end: number] {
  const start = range.from === null ? 0 : lowerBound(axis, range.from)
  if (range.to === null) return [start, axis.length]
  return [start, Math.max(start, upperBound(axis, range.to))]
}

interface BucketRange extends RangeQuery {
  readonly start: number
  readonly end: number
}

function endsOf(axis: Float64Array, range: BucketRange): readonly [from: number, to: number] {
  return [range.from ?? axis[range.start] ?? 0, range.to ?? axis[range.end - 1] ?? 0]
}

/** On the axis of the query; 0 where the range is a single value. */
function bucketWidth(axis: Float64Array, range: BucketRange): number {
  const [from, to] = endsOf(axis, range)
  return to > from ? (to - from) / range.buckets : 0
}

function bucketsOf(columns: MetricColumns, range: BucketRange): readonly MetricBucket[] {
  const axis = columns[range.axis]
  const [from] = endsOf(axis, range)
  const width = bucketWidth(axis, range)
  const perUnit = width > 0 ? 1 / width : 0
  const bucketAt = (index: number): number =>
    Math.min(range.buckets - 1, Math.floor(((axis[index] ?? 0) - from) * perUnit))
  const buckets: MetricBucket[] = []
  let first = range.start
  while (first < range.end) {
    const bucket = bucketAt(first)
    let end = first + 1
    while (end < range.end && bucketAt(end) === bucket) end++
    buckets.push(bucketBetween(columns, first, end))
    first = end
  }
  return buckets
}

function bucketBetween(columns: MetricColumns, first: number, end: number): MetricBucket {
  const { value } = columns
  let least = first
  let greatest = first
  for (let index = first + 1; index < end; index++) {
    if ((value[index] ?? 0) < (value[least] ?? 0)) least = index
    if ((value[index] ?? 0) > (value[greatest] ?? 0)) greatest = index
  }
  return {
    first: pointAt(columns, first),
    last: pointAt(columns, end - 1),
    min: pointAt(columns, least),
    max: pointAt(columns, greatest),
    count: end - first,
  }
}
