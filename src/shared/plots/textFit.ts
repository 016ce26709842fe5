/**
 * Text that must fit into a picture. Its width is computed from the advances of DejaVu Sans, the widest of
 * the fonts that a picture may be drawn with: an upper bound in a browser, and what ECharts is given as the
 * width where there is none.
 */

/**
 * Advances of the characters from the space to `~`, in hundredths of the type's size: code of the letter less
 * 20.
 */
const advances =
  '4=BhTtb0<<Fh4946TTTTTTTTTT66hhhJxYYZbTNb`22VLk_cQcZTR^YwYRY<6<hFFRTKTR8TT00N0vTRTT>I<TPfPPIT6Th'

/** Of anything beyond ASCII: letters with accents and signs are narrower, most others as wide. */
const otherAdvance = 0.84
/** Scripts of square characters, and pictographs. */
const wideAdvance = 1.05
const firstWide = 0x1100

const ellipsis = '…'
/** Of what is kept of a text that is shortened: names of a sweep differ at their ends. */
const headShare = 0.4

/** At most so many px wide when drawn in type of `fontSize` px. */
export function textWidth(text: string, fontSize: number): number {
  return [...text].reduce((sum, character) => sum + advance(character), 0) * fontSize
}

function advance(character: string): number {
  const code = character.codePointAt(0) ?? 0
  if (code < 32) return 0
  const known = code < 127 ? advances.charCodeAt(code - 32) : null
  if (known !== null) return (known - 20) / 100
  // quotes, dashes and mathematical signs lie above the first wide script too, and are not wide
  return code >= firstWide && (code < 0x2000 || code >= 0x2e80) ? wideAdvance : otherAdvance
}

/** The text on one line, or its beginning and its end with an ellipsis between. */
export function shortened(written: string, width: number, fontSize: number): string {
  const text = written.replace(/\s+/g, ' ')
  if (textWidth(text, fontSize) <= width) return text
  const characters = [...text]
  const cut = (kept: number): string => {
    const head = Math.floor(headShare * kept)
    const [begin, end] = [characters.slice(0, head), characters.slice(characters.length - kept + head)]
    return `${begin.join('').trimEnd()}${ellipsis}${end.join('').trimStart()}`
  }
  let kept = characters.length - 1
  while (kept > 0 && textWidth(cut(kept), fontSize) > width) kept--
  return cut(kept)
}

/** Lines no wider than `width`, broken between words; within one where it alone is wider. */
export function wrapped(text: string, width: number, fontSize: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/).flatMap((each) => broken(each, width, fontSize))) {
    const longer = line === '' ? word : `${line} ${word}`
    if (textWidth(longer, fontSize) <= width) line = longer
    else {
      lines.push(line)
      line = word
    }
  }
  return [...lines, line]
}

/** A word in parts of at most the width. */
function broken(word: string, width: number, fontSize: number): string[] {
  if (textWidth(word, fontSize) <= width) return [word]
  const parts: string[] = []
  let part = ''
  for (const character of word) {
    if (part !== '' && textWidth(part + character, fontSize) > width) {
      parts.push(part)
      part = ''
    }
    part += character
  }
  return [...parts, part]
}
