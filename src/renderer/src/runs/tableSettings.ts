import { textWidth } from '../../../shared/plots/textFit.ts'
import { runColumns, type RunColumnId, type RunSort } from './rows.ts'

/** How the run table is laid out; kept per browser. */
export interface TableSettings {
  /** Null = those that fit, of the usual ones. */
  readonly columns: readonly RunColumnId[] | null
  readonly sort: RunSort
  readonly isGrouped: boolean
}

export const firstTable: TableSettings = {
  columns: null,
  sort: { column: 'test/accuracy/final', isDescending: true },
  isGrouped: false,
}

/** What was stored, field by field; a field that this version does not know falls back. */
export function parseTable(stored: unknown): TableSettings | null {
  if (typeof stored !== 'object' || stored === null) return null
  const { columns, sort, isGrouped } = stored as Partial<Record<keyof TableSettings, unknown>>
  const column = columnNamed((sort as { column?: unknown } | null)?.column)
  const known = Array.isArray(columns) ? columns.flatMap((id) => columnNamed(id) ?? []) : []
  return {
    columns: known.includes('name') ? known : null,
    sort:
      column === null
        ? firstTable.sort
        : { column, isDescending: (sort as { isDescending?: unknown }).isDescending !== false },
    isGrouped: isGrouped === true,
  }
}

function columnNamed(id: unknown): RunColumnId | null {
  return runColumns.find((column) => column.id === id)?.id ?? null
}

/** Usual columns in the order in which a narrow table does without them. */
const dispensable: readonly RunColumnId[] = ['stage', 'activeMs', 'tags', 'accuracy/final', 'curve']

/** Type of the run table, px. */
const fontSizePx = 13
const cellPaddingPx = 16
/** The pin before a name, with the space after it. */
const pinPx = 24
/** So wide a name leaves room for figures; longer ones are cut in their middle. */
const widestNamePx = 320

const mostMeasured = 200

/** Width of the column of names, px: as wide as the longest, within limits. */
export function nameWidth(runs: readonly { readonly name: string }[]): number {
  const least = runColumns.find(({ id }) => id === 'name')?.width ?? 0
  const most = runs.reduce((length, { name }) => Math.max(length, name.length), 0)
  // of thousands of names a few of the longest are measured: one of them is the widest, give or take a few
  // narrow letters
  const longest = runs.filter(({ name }) => name.length >= 0.8 * most).slice(0, mostMeasured)
  const widest = longest.reduce((width, { name }) => Math.max(width, textWidth(name, fontSizePx)), 0)
  return Math.ceil(Math.min(widestNamePx, Math.max(least, widest + cellPaddingPx + pinPx)))
}

/** What a list needs of its columns: a column in which no run has anything only takes room from others. */
export interface ColumnNeeds {
  readonly nameWidthPx: number
  readonly hasTags: boolean
}

/** The usual columns that fit into `widthPx` beside the box for selecting. */
export function fittingColumns(
  widthPx: number,
  { nameWidthPx, hasTags }: ColumnNeeds,
): readonly RunColumnId[] {
  const usual = runColumns.filter(({ id, isShown }) => isShown && (hasTags || id !== 'tags'))
  const widthOf = ({ id, width }: (typeof runColumns)[number]): number =>
    id === 'name' ? nameWidthPx : width
  let width = selectWidthPx + usual.reduce((sum, column) => sum + widthOf(column), 0)
  const dropped = new Set<RunColumnId>()
  for (const id of dispensable) {
    if (width <= widthPx) break
    const column = usual.find((each) => each.id === id)
    if (column === undefined) continue
    dropped.add(id)
    width -= column.width
  }
  return usual.map((column) => column.id).filter((id) => !dropped.has(id))
}

export const selectWidthPx = 34
