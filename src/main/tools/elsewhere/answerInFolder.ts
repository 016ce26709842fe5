import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { failedMessage } from '../../trainer/remote/failedMessage.ts'
import { readWish } from '../../trainer/remote/readWish.ts'
import { openRecordWriter, type RecordWriter } from '../../trainer/remote/recordWriter.ts'
import {
  longestRecordBytes,
  recordEveryMs,
  recordsName,
  remoteHeartbeatEveryMs,
  requestName,
  wishEveryMs,
  wishName,
} from '../../wire/attemptFolder.ts'
import type { JobMessage } from '../../wire/taskMessages.ts'

/** Answers one question; tells what happens meanwhile. */
export type AnswerQuestion = (question: unknown, tell: (event: unknown) => void) => Promise<unknown>

/** Room in a record beside its answer. */
const frameBytes = 256

/**
 * The life of a process that answers a question on a machine that the owner cannot reach: it reads the
 * question from a folder that both see, puts numbered records there, and ends when the wish it finds there is
 * to stop. A second process for the same folder is refused by the file that the first has made.
 *
 * @returns the exit code
 */
export async function answerInFolder(answer: AnswerQuestion, folder: string): Promise<number> {
  const records = await openRecordWriter(join(folder, recordsName), () => undefined)
  records.write({ type: 'began', host: hostname(), processId: process.pid })
  const startedMs = performance.now()
  const beat = (): void => records.write({ type: 'heartbeat', activeMs: performance.now() - startedMs })
  const stopped = whenStopped(join(folder, wishName))
  const timer = setInterval(beat, remoteHeartbeatEveryMs)
  const last = await Promise.race([answered(answer, folder, records), stopped])
  clearInterval(timer)
  last.forEach((message) => records.write(message))
  await records.whenWritten()
  return last.at(-1)?.type === 'failed' ? 1 : 0
}

async function answered(
  answer: AnswerQuestion,
  folder: string,
  records: RecordWriter,
): Promise<readonly JobMessage[]> {
  try {
    const question: unknown = JSON.parse(await readFile(join(folder, requestName), 'utf8'))
    const data = await answer(question, teller(records))
    requireShort(data)
    return [
      { type: 'answer', data },
      { type: 'ended', outcome: 'finished' },
    ]
  } catch (thrown) {
    return [failedMessage(thrown)]
  }
}

/** Progress is told twice a second: a network's file system is flushed each time. */
function teller(records: RecordWriter): (event: unknown) => void {
  let toldMs = -Infinity
  return (event) => {
    if ((event as { readonly type?: unknown }).type === 'progress') {
      if (performance.now() - toldMs < recordEveryMs) return
      toldMs = performance.now()
    }
    records.write({ type: 'told', event })
  }
}

function requireShort(data: unknown): void {
  const bytes = Buffer.byteLength(JSON.stringify(data)) + frameBytes
  if (bytes <= longestRecordBytes) return
  throw new RecheckError(
    'remote.records',
    `the answer has ${bytes} bytes, ${longestRecordBytes} is the most that can come back: ask for fewer problems (data.test) or samples.`,
  )
}

/** Resolves when it is to stop: wished there, or by the signal that a cluster sends. */
function whenStopped(path: string): Promise<readonly JobMessage[]> {
  return new Promise((resolve) => {
    const stop = (): void => resolve([{ type: 'ended', outcome: 'stopped' }])
    process
      .on('SIGTERM', stop)
      .on('SIGINT', stop)
      .on('SIGHUP', () => undefined)
    const look = async (): Promise<void> => {
      const wish = await readWish(path)
      if (wish !== null && wish.stop !== null) stop()
    }
    void look()
    setInterval(() => void look(), wishEveryMs).unref()
  })
}
