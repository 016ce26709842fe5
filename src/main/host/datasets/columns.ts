import {
  columnsOf,
  detectableColumns,
  detectLayout,
  type RowLayout,
  type SourceRow,
} from '../../../core/data/sourceRows.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { shortened } from '../../../shared/text/shortened.ts'
import type { DatasetTable } from './placedRow.ts'

const wayOut =
  'Name the columns: data.source.fields of the config, --question and --answer of "recheck data".'

/**
 * Compares the columns that a file says it has with those that a layout reads.
 *
 * @param layout null: found out from the columns
 * @throws RecheckError `data.columns` for one that is missing, stands twice, or holds neither text nor
 *   numbers
 */
export function checkColumns(table: DatasetTable, layout: RowLayout | null, name: string): void {
  const { columns, unread } = table
  if (columns === null) return
  const found = layout ?? detectLayout(Object.fromEntries(columns.map((column) => [column, ''])))
  if (found === null) throw unknownColumns(name, columns)
  const { needed, optional } = columnsOf(found, layout !== null)
  for (const anyOf of needed)
    if (!anyOf.some((column) => columns.includes(column))) throw missingColumn(name, anyOf, columns)
  const used = needed.flat().concat(optional)
  const twice = used.find((column) => columns.indexOf(column) !== columns.lastIndexOf(column))
  if (twice !== undefined) {
    throw new RecheckError('data.columns', `${name}: two columns are named "${twice}". Rename one of them.`, {
      found: columns,
    })
  }
  // an id of its own is not needed
  const strange = used.find((column) => column !== 'unique_id' && unread.has(column))
  if (strange === undefined) return
  throw new RecheckError(
    'data.columns',
    `${name}: the column "${strange}" holds ${unread.get(strange) ?? 'other values'}, expected text or numbers. ${wayOut}`,
    { found: columns },
  )
}

/** The columns that are looked at, others need not be read. @param layout null: found out from the rows */
export function columnsRead(layout: RowLayout | null): ReadonlySet<string> {
  if (layout === null) return new Set(detectableColumns)
  const { needed, optional } = columnsOf(layout, true)
  return new Set(needed.flat().concat(optional))
}

/** Keys of JSON objects, which need not be the same in each. */
export class KeysMet {
  readonly #keys = new Set<string>()

  add(row: SourceRow): void {
    for (const key of Object.keys(row)) if (this.#keys.size < mostKeys) this.#keys.add(key)
  }

  /**
   * @throws RecheckError `data.columns` where no row has a key that the layout needs: one cause, not one for
   *   each row
   */
  require(layout: RowLayout | null, name: string): void {
    if (layout === null || this.#keys.size === 0 || this.#keys.size >= mostKeys) return
    const { needed } = columnsOf(layout, true)
    const missing = needed.find((anyOf) => !anyOf.some((column) => this.#keys.has(column)))
    if (missing !== undefined) throw missingColumn(name, missing, [...this.#keys])
  }
}

const mostKeys = 1000

function missingColumn(name: string, anyOf: readonly string[], found: readonly string[]): RecheckError {
  return new RecheckError(
    'data.columns',
    `${name}: expected the column ${anyOf.map((column) => `"${column}"`).join(' or ')}, got ${shown(found)}. ${wayOut}`,
    { missing: anyOf, found },
  )
}

export function unknownColumns(place: string, found: readonly string[]): RecheckError {
  return new RecheckError(
    'data.columns',
    `${place}: expected the columns question and answer (or problem and solution), got ${shown(found)}. ${wayOut}`,
    { found },
  )
}

function shown(columns: readonly string[]): string {
  if (columns.length === 0) return 'none'
  // as it is written, but for what would not be seen
  const names = columns
    .slice(0, columnsShown)
    .map((column) => shortened(JSON.stringify(column).slice(1, -1), 40))
  return (
    names.join(', ') + (columns.length > columnsShown ? ` and ${columns.length - columnsShown} more` : '')
  )
}

const columnsShown = 12
