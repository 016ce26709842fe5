const words: ReadonlyMap<string, number> = new Map([
  ['nan', NaN],
  ['inf', Infinity],
  ['infinity', Infinity],
])
const longestNumber = 40
const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/
const word = /^([+-]?)([a-z]+)$/i

/**
 * A cell as the number that it is, as Python and JavaScript write them, NaN and infinities too; null for
 * everything else. A date, a truth value and "0x1F" are no numbers.
 */
export function numberOf(cell: unknown): number | null {
  if (typeof cell === 'number') return cell
  if (typeof cell === 'bigint') return Number(cell)
  if (typeof cell !== 'string' || cell.length > longestNumber) return null
  const text = cell.trim()
  if (decimal.test(text)) return Number(text)
  const named = word.exec(text)
  const value = named === null ? undefined : words.get((named[2] ?? '').toLowerCase())
  return value === undefined ? null : named?.[1] === '-' ? -value : value
}
