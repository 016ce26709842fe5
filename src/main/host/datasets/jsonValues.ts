import { readingLimits } from './readingLimits.ts'

export interface JsonValue {
  /** Position in the array from 1, or the line on which the value begins. */
  readonly at: number
  /** Null for a value above the limit of a row, which is not kept. */
  readonly text: string | null
}

/** A document that ends too early or continues after its array; the message says where. */
export class JsonDocumentError extends Error {}

/**
 * The values of a JSON document as a stream: the items of one array, or values one after another, however
 * many lines each of them takes. Values are cut out by their brackets; whether they are JSON is not checked
 * here.
 *
 * @throws JsonDocumentError where the document is cut off, or continues after its array
 */
export async function* readJsonValues(chunks: AsyncIterable<string>): AsyncGenerator<JsonValue> {
  const cutter = new ValueCutter()
  for await (const chunk of chunks) yield* cutter.cut(chunk)
  yield* cutter.end()
}

/** Where a mark ends the value in hand: before it, or with it. */
type Cut = 'none' | 'before' | 'after' | 'end-of-array'

class ValueCutter {
  /** Null until the first character that is not white space. */
  #isArray: boolean | null = null
  #isClosed = false
  /** Of brackets, within the value in hand. */
  #depth = 0
  #inString = false
  /** A backslash was the last character of the chunk before. */
  #isEscaped = false
  #held = ''
  #isTooLong = false
  #line = 1
  /** Where the value in hand begins; null while it is blank. */
  #startLine: number | null = null
  #items = 0

  /** @returns where the first value begins in this chunk */
  #begin(chunk: string): number {
    if (this.#isArray !== null) return 0
    const first = chunk.search(/\S/)
    if (first < 0) return 0
    this.#isArray = chunk[first] === '['
    return this.#isArray ? first + 1 : 0
  }

  *cut(chunk: string): Generator<JsonValue> {
    let from = this.#begin(chunk)
    let at = this.#isEscaped ? from + 1 : from
    if (chunk !== '') this.#isEscaped = false
    for (;;) {
      const mark = nextMark(chunk, at, this.#inString)
      if (mark < 0) break
      at = mark + 1
      if (chunk[mark] === '\\') {
        this.#isEscaped = at === chunk.length
        at++
        continue
      }
      const cut = this.#take(chunk[mark] ?? '')
      if (cut === 'none') continue
      this.#hold(chunk.slice(from, cut === 'after' ? at : mark))
      from = at
      yield* this.#finish()
      this.#isClosed ||= cut === 'end-of-array'
    }
    this.#hold(chunk.slice(from))
  }

  *end(): Generator<JsonValue> {
    if (this.#isArray === true && !this.#isClosed)
      throw new JsonDocumentError(
        `the array is not closed; the file ends after ${this.#items} complete items`,
      )
    if (this.#depth > 0 || this.#inString)
      throw new JsonDocumentError(
        `the file ends within the value that begins on line ${this.#startLine ?? 1}`,
      )
    yield* this.#finish()
  }

  #take(mark: string): Cut {
    if (mark === '"') this.#inString = !this.#inString
    else if (mark === '{' || mark === '[') this.#depth++
    else if (mark === ',') return this.#depth === 0 ? 'before' : 'none'
    else if (this.#depth > 0) {
      this.#depth--
      return this.#depth === 0 && this.#isArray === false ? 'after' : 'none'
    } else return this.#isArray === true && mark === ']' ? 'end-of-array' : 'after'
    return 'none'
  }

  #hold(text: string): void {
    if (this.#isClosed && /\S/.test(text)) throw new JsonDocumentError('the file continues after its array')
    const first = this.#startLine === null ? text.search(/\S/) : -1
    if (first >= 0) this.#startLine = this.#line + lineEnds(text.slice(0, first))
    this.#line += lineEnds(text)
    this.#isTooLong ||= this.#held.length + text.length > readingLimits.row
    this.#held = this.#isTooLong ? '' : this.#held + text
  }

  *#finish(): Generator<JsonValue> {
    const line = this.#startLine
    const text = this.#isTooLong ? null : this.#held
    this.#held = ''
    this.#isTooLong = false
    this.#startLine = null
    if (line === null) return
    this.#items++
    yield { at: this.#isArray === true ? this.#items : line, text }
  }
}

/** Outside of strings brackets and commas matter, within them backslashes. */
function nextMark(text: string, from: number, inString: boolean): number {
  const marks = inString ? /["\\]/g : /["{}[\],]/g
  marks.lastIndex = from
  return marks.exec(text)?.index ?? -1
}

function lineEnds(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++
  return count
}
