import type { MetricPoint } from '../../../shared/runs/records.ts'

/** A series as five columns of the same length, in the order of the steps. */
export interface MetricColumns {
  readonly step: Float64Array
  readonly timeMs: Float64Array
  readonly tokens: Float64Array
  readonly problems: Float64Array
  readonly value: Float64Array
}

/** Points per packed chunk; a chunk is 5 × 8 × 512 bytes. */
export const chunkPoints = 512

const columnNames = ['step', 'timeMs', 'tokens', 'problems', 'value'] as const

export function emptyColumns(points: number): MetricColumns {
  return {
    step: new Float64Array(points),
    timeMs: new Float64Array(points),
    tokens: new Float64Array(points),
    problems: new Float64Array(points),
    value: new Float64Array(points),
  }
}

/** Row of `metric_point` in raw form: step, time_ms, tokens, problems, value. */
export type RawPoint = readonly [
  step: number,
  timeMs: number,
  tokens: number,
  problems: number,
  value: number,
]

export function writeRawPoint(columns: MetricColumns, index: number, point: RawPoint): void {
  columns.step[index] = point[0]
  columns.timeMs[index] = point[1]
  columns.tokens[index] = point[2]
  columns.problems[index] = point[3]
  columns.value[index] = point[4]
}

/** Columns one after the other, 64-bit floats, little-endian (every machine that runs Recheck is). */
export function packChunk(points: readonly RawPoint[]): Buffer {
  const columns = emptyColumns(points.length)
  points.forEach((point, index) => writeRawPoint(columns, index, point))
  const packed = new Float64Array(points.length * columnNames.length)
  columnNames.forEach((name, place) => packed.set(columns[name], place * points.length))
  return Buffer.from(packed.buffer)
}

/**
 * Copies a chunk into `columns` from `index` on.
 *
 * @throws RangeError when the blob has not the length its row says
 */
export function unpackChunk(
  columns: MetricColumns,
  index: number,
  chunk: { data: Buffer; points: number },
): void {
  const { data, points } = chunk
  if (data.byteLength !== points * columnNames.length * 8) {
    throw new RangeError(`metric chunk: expected ${points} points, found ${data.byteLength} bytes`)
  }
  const bytes = data.byteOffset % 8 === 0 ? data : new Uint8Array(data)
  const packed = new Float64Array(bytes.buffer, bytes.byteOffset, points * columnNames.length)
  columnNames.forEach((name, place) => {
    columns[name].set(packed.subarray(place * points, (place + 1) * points), index)
  })
}

export function pointAt(columns: MetricColumns, index: number): MetricPoint {
  const at = (column: Float64Array): number => column[index] ?? Number.NaN
  return {
    step: at(columns.step),
    timeMs: at(columns.timeMs),
    tokens: at(columns.tokens),
    problems: at(columns.problems),
    value: at(columns.value),
  }
}
