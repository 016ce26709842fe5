import type { SourceRow } from '../../../core/data/sourceRows.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { JsonDocumentError, readJsonValues } from './jsonValues.ts'
import type { DatasetTable, PlacedRow } from './placedRow.ts'
import { mebibytes, readingLimits } from './readingLimits.ts'
import { readLines } from './textLines.ts'
import { withStart, type TextSource } from './textSource.ts'

/** As Python writes them: no value, or their words. */
export type BareNumbers = 'null' | 'text'

const tooLong = `longer than ${mebibytes(readingLimits.row)}`

/**
 * Rows of a JSON file by what it holds, whichever extension it has: JSON Lines (an object a line), one array
 * of objects, or objects over several lines. An array's places count its items, others count lines.
 *
 * @param name of the file in messages
 * @param bare what becomes of a bare NaN or Infinity, which are no JSON
 */
export async function openJson(
  source: TextSource,
  name: string,
  bare: BareNumbers = 'null',
): Promise<DatasetTable> {
  const { start, chunks } = await withStart(source.chunks)
  const isLines = looksLikeLines(start)
  const format = isLines ? 'JSON Lines' : start.trimStart().startsWith('[') ? 'a JSON array' : 'JSON'
  return {
    format: source.encoding === 'UTF-8' ? format : `${format}, ${source.encoding}`,
    columns: null,
    unread: new Map(),
    rows: () => (isLines ? lineRows(chunks, name, bare) : documentRows(chunks, name, bare)),
  }
}

/**
 * A first line that leaves a bracket open begins a value of several lines; a line cut off within a string
 * does not.
 */
function looksLikeLines(start: string): boolean {
  const text = start.trimStart()
  if (text.startsWith('[')) return false
  const [first = '', ...others] = text.split(/\r\n|\n|\r/, 20)
  const second = others.find((line) => line.trim() !== '')
  if (second === undefined || !text.startsWith('{')) return true
  const outsideOfStrings = first.replace(/"[^"\\]*(?:\\.[^"\\]*)*"/g, '""')
  const opened = outsideOfStrings.match(/[{[]/g)?.length ?? 0
  const closed = outsideOfStrings.match(/[}\]]/g)?.length ?? 0
  const isCutOff = outsideOfStrings.replaceAll('""', '').includes('"')
  return opened === closed || isCutOff || second.trimStart().startsWith('{')
}

async function* lineRows(
  chunks: AsyncGenerator<string>,
  name: string,
  bare: BareNumbers,
): AsyncGenerator<PlacedRow> {
  for await (const { number, text } of readLines(chunks)) {
    const place = `${name}:${number}`
    if (text === null) yield { kind: 'bad', place, cause: tooLong, detail: null }
    else if (text.trim() !== '') yield parsedRow(text, place, bare)
  }
}

async function* documentRows(
  chunks: AsyncGenerator<string>,
  name: string,
  bare: BareNumbers,
): AsyncGenerator<PlacedRow> {
  try {
    for await (const { at, text } of readJsonValues(chunks)) {
      const place = `${name}:${at}`
      yield text === null
        ? { kind: 'bad', place, cause: tooLong, detail: null }
        : parsedRow(text, place, bare)
    }
  } catch (thrown) {
    if (!(thrown instanceof JsonDocumentError)) throw thrown
    throw new RecheckError('data.unreadable', `${name}: cannot be read: ${thrown.message}. Is it complete?`)
  }
}

function parsedRow(text: string, place: string, bare: BareNumbers): PlacedRow {
  const value = parseExactly(text, bare)
  if (value instanceof Error) return { kind: 'bad', place, cause: 'not JSON', detail: value.message }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { kind: 'bad', place, cause: 'expected a JSON object', detail: `got ${text.trim().slice(0, 40)}` }
  const repeated = repeatedKey(text, Object.keys(value))
  if (repeated !== null)
    return { kind: 'bad', place, cause: 'a key that stands twice', detail: JSON.stringify(repeated) }
  return { kind: 'row', place, row: value as SourceRow }
}

/** A number that a JavaScript number may write in another way, or not hold: 2⁵³ and above, 1.0, 1e400, −0. */
const inexactNumber = /[[:,]\s*-?(?:\d{16}|\d+[.eE])|-0/

/**
 * JSON with its numbers as they are written. Where it is none but for a bare NaN or Infinity, as Python
 * writes them, those are null or their words.
 */
function parseExactly(text: string, bare: BareNumbers): unknown {
  try {
    return inexactNumber.test(text)
      ? (JSON.parse(text, numbersAsWritten) as unknown)
      : (JSON.parse(text) as unknown)
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) return new Error('it is nested too deeply')
    const without = text.replace(
      /("[^"\\]*(?:\\.[^"\\]*)*")|-?\b(?:NaN|Infinity)\b/g,
      (found, string: string | undefined) => string ?? (bare === 'null' ? bare : `"${found}"`),
    )
    return without === text ? thrown : parseExactly(without, bare)
  }
}

function numbersAsWritten(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === 'number' ? (context?.source ?? value) : value
}

/**
 * A key of the object itself that stands in it more than once: JSON.parse would take the last without a word.
 */
function repeatedKey(text: string, keys: readonly string[]): string | null {
  const isSuspect = keys.some((key) => {
    const quoted = JSON.stringify(key)
    return text.indexOf(quoted, text.indexOf(quoted) + 1) >= 0
  })
  if (!isSuspect) return null
  const seen = new Set<string>()
  let depth = 0
  for (const { 0: mark, 1: colon } of text.matchAll(/[{}[\]]|"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/g)) {
    if (mark === '{' || mark === '[') depth++
    else if (mark === '}' || mark === ']') depth--
    else if (depth === 1 && colon !== undefined) {
      const key = JSON.parse(mark.slice(0, -colon.length)) as string
      if (seen.has(key)) return key
      seen.add(key)
    }
  }
  return null
}
