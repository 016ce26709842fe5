import { quoted, shortened } from '../../../shared/text/shortened.ts'

/** Deeper nesting than any file of a model has; recursive code downstream must not run out of stack. */
const deepestNesting = 500

/** Why a text is no JSON that can be relied on, in one line and without the name of its file. */
export class JsonTextError extends Error {}

/**
 * Parses JSON as Python's `json` module writes it, from UTF-8: a byte order mark is skipped; `NaN`,
 * `Infinity` and `-Infinity` are numbers. A key that one object holds twice with different values is refused:
 * which of them counts depends on the parser.
 *
 * @throws JsonTextError
 */
export function parseJsonText(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes)
  const value = parse(text)
  const duplicate = findDuplicate(text)
  if (duplicate === null) return value
  throw new JsonTextError(
    `the key ${quoted(duplicate.key)} stands twice, with ${duplicate.values.join(' and ')}`,
  )
}

/** The opposite: what Python's `json` module reads back, numbers that JSON lacks included. */
export function formatJsonText(value: unknown): string {
  const marks = unusedCharacters(JSON.stringify(value) ?? '', 3)
  const literals = ['NaN', 'Infinity', '-Infinity']
  const text = JSON.stringify(
    value,
    (_key, each: unknown) =>
      typeof each === 'number' && !Number.isFinite(each) ? marks[literals.indexOf(String(each))] : each,
    2,
  )
  return marks.reduce((all, mark, index) => all.replaceAll(`"${mark}"`, literals[index] ?? ''), text)
}

function decodeUtf8(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) throw new JsonTextError('it is UTF-16; save it as UTF-8')
  if (bytes[0] === 0xfe && bytes[1] === 0xff) throw new JsonTextError('it is UTF-16; save it as UTF-8')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new JsonTextError('it is not UTF-8; is the file whole?')
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const marked = markNonFinite(text)
    if (marked === null) throw new JsonTextError(messageOf(cause))
    try {
      return JSON.parse(marked.text, (key, value: unknown) => {
        if (marked.numbers.has(key)) throw new JsonTextError('a number stands where a key is expected')
        return typeof value === 'string' ? (marked.numbers.get(value) ?? value) : value
      })
    } catch (stillWrong) {
      throw new JsonTextError(messageOf(stillWrong))
    }
  }
}

interface MarkedText {
  readonly text: string
  /** What a marker string stands for. */
  readonly numbers: ReadonlyMap<string, number>
}

/**
 * The text with `NaN` and `±Infinity` as strings of the same length that occur nowhere in it; null where it
 * has none.
 */
function markNonFinite(text: string): MarkedText | null {
  const [mark = ''] = unusedCharacters(text, 1)
  const pieces: string[] = []
  let done = 0
  const token = /"|NaN|-?Infinity/g
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    if (found[0] === '"') {
      token.lastIndex = endOfString(text, found.index)
      continue
    }
    pieces.push(text.slice(done, found.index), `"${mark.repeat(found[0].length - 2)}"`)
    done = token.lastIndex
  }
  if (pieces.length === 0) return null
  const numbers = new Map([
    [mark.repeat(1), NaN],
    [mark.repeat(6), Infinity],
    [mark.repeat(7), -Infinity],
  ])
  return { text: `${pieces.join('')}${text.slice(done)}`, numbers }
}

/** Characters of the private use area that the text does not hold. */
function unusedCharacters(text: string, count: number): string[] {
  const free: string[] = []
  for (let code = 0xe000; code <= 0xf8ff && free.length < count; code++) {
    const character = String.fromCharCode(code)
    if (!text.includes(character)) free.push(character)
  }
  if (free.length < count) throw new JsonTextError('it holds every character of the private use area')
  return free
}

/** The index after the string that begins at `start`; the text's length where it does not end. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let backslashes = 0
    while (text[at - 1 - backslashes] === '\\') backslashes++
    if (backslashes % 2 === 0) return at + 1
  }
  return text.length
}

interface Duplicate {
  readonly key: string
  /** The two values as they are written, cut short. */
  readonly values: readonly [string, string]
}

/** The object or list that is being read. */
interface Level {
  /** Where each value begins and ends, by its key; null for a list. */
  readonly values: Map<string, readonly [start: number, end: number]> | null
  key: string | null
  valueStart: number
}

/** A key that stands twice in one object, with different values. @param text valid JSON */
function findDuplicate(text: string): Duplicate | null {
  const levels: Level[] = []
  let level: Level | undefined
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"': {
        const end = endOfString(text, at)
        if (level?.values && level.key === null) level.key = keyOf(text.slice(at, end))
        at = end - 1
        break
      }
      case ':':
        if (level) level.valueStart = at + 1
        break
      case '{':
      case '[':
        level = { values: text[at] === '{' ? new Map() : null, key: null, valueStart: 0 }
        if (levels.push(level) > deepestNesting)
          throw new JsonTextError(`it is nested deeper than ${deepestNesting} levels`)
        break
      case ',':
      case '}':
      case ']': {
        const duplicate = level === undefined ? null : endValue(level, text, at)
        if (duplicate !== null) return duplicate
        if (text[at] === ',') break
        levels.pop()
        level = levels.at(-1)
      }
    }
  }
  return null
}

/** Notes the value that ends at `end`. */
function endValue(level: Level, text: string, end: number): Duplicate | null {
  const { values, key, valueStart } = level
  if (values === null || key === null) return null
  const earlier = values.get(key)
  values.set(key, [valueStart, end])
  level.key = null
  if (earlier === undefined) return null
  const [first, second] = [text.slice(...earlier).trim(), text.slice(valueStart, end).trim()]
  return first === second ? null : { key, values: [shortened(first), shortened(second)] }
}

/** A key as written, its quotes included. */
function keyOf(quoted: string): string {
  return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1)
}

/** V8's message on one line: it quotes the text as it is. */
function messageOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return shortened(message.replace(/ is not valid JSON$/, '').replaceAll(/\p{Cc}+/gu, ' '), 200)
}
