/**
 * What a cell says: text or a number as it is written, nothing, or something that is no answer and no
 * question.
 */
export type CellText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'other'; readonly holds: string }

/** Spaces at both ends do not count. Of a cell that is not text nothing is made up. */
export function readCell(cell: unknown): CellText {
  if (cell === null || cell === undefined) return { kind: 'none' }
  if (typeof cell === 'string') return readText(cell.trim())
  if (typeof cell === 'bigint' || (typeof cell === 'number' && Number.isFinite(cell)))
    return { kind: 'text', text: Object.is(cell, -0) ? '-0' : String(cell) }
  return { kind: 'other', holds: holdingOf(cell) }
}

/** The text of a cell; null where it holds none. */
export function textOfCell(cell: unknown): string | null {
  const read = readCell(cell)
  return read.kind === 'text' ? read.text : null
}

function readText(text: string): CellText {
  if (text === '') return { kind: 'none' }
  if (text.includes('\0')) return { kind: 'other', holds: 'a NUL character' }
  // half of a pair: no encoding can write it, a tokenizer would put something else in its place
  if (/\p{Surrogate}/u.test(text)) return { kind: 'other', holds: 'half a character (a lone surrogate)' }
  return { kind: 'text', text }
}

function holdingOf(cell: unknown): string {
  if (typeof cell === 'boolean') return 'true or false'
  if (typeof cell === 'number') return 'a number that is none (NaN or infinite)'
  if (Array.isArray(cell)) return 'a list'
  if (cell instanceof Uint8Array) return 'bytes that are not UTF-8'
  return 'an object'
}
