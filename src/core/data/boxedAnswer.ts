const boxCommand = /\\(?:boxed|fbox|framebox)(?![a-zA-Z])/g
/** `[2cm]`, `[c]` of \framebox, and room before the brace. */
const options = /^(?:\s*\[[^\][]{0,40}\]){0,2}\s*/
/** Boxes around one answer that are taken off. */
const maxBoxes = 8

/**
 * Content of the last \boxed{…}, \fbox{…} or \framebox{…} that has one, braces matched, or of the braceless
 * form. A box inside a box is part of its content. Boxes without content, as an instruction repeated
 * (`put it in \boxed{}`), are passed over.
 *
 * @returns null where there is none, and where the last one never closes
 */
export function lastBoxedAnswer(text: string): string | null {
  const boxes = [...text.matchAll(boxCommand)].map(({ index, 0: command }) => index + command.length)
  if (boxes.length === 0) return null
  const closings = closingBraces(text)
  let last: string | null = null
  let from = 0
  for (const start of boxes) {
    if (start < from) continue
    const content = boxContent(text, start, closings)
    if (content === null) last = null
    else {
      from = content.end
      if (!isEmptyContent(content.text)) last = content.text.trim()
    }
  }
  return last === null ? null : withoutOuterBox(last)
}

interface BoxContent {
  readonly text: string
  /** Position behind it. */
  readonly end: number
}

/** @returns null where the group never closes */
function boxContent(text: string, start: number, closings: ReadonlyMap<number, number>): BoxContent | null {
  const open = start + (options.exec(text.slice(start))?.[0].length ?? 0)
  if (text[open] !== '{') return bracelessContent(text, start)
  const end = closings.get(open)
  return end === undefined ? null : { text: text.slice(open + 1, end), end: end + 1 }
}

/**
 * The brace that closes each group, by the position of the one that opens it. `\{` and `\}` are characters.
 */
function closingBraces(text: string): ReadonlyMap<number, number> {
  const closings = new Map<number, number>()
  const open: number[] = []
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (character === '\\') i++
    else if (character === '{') open.push(i)
    else if (character === '}') {
      const start = open.pop()
      if (start !== undefined) closings.set(start, i)
    }
  }
  return closings
}

/** `\boxed 5$`: up to what closes the formula, the code or the emphasis around it, or the end of the line. */
function bracelessContent(text: string, start: number): BoxContent {
  const length = text.slice(start).search(/[$\n`]|\\[)\]]|\*\*/)
  const end = length < 0 ? text.length : start + length
  return { text: text.slice(start, end), end }
}

/** Room, empty groups, dots that stand for an answer, punctuation. */
const nothing =
  /\\(?:[hv]?phantom|[hv]space)\*?\{[^{}]*\}|\\(?:text|mathrm|textbf|mathbf|boxed|fbox|framebox|quad|qquad|[lc]?dots|dots[cb]?)(?![a-zA-Z])|\\[,;:! ]|[\s~{}$.,;:…⋯_]/g

function isEmptyContent(content: string): boolean {
  return content.replace(nothing, '') === ''
}

/** \boxed{5} inside a box is 5; \boxed{5} + 1 stays. */
function withoutOuterBox(content: string): string {
  let inner = content
  for (let i = 0; i < maxBoxes; i++) {
    const open = /^\\(?:boxed|fbox|framebox)\s*(?=\{)/.exec(inner)?.[0].length
    if (open === undefined || closingBraces(inner).get(open) !== inner.length - 1) break
    inner = inner.slice(open + 1, -1).trim()
  }
  return inner
}
