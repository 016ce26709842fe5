/** Tables with the same columns below one another, under one head. */
export function joinCsv(tables: readonly string[]): string {
  return tables.map((table, index) => (index === 0 ? table : table.slice(table.indexOf('\n') + 1))).join('')
}
