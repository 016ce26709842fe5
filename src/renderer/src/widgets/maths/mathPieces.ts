/** A part of a text: to be read as it is, or a formula. `source` is always what was written, whole. */
export interface MathPiece {
  readonly source: string
  /** TeX without its marks; null: plain text. */
  readonly tex: string | null
  /** On a line of its own. */
  readonly isDisplay: boolean
}

/** Longer formulas, and more of them in a text, stay as they were written. */
const mostTex = 2000
const mostFormulas = 200
/** Signs that are looked at, of a text that has more of them than formulas can. */
const mostSigns = 4000

const closings: Readonly<Record<string, string>> = { $$: '$$', $: '$', '\\(': '\\)', '\\[': '\\]' }

/**
 * Finds formulas as models write them: `$…$`, `$$…$$`, `\(…\)`, `\[…\]` and `\boxed{…}`. A dollar sign opens one
 * only where a formula can follow: “$5 and $6” is money. What is not closed stays text. The first 4,000 signs
 * are looked at, and a formula's end at most 2,000 characters on.
 */
export function mathPieces(text: string): readonly MathPiece[] {
  const pieces: MathPiece[] = []
  let told = 0
  let formulas = 0
  let signs = 0
  const opening = /\$\$|\$|\\\(|\\\[|\\boxed\{/g
  for (let found = opening.exec(text); found !== null && signs++ < mostSigns; found = opening.exec(text)) {
    const begin = found.index
    const formula = isEscaped(text, begin) ? null : formulaAt(text, begin, found[0])
    if (formula === null) continue
    if (begin > told) pieces.push(plain(text.slice(told, begin)))
    pieces.push(formula)
    told = begin + formula.source.length
    opening.lastIndex = told
    if (++formulas === mostFormulas) break
  }
  if (told < text.length) pieces.push(plain(text.slice(told)))
  return pieces
}

export function hasMaths(text: string): boolean {
  return mathPieces(text).some(({ tex }) => tex !== null)
}

function plain(source: string): MathPiece {
  return { source, tex: null, isDisplay: false }
}

function formulaAt(text: string, begin: number, mark: string): MathPiece | null {
  const start = begin + mark.length
  const within = text.slice(start, start + mostTex + 2)
  if (mark === '\\boxed{') {
    const length = bracedLength(within)
    if (length === null) return null
    const source = text.slice(begin, start + length)
    return { source, tex: source, isDisplay: false }
  }
  const closing = closings[mark] ?? mark
  const length = within.indexOf(closing)
  if (length <= 0 || length > mostTex) return null
  const tex = within.slice(0, length)
  if (mark === '$' && !isInline(tex, within[length + 1])) return null
  const source = text.slice(begin, start + length + closing.length)
  return { source, tex, isDisplay: mark === '$$' || mark === '\\[' }
}

/** As Pandoc has it: no blank behind the first dollar sign or before the second, no digit behind that. */
function isInline(tex: string, after: string | undefined): boolean {
  return !/^\s|\s$|\n/.test(tex) && !tex.endsWith('\\') && !(after !== undefined && /\d/.test(after))
}

/** @returns length up to the brace that closes the one before the text, that brace included */
function bracedLength(text: string): number | null {
  let depth = 1
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '\\') index++
    else if (text[index] === '{') depth++
    else if (text[index] === '}' && --depth === 0) return index + 1
  }
  return null
}

function isEscaped(text: string, at: number): boolean {
  let before = at
  while (before > 0 && text[before - 1] === '\\') before--
  return (at - before) % 2 === 1
}
