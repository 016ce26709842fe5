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
  sort: { column: 'createdAtMs', isDescending: true },
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
const dispensable: readonly RunColumnId[] = ['tags', 'stage', 'verifier/accuracy', 'activeMs', 'curve']

/** The usual columns that fit into `widthPx` beside the box for selecting. */
export function fittingColumns(widthPx: number): readonly RunColumnId[] {
  const usual = runColumns.filter((column) => column.isShown)
  let width = selectWidthPx + usual.reduce((sum, column) => sum + column.width, 0)
  const dropped = new Set<RunColumnId>()
  for (const id of dispensable) {
    if (width <= widthPx) break
    dropped.add(id)
    width -= runColumns.find((column) => column.id === id)?.width ?? 0
  }
  return usual.map((column) => column.id).filter((id) => !dropped.has(id))
}

export const selectWidthPx = 34
