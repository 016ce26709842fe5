import { readingLimits } from './readingLimits.ts'

export interface TextLine {
  /** From 1. */
  readonly number: number
  /** Without its end; null for a line above the limit of a row, which is not kept. */
  readonly text: string | null
}

/** The lines of a text, as a stream. A line ends with LF, CR LF or CR; a last line without an end counts. */
export async function* readLines(chunks: AsyncIterable<string>): AsyncGenerator<TextLine> {
  let held = ''
  let isTooLong = false
  let number = 0
  let afterReturn = false
  for await (const chunk of chunks) {
    // a CR at the end of a chunk ended its line; the LF of a CR LF may come with the next chunk
    const text = afterReturn && chunk.startsWith('\n') ? chunk.slice(1) : chunk
    if (chunk !== '') afterReturn = chunk.endsWith('\r')
    const parts = text.split(/\r\n|\n|\r/)
    const last = parts.pop() ?? ''
    for (const part of parts) {
      const isOver = isTooLong || held.length + part.length > readingLimits.row
      yield { number: ++number, text: isOver ? null : held + part }
      held = ''
      isTooLong = false
    }
    isTooLong ||= held.length + last.length > readingLimits.row
    held = isTooLong ? '' : held + last
  }
  if (held !== '' || isTooLong) yield { number: ++number, text: isTooLong ? null : held }
}
