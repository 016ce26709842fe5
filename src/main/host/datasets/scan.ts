import type { DataReport, SkippedFile } from '../../../core/data/dataReport.ts'
import type { Problem } from '../../../core/data/problem.ts'
import { detectLayout, readRow, type ReadRow, type RowLayout } from '../../../core/data/sourceRows.ts'
import type { Split } from '../../../core/data/splitSelection.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { BadRowTally, badRowsLine } from './badRows.ts'
import { checkColumns, columnsRead, KeysMet, unknownColumns } from './columns.ts'
import type { DatasetFile } from './folder.ts'
import type { PlacedRow } from './placedRow.ts'
import { RepeatedProblems } from './repeats.ts'
import { openDatasetFile } from './rows.ts'
import { Tally } from './tally.ts'

const causesShown = 5
const largestBadShare = 0.01
const badRowsOfAnotherKind = 1000

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
  /** Of the folder. */
  readonly skippedFiles: readonly SkippedFile[]
  /** Goes on where too many rows are bad, so that a check can count them all. */
  readonly keepsGoing?: boolean
}

/** One file while it is read. */
interface FileScan {
  readonly name: string
  readonly split: Split
  readonly format: string
  readonly index: number
  layout: RowLayout | null
  rows: number
  bad: number
}

/**
 * Reads problem files one after another and counts what becomes of each row. Held-out files come first: a
 * later problem with the same canonical text is an overlap. Of the problems only hashes are kept.
 */
export class DatasetScan {
  readonly #setup: ScanSetup
  readonly #files: FileScan[] = []
  readonly #badRows = new BadRowTally()
  readonly #repeats = new RepeatedProblems((file) => this.#files[file]?.name ?? '?')
  readonly #left = { bad: 0, empty: 0, copies: 0, contradicting: 0, overlapping: 0, longPrompts: 0 }
  readonly #subjects = new Tally()
  readonly #levels = new Tally()
  readonly #warnings = new Tally()
  readonly #markers = { hash: 0, boxed: 0 }
  #used = 0

  constructor(setup: ScanSetup) {
    this.#setup = setup
  }

  /**
   * The problems of one file, each once.
   *
   * @throws RecheckError those of the file's format; `data.columns`; `data.bad-rows` where most of many rows
   *   are bad
   */
  async *readFile({ path, name, split }: DatasetFile): AsyncGenerator<Problem> {
    const { layout } = this.#setup
    const table = await openDatasetFile(path, name)
    const file = { name, split, format: table.format, index: this.#files.length, layout, rows: 0, bad: 0 }
    this.#files.push(file)
    checkColumns(table, layout, name)
    const keys = table.columns === null ? new KeysMet() : null
    for await (const placed of table.rows(columnsRead(layout))) {
      file.rows++
      if (placed.kind === 'row') keys?.add(placed.row)
      const problem = this.#take(placed, file)
      if (problem !== null) yield problem
      if (!this.#isHopeless(file)) continue
      keys?.require(layout, name)
      this.refuseBadRows()
    }
    if (file.rows > 1) keys?.require(layout, name)
  }

  /** @throws RecheckError `data.bad-rows` when more than 1 % of all rows read so far are bad */
  refuseBadRows(): void {
    const { rows, left, badRows } = this.report()
    if (left.bad <= largestBadShare * rows) return
    const listed = badRows.slice(0, causesShown).map((bad) => `  ${badRowsLine(bad)}`)
    const others = badRows.slice(causesShown).reduce((sum, bad) => sum + bad.rows, 0)
    if (others > 0) listed.push(`  ${others} rows for other reasons`)
    throw new RecheckError(
      'data.bad-rows',
      `${this.#setup.source}: ${left.bad} of ${rows} rows cannot be used, more than 1 %:\n${listed.join('\n')}\n` +
        'Correct the rows, or the columns that the field map names.',
      { bad: left.bad, rows },
    )
  }

  report(): DataReport {
    return {
      source: this.#setup.source,
      files: this.#files.map(({ name, split, format, rows, bad }) => ({ name, split, format, rows, bad })),
      skippedFiles: this.#setup.skippedFiles,
      rows: this.#files.reduce((sum, { rows }) => sum + rows, 0),
      used: this.#used,
      left: { ...this.#left },
      badRows: this.#badRows.list(),
      contradictions: this.#repeats.contradictions,
      overlaps: this.#repeats.overlaps,
      warnings: this.#warnings.counts(),
      hasPromptLimit: this.#setup.promptLimit !== null,
      subjects: this.#subjects.counts(),
      levels: this.#levels.counts(),
      marker: this.#markers.hash > this.#markers.boxed ? 'hash' : 'boxed',
    }
  }

  /** A large file of another kind is refused early, not after its millionth row. */
  #isHopeless({ bad, rows }: FileScan): boolean {
    if (this.#setup.keepsGoing === true || bad < badRowsOfAnotherKind || bad * 2 <= rows) return false
    return this.#left.bad > largestBadShare * this.#files.reduce((sum, file) => sum + file.rows, 0)
  }

  /** Counts a row. @returns its problem where it is used */
  #take(placed: PlacedRow, file: FileScan): Problem | null {
    if (placed.kind === 'empty') {
      this.#left.empty++
      return null
    }
    const read = this.#read(placed, file)
    if (read.kind === 'bad') {
      file.bad++
      this.#left.bad++
      this.#badRows.add({ place: placed.place, cause: read.cause, detail: read.detail })
      return null
    }
    this.#warnings.add(read.odd)
    if (placed.kind === 'row') this.#warnings.add(placed.warning ?? null)
    return this.#isUsed(read.problem, placed.place, file) ? read.problem : null
  }

  #read(placed: Exclude<PlacedRow, { kind: 'empty' }>, file: FileScan): ReadRow {
    if (placed.kind === 'bad') return { kind: 'bad', cause: placed.cause, detail: placed.detail }
    file.layout ??= detectLayout(placed.row)
    if (file.layout === null) throw unknownColumns(placed.place, Object.keys(placed.row))
    this.#markers[markerOf(placed.row, file.layout)]++
    return readRow(placed.row, file.layout, `${this.#setup.source}:${placed.place}`)
  }

  #isUsed(problem: Problem, place: string, { split, index }: FileScan): boolean {
    const line = Number(place.slice(place.lastIndexOf(':') + 1))
    const novelty = this.#repeats.offer(problem, { split, file: index, line, place })
    if (novelty !== 'new') {
      this.#left[novelty]++
      return false
    }
    const { promptLimit } = this.#setup
    if (promptLimit !== null && promptLimit.countTokens(problem.question) > promptLimit.maxTokens) {
      this.#left.longPrompts++
      return false
    }
    this.#used++
    this.#subjects.add(problem.subject)
    this.#levels.add(problem.level)
    return true
  }
}

function markerOf(row: Readonly<Record<string, unknown>>, layout: RowLayout): 'hash' | 'boxed' {
  if (layout.kind !== 'fields') return layout.kind === 'gsm8k' ? 'hash' : 'boxed'
  const answer = row[layout.answer]
  return typeof answer === 'string' && answer.includes('####') ? 'hash' : 'boxed'
}
