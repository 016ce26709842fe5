import { createReadStream } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'

const longestLine = 8 * 1024 * 1024

export interface TextLine {
  /** From 1. */
  readonly number: number
  /** Without its end; null for a line of more than 8 MiB characters, which is not kept. */
  readonly text: string | null
}

/** The lines of a UTF-8 file, as a stream; a last line without an end counts, a byte-order mark does not. */
export async function* readLines(path: string): AsyncGenerator<TextLine> {
  const decoder = new StringDecoder('utf8')
  let held = ''
  let isTooLong = false
  let number = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    const parts = decoder.write(chunk).split('\n')
    const last = parts.pop() ?? ''
    for (const part of parts) {
      yield { number: ++number, text: isTooLong ? null : withoutEnd(held + part, number) }
      held = ''
      isTooLong = false
    }
    held = isTooLong ? '' : held + last
    if (held.length > longestLine) {
      isTooLong = true
      held = ''
    }
  }
  held += decoder.end()
  if (held !== '' || isTooLong) yield { number: ++number, text: isTooLong ? null : withoutEnd(held, number) }
}

function withoutEnd(line: string, number: number): string {
  const text = number === 1 && line.startsWith('\ufeff') ? line.slice(1) : line
  return text.endsWith('\r') ? text.slice(0, -1) : text
}
