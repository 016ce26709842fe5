export interface SortColumn<Row> {
  readonly label: string
  readonly meaning: string | null
  /** What its order goes by; null where a row has none: it stands last, whichever way. */
  readonly value: (row: Row) => number | null
}

export interface TableSort {
  /** Label of the column. */
  readonly column: string
  readonly isDescending: boolean
}

/** Rows that are equal in the column stay in the order in which they were. */
export function sortedRows<Row>(
  rows: readonly Row[],
  columns: readonly SortColumn<Row>[],
  { column, isDescending }: TableSort,
): readonly Row[] {
  const value = columns.find(({ label }) => label === column)?.value
  if (value === undefined) return rows
  const sign = isDescending ? -1 : 1
  return rows.toSorted((a, b) => {
    const [first, second] = [value(a), value(b)]
    if (first === null || second === null) return Number(first === null) - Number(second === null)
    return sign * (first - second)
  })
}
