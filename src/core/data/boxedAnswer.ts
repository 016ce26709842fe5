/**
 * Content of the last \boxed{…} or \fbox{…}, braces matched, or of the braceless form up to the next dollar.
 *
 * @returns null where there is none, where it never closes and where it is empty
 */
export function lastBoxedAnswer(text: string): string | null {
  const start = Math.max(lastCommand(text, '\\boxed'), lastCommand(text, '\\fbox'))
  if (start < 0) return null
  const afterName = start + (text.startsWith('\\boxed', start) ? '\\boxed'.length : '\\fbox'.length)
  const rest = text.slice(afterName).trimStart()
  const content = rest.startsWith('{') ? bracedContent(rest) : bracelessContent(rest)
  const trimmed = content?.trim()
  return trimmed ? trimmed : null
}

/** Position of the last such command, not of a longer one that begins alike; −1 where there is none. */
function lastCommand(text: string, command: string): number {
  for (let at = text.lastIndexOf(command); at >= 0; at = at === 0 ? -1 : text.lastIndexOf(command, at - 1)) {
    if (!/[a-zA-Z]/.test(text.charAt(at + command.length))) return at
  }
  return -1
}

/** Content of the group that opens at 0; null where it never closes. `\{` and `\}` are characters, not groups. */
function bracedContent(text: string): string | null {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (character === '\\') i++
    else if (character === '{') depth++
    else if (character === '}' && --depth === 0) return text.slice(1, i)
  }
  return null
}

/** `\boxed 5$`: up to the next dollar, or the end of the line where no dollar closes the formula. */
function bracelessContent(text: string): string | null {
  const end = text.search(/[$\n]/)
  return end < 0 ? text : text.slice(0, end)
}
