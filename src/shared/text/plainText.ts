/**
 * What a terminal, a spreadsheet or a list would obey and not show: C0 but for line feed and tab, DEL, C1,
 * marks that reorder text, line and paragraph separators, halves of characters.
 */
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]|\p{Cs}/gu

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/**
 * Text from outside (a run's name, a problem, what a model or the file of a stranger says) as it may be shown
 * anywhere: escape sequences that would rename a window, hide lines or write over them stand there as
 * `\u001b`.
 */
export function plainText(text: string): string {
  return text.replaceAll(controls, escaped)
}

/** The same in one line, so that a name with line feeds in it cannot pass for lines of the program. */
export function plainLine(text: string): string {
  return plainText(text.replaceAll(/[\r\n\t]+/g, ' '))
}

/** A spreadsheet takes a cell that begins like this for a formula. */
const formula = /^[=+\-@＝＋－＠]/

/** Text from outside as a cell of a CSV: one line, and no formula. */
export function csvText(text: string): string {
  const line = plainLine(text)
  return formula.test(line) ? `'${line}` : line
}

/** An error's message has at most so many lines, and a line at most so many characters. */
const mostLines = 12
const mostCharacters = 1_000
/** Of a line that is too long, the end is kept as well: the way out stands there. */
const endCharacters = 300

/** A message as it may be shown and stored: plain text of a few lines, however much is wrong. */
export function plainMessage(message: string): string {
  const lines = plainText(message).split('\n')
  const shown = lines.slice(0, lines.length > mostLines ? mostLines - 2 : mostLines).map(shortLine)
  if (lines.length <= mostLines) return shown.join('\n')
  const left = lines.length - mostLines + 1
  return [...shown, `… and ${left.toLocaleString('en-US')} more lines`, shortLine(lines.at(-1) ?? '')].join(
    '\n',
  )
}

function shortLine(line: string): string {
  if (line.length <= mostCharacters) return line
  const begin = line.slice(0, mostCharacters - endCharacters)
  return `${begin} … (${line.length.toLocaleString('en-US')} characters) … ${line.slice(-endCharacters)}`
}

/** The first few of these, and how many more there are. */
export function firstLines(lines: readonly string[], most = 8): string[] {
  if (lines.length <= most) return [...lines]
  return [...lines.slice(0, most), `… and ${(lines.length - most).toLocaleString('en-US')} more`]
}
