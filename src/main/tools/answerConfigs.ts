import { createInterface } from 'node:readline'
import { errorData } from '../../shared/errors/recheckError.ts'
import { systemClock } from '../host/machine/clock.ts'
import type { Inquiry } from '../owner/processes/inquiry.ts'
import { sharedParts } from '../run/materialParts.ts'
import { inspectConfig } from './inspectConfig.ts'

export interface AnsweringSetup {
  /** Takes an answer, a line. */
  readonly write: (line: string) => void
  /**
   * Resident memory beyond which no further question is answered: whoever asks starts another process. 1 GB
   * when left out.
   */
  readonly mostBytes?: number
}

/**
 * Answers questions about configs, a line of JSON each, one after the other, as a process for each would: what
 * the configs share is made once.
 *
 * @returns when the input has ended, or this process has grown too large
 */
export async function answerConfigs(
  input: NodeJS.ReadableStream,
  { write, mostBytes = 1e9 }: AnsweringSetup,
): Promise<void> {
  const parts = sharedParts(systemClock.nowMs)
  for await (const line of createInterface({ input })) {
    const reply = await inspectConfig(JSON.parse(line) as Inquiry, parts).then(
      (data) => ({ data }),
      (thrown: unknown) => ({ error: errorData(thrown) }),
    )
    write(`${JSON.stringify(reply)}\n`)
    if (process.memoryUsage.rss() > mostBytes) return
  }
}
