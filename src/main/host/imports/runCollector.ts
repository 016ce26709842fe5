import { createHash } from 'node:crypto'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import {
  importLimits,
  type ImportedRun,
  type ImportedSeries,
  type ImportFormat,
} from '../../../shared/runs/imports/importedRun.ts'
import { longestName } from '../../../shared/text/labels.ts'
import { plainLine, plainText } from '../../../shared/text/plainText.ts'
import { GrowingPoints } from './growingPoints.ts'

/** Points of one import, over all its runs. */
export class PointBudget {
  readonly #most: number
  #taken = 0

  constructor(most: number = importLimits.points) {
    this.#most = most
  }

  /** @throws RecheckError `import.too-large` */
  take(): void {
    if (++this.#taken <= this.#most) return
    throw new RecheckError(
      'import.too-large',
      `It holds more than ${this.#most.toLocaleString('en-US')} points, the most that one import takes. ` +
        'Import its runs one by one, or log every tenth step of it.',
    )
  }
}

interface Left {
  notFinite: number
  badSteps: number
  badNames: number
  tooManyMetrics: number
  takenBack: number
}

/** What a file says of one run, gathered point by point. */
export class RunCollector {
  readonly name: string
  readonly #format: ImportFormat
  readonly #budget: PointBudget
  readonly #points = new Map<string, GrowingPoints>()
  readonly #left: Left = { notFinite: 0, badSteps: 0, badNames: 0, tooManyMetrics: 0, takenBack: 0 }
  readonly #notes: string[] = []
  #config: Readonly<Record<string, unknown>> = {}

  constructor(name: string, format: ImportFormat, budget: PointBudget) {
    this.name = plainLine(name).trim().slice(0, longestName)
    this.#format = format
    this.#budget = budget
  }

  /**
   * @param metric  null: a name that cannot be read
   * @param atMs    ms since 1970; NaN where the file has no times
   */
  add(metric: string | null, { step, atMs, value }: { step: number; atMs: number; value: number }): void {
    const left = this.#left
    if (metric === null || !isMetricName(metric)) left.badNames++
    else if (!Number.isSafeInteger(step) || step < 0) left.badSteps++
    else if (!Number.isFinite(value)) left.notFinite++
    else {
      const points = this.#pointsOf(metric)
      if (points === null) return void left.tooManyMetrics++
      this.#budget.take()
      points.push(step, isMoment(atMs) ? atMs : NaN, value)
    }
  }

  /** A program went on from an earlier step: what it had logged from there on is void. */
  takeBackFrom(step: number): void {
    for (const points of this.#points.values()) this.#left.takenBack += points.dropFrom(step)
  }

  note(sentence: string): void {
    this.#notes.push(sentence)
  }

  setConfig(config: Readonly<Record<string, unknown>>): void {
    if (plainText(JSON.stringify(config)).length > importLimits.config)
      this.note('Its config is longer than what is kept, and was left out.')
    else this.#config = config
  }

  get isEmpty(): boolean {
    return this.#points.size === 0
  }

  finish(): ImportedRun {
    const sorted = [...this.#points].sort(([a], [b]) => (a < b ? -1 : 1))
    const settled = sorted.map(([name, points]) => ({ name, ...points.settle() }))
    const repeated = settled.reduce((sum, each) => sum + each.repeated, 0)
    const times = settled.flatMap(({ atMs }) => [...firstMoment(atMs)])
    const startedAtMs = times.length === 0 ? null : times.reduce((least, each) => Math.min(least, each))
    const series = settled.map(({ name, step, atMs, value }): ImportedSeries => ({
      name,
      step,
      timeMs: elapsed(atMs, startedAtMs),
      value,
    }))
    const found = {
      name: this.name,
      format: this.#format,
      config: JSON.stringify(this.#config),
      startedAtMs,
      series,
    }
    return {
      ...found,
      fingerprint: fingerprintOf(found),
      notes: [...leftNotes(this.#left, repeated), ...this.#notes],
    }
  }

  #pointsOf(metric: string): GrowingPoints | null {
    const known = this.#points.get(metric)
    if (known !== undefined) return known
    if (this.#points.size >= importLimits.metrics) return null
    const points = new GrowingPoints()
    this.#points.set(metric, points)
    return points
  }
}

function isMetricName(name: string): boolean {
  return name.trim() !== '' && name.length <= importLimits.metricName && plainLine(name) === name
}

/** What a Date can hold. */
function isMoment(atMs: number): boolean {
  return atMs >= 0 && atMs <= 8.64e15
}

function firstMoment(atMs: Float64Array): readonly number[] {
  const least = atMs.reduce((best, each) => (each < best ? each : best), Infinity)
  return least === Infinity ? [] : [least]
}

/** Every axis of a plot grows with the step: a clock that was set back stands still. */
function elapsed(atMs: Float64Array, startedAtMs: number | null): Float64Array {
  let last = 0
  return atMs.map((each) => {
    if (startedAtMs !== null && each - startedAtMs > last) last = each - startedAtMs
    return last
  })
}

type Found = Omit<ImportedRun, 'fingerprint' | 'notes'>

function fingerprintOf({ name, format, config, startedAtMs, series }: Found): string {
  const hash = createHash('sha256').update(JSON.stringify([name, format, config, startedAtMs]))
  for (const { name: metric, step, timeMs, value } of series) {
    hash.update(JSON.stringify([metric, step.length]))
    for (const column of [step, timeMs, value])
      hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength))
  }
  return hash.digest('hex')
}

function leftNotes(left: Left, repeated: number): string[] {
  const most = importLimits.metrics.toLocaleString('en-US')
  const sentences: readonly (readonly [number, string, string])[] = [
    [
      left.notFinite,
      'value was NaN or infinite and is left out',
      'values were NaN or infinite and are left out',
    ],
    [
      repeated,
      'point has the metric and step of a later one, which counts',
      'points have the metric and step of a later one, which counts',
    ],
    [
      left.takenBack,
      'point was taken back: the program went on from an earlier step',
      'points were taken back: the program went on from an earlier step',
    ],
    [
      left.badSteps,
      'point has no step that is a whole number from 0, and is left out',
      'points have no step that is a whole number from 0, and are left out',
    ],
    [
      left.badNames,
      `point is left out: its metric has no name, one of more than ${importLimits.metricName} characters, or one with control characters`,
      `points are left out: their metrics have no name, one of more than ${importLimits.metricName} characters, or one with control characters`,
    ],
    [
      left.tooManyMetrics,
      `point is left out: a run has at most ${most} metrics`,
      `points are left out: a run has at most ${most} metrics`,
    ],
  ]
  return sentences.flatMap(([count, one, several]) =>
    count === 0 ? [] : [`${count.toLocaleString('en-US')} ${count === 1 ? one : several}.`],
  )
}
