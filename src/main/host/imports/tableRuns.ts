import type { ImportedRun } from '../../../shared/runs/imports/importedRun.ts'
import { importLimits } from '../../../shared/runs/imports/importedRun.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { SourceRow } from '../../../core/data/sourceRows.ts'
import { listed } from '../../../shared/text/shortened.ts'
import { openDatasetFile } from '../datasets/rows.ts'
import { numberOf } from './numberText.ts'
import { PointBudget, RunCollector } from './runCollector.ts'
import { layoutOf, type TableLayout } from './tableLayout.ts'

export interface TableFile {
  readonly path: string
  /** Of its file, in messages. */
  readonly place: string
  /** Of its run, where the table names none. */
  readonly name: string
  readonly stepColumn: string | null
  readonly onRows: (rows: number) => void
}

/** Of a JSON file, whose rows may each have other keys. */
const columnsLookedAt = 100

/**
 * Runs of a CSV, JSON or Parquet file with a row a step, or a row a point.
 *
 * @throws RecheckError `import.columns`, `import.too-large`, `data.*`
 */
export async function readTableRuns(file: TableFile): Promise<readonly ImportedRun[]> {
  const table = await openDatasetFile(file.path, file.place, 'text')
  const intake = new RowIntake(file)
  const first: SourceRow[] = []
  for await (const placed of table.rows(null)) {
    if (placed.kind === 'bad') intake.bad++
    if (placed.kind !== 'row') continue
    file.onRows(++intake.rows)
    if (intake.layout !== null) intake.take(placed.row)
    else if (first.push(placed.row) >= columnsLookedAt || table.columns !== null)
      intake.begin(table.columns ?? keysOf(first), first.splice(0))
  }
  if (intake.layout === null) intake.begin(table.columns ?? keysOf(first), first)
  return intake.finish()
}

function keysOf(rows: readonly SourceRow[]): readonly string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))]
}

/** Rows on their way into runs. */
class RowIntake {
  layout: TableLayout | null = null
  rows = 0
  bad = 0
  readonly #file: TableFile
  readonly #budget = new PointBudget()
  readonly #runs = new Map<string, RunCollector>()
  /** Columns with cells that hold something else than a number, and how many. */
  readonly #noNumbers = new Map<string, number>()

  constructor(file: TableFile) {
    this.#file = file
  }

  begin(columns: readonly string[], rows: readonly SourceRow[]): void {
    this.layout = layoutOf(columns, this.#file.stepColumn, this.#file.place)
    for (const row of rows) this.take(row)
  }

  take(row: SourceRow): void {
    const layout = this.layout
    if (layout === null) return
    const step = numberOf(row[layout.step]) ?? NaN
    const at = { step, atMs: timeOf(row, layout) }
    const ownRun = layout.run === null ? null : textOf(row[layout.run])
    if (layout.long !== null) {
      const { metric, value } = layout.long
      const found = this.#numberIn(metric, row[value])
      if (found !== null) this.#runOf(ownRun).add(textOf(row[metric]), { ...at, value: found })
      return
    }
    for (const [column, cell] of Object.entries(row)) {
      const holds = layout.metricOf(column)
      const value = holds === null ? null : this.#numberIn(column, cell)
      if (holds !== null && value !== null)
        this.#runOf(holds.run ?? ownRun).add(holds.metric, { ...at, value })
    }
  }

  finish(): readonly ImportedRun[] {
    const runs = [...this.#runs.values()].filter((run) => !run.isEmpty)
    for (const run of runs) {
      if (this.bad > 0)
        run.note(`Rows of the file that cannot be read, left out: ${this.bad.toLocaleString('en-US')}.`)
      for (const sentence of this.#columnNotes()) run.note(sentence)
    }
    return runs.map((run) => run.finish())
  }

  /** Null: the cell is empty, or holds no number. */
  #numberIn(column: string, cell: unknown): number | null {
    const value = numberOf(cell)
    const isEmpty = cell === null || cell === undefined || (typeof cell === 'string' && cell.trim() === '')
    const known = this.#noNumbers.get(column)
    if (value === null && !isEmpty && (known !== undefined || this.#noNumbers.size < importLimits.metrics))
      this.#noNumbers.set(column, (known ?? 0) + 1)
    return value
  }

  #columnNotes(): string[] {
    const cells = [...this.#noNumbers.values()].reduce((sum, count) => sum + count, 0)
    if (cells === 0) return []
    const what = cells === 1 ? '1 cell holds' : `${cells.toLocaleString('en-US')} cells hold`
    return [`${what} no number, in ${listed([...this.#noNumbers.keys()])}: left out.`]
  }

  #runOf(named: string | null): RunCollector {
    const name = named ?? this.#file.name
    const known = this.#runs.get(name)
    if (known !== undefined) return known
    if (this.#runs.size >= importLimits.runs) throw tooManyRuns(this.#file.place)
    const run = new RunCollector(name, this.layout?.format ?? 'table', this.#budget)
    this.#runs.set(name, run)
    return run
  }
}

export function tooManyRuns(place: string): RecheckError {
  return new RecheckError(
    'import.too-large',
    `${place}: it holds more than ${importLimits.runs.toLocaleString('en-US')} runs, the most that one import takes.`,
  )
}

function textOf(cell: unknown): string | null {
  return typeof cell === 'string' ? cell : typeof cell === 'number' ? String(cell) : null
}

/** ms since 1970, or since the run began. */
function timeOf(row: SourceRow, { time }: TableLayout): number {
  if (time === null) return NaN
  const cell = row[time.column]
  const number = numberOf(cell)
  if (number !== null) return time.unit === 'milliseconds' ? number : number * 1000
  return typeof cell === 'string' && cell.length <= 40 ? Date.parse(cell) : NaN
}
