import { textHash } from '../../../core/data/canonicalQuestion.ts'
import type { DataReport } from '../../../core/data/dataReport.ts'
import type { Problem } from '../../../core/data/problem.ts'
import type { ReadRow, RowLayout } from '../../../core/data/sourceRows.ts'
import { detectLayout, readRow } from '../../../core/data/sourceRows.ts'
import type { Split } from '../../../core/data/splitSelection.ts'
import { RecheckError } from '../../../shared/recheckError.ts'
import type { DatasetFile } from './folder.ts'
import type { PlacedRow } from './rows.ts'
import { readDatasetRows } from './rows.ts'

const badRowsShown = 20
const overlapsShown = 10
const largestBadShare = 0.01
const badRowsOfAnotherKind = 1000
/** More different subjects than this are not subjects. */
const largestTally = 200

/** Longest question that is taken, and how it is measured. */
export interface PromptLimit {
  readonly maxTokens: number
  countTokens(question: string): number
}

export interface ScanSetup {
  readonly source: string
  /** Null: found out from the first row of each file. */
  readonly layout: RowLayout | null
  readonly promptLimit: PromptLimit | null
  /** Goes on where too many rows are bad, so that a check can tell them all. */
  readonly keepsGoing?: boolean
}

/**
 * Reads problem files one after another and keeps account of what is wrong with them. Held-out files come first: a
 * later problem with the same canonical text is an overlap. Of read problems only hashes are kept.
 */
export class DatasetScan {
  readonly #setup: ScanSetup
  readonly #files: { name: string; split: Split; rows: number; bad: number }[] = []
  readonly #badRows: { place: string; reason: string }[] = []
  readonly #overlaps: { place: string; question: string; heldOut: string }[] = []
  readonly #heldOut: Readonly<Record<'validation' | 'test', Set<number>>> = {
    validation: new Set(),
    test: new Set(),
  }
  readonly #subjects = new Map<string, number>()
  readonly #levels = new Map<string, number>()
  readonly #markers = { hash: 0, boxed: 0 }
  #overlapping = 0
  #longPrompts = 0

  constructor(setup: ScanSetup) {
    this.#setup = setup
  }

  /**
   * The good problems of one file.
   *
   * @throws RecheckError those of the file's format; `data.bad-rows` where most of many rows are bad
   */
  async *readFile(file: DatasetFile): AsyncGenerator<Problem> {
    const tally = { name: file.name, split: file.split, rows: 0, bad: 0 }
    this.#files.push(tally)
    let layout = this.#setup.layout
    for await (const placed of readDatasetRows(file.path, file.name)) {
      tally.rows++
      if (placed.kind === 'row') layout ??= detectLayout(placed.row) ?? unknownColumns(placed)
      const read = this.#readPlaced(placed, layout)
      if (read.kind === 'bad') this.#countBad(tally, { place: placed.place, reason: read.reason })
      else if (this.#isTaken(read.problem, placed.place, file.split)) yield read.problem
    }
  }

  /** @throws RecheckError `data.bad-rows` when more than 1 % of all rows read so far are bad */
  refuseBadRows(): void {
    const { rows, bad } = this.report()
    if (bad <= largestBadShare * rows) return
    const listed = this.#badRows.map(({ place, reason }) => `  ${place}: ${reason}`)
    throw new RecheckError(
      'data.bad-rows',
      `${this.#setup.source}: ${bad} of ${rows} rows cannot be used, more than 1 %:\n${listed.join('\n')}\n` +
        'Correct the rows, or the columns that the field map names.',
      { bad, rows },
    )
  }

  report(): DataReport {
    const sum = (of: (file: { rows: number; bad: number }) => number): number =>
      this.#files.reduce((total, file) => total + of(file), 0)
    return {
      source: this.#setup.source,
      files: this.#files,
      rows: sum(({ rows }) => rows),
      bad: sum(({ bad }) => bad),
      badRows: this.#badRows,
      overlaps: this.#overlaps,
      overlapping: this.#overlapping,
      longPrompts: this.#setup.promptLimit === null ? null : this.#longPrompts,
      subjects: Object.fromEntries([...this.#subjects].sort()),
      levels: Object.fromEntries([...this.#levels].sort()),
      marker: this.#markers.hash > this.#markers.boxed ? 'hash' : 'boxed',
    }
  }

  #readPlaced(placed: PlacedRow, layout: RowLayout | null): ReadRow {
    if (placed.kind === 'bad') return placed
    if (layout === null) return { kind: 'bad', reason: 'no columns' }
    this.#markers[markerOf(placed.row, layout)]++
    return readRow(placed.row, layout, `${this.#setup.source}:${placed.place}`)
  }

  #isTaken(problem: Problem, place: string, split: Split): boolean {
    this.#noteOverlap(problem, place, split)
    const { promptLimit } = this.#setup
    if (promptLimit !== null && promptLimit.countTokens(problem.question) > promptLimit.maxTokens) {
      this.#longPrompts++
      return false
    }
    count(this.#subjects, problem.subject)
    count(this.#levels, problem.level)
    return true
  }

  #noteOverlap(problem: Problem, place: string, split: Split): void {
    const hash = textHash(problem.canonical)
    const others = (['test', 'validation'] as const).filter((other) => other !== split)
    const heldOut = others.find((other) => this.#heldOut[other].has(hash))
    if (split !== 'train') this.#heldOut[split].add(hash)
    if (heldOut === undefined) return
    this.#overlapping++
    if (this.#overlaps.length < overlapsShown)
      this.#overlaps.push({ place, question: problem.question, heldOut })
  }

  #countBad(
    tally: { name: string; rows: number; bad: number },
    row: { place: string; reason: string },
  ): void {
    tally.bad++
    if (this.#badRows.length < badRowsShown) this.#badRows.push(row)
    // a large file of another kind is refused early, not after its millionth row
    const isHopeless = tally.bad >= badRowsOfAnotherKind && tally.bad * 2 > tally.rows
    if (isHopeless && this.#setup.keepsGoing !== true) this.refuseBadRows()
  }
}

function count(tally: Map<string, number>, value: string | null): void {
  if (value !== null && (tally.has(value) || tally.size < largestTally))
    tally.set(value, (tally.get(value) ?? 0) + 1)
}

function markerOf(row: Readonly<Record<string, unknown>>, layout: RowLayout): 'hash' | 'boxed' {
  if (layout.kind !== 'fields') return layout.kind === 'gsm8k' ? 'hash' : 'boxed'
  const answer = row[layout.answer]
  return typeof answer === 'string' && answer.includes('####') ? 'hash' : 'boxed'
}

function unknownColumns({ place, row }: PlacedRow & { kind: 'row' }): never {
  throw new RecheckError(
    'data.columns',
    `${place}: expected the columns question and answer (or problem and solution), got ${Object.keys(row).join(', ')}. ` +
      'Name the columns: data.source.fields of the config, --question and --answer here.',
  )
}
