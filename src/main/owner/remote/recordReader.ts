import { open } from 'node:fs/promises'
import { z } from 'zod'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { systemCodeOf } from '../../../shared/errors/systemErrors.ts'
import { longestRecordBytes, type JobRecord } from '../../wire/attemptFolder.ts'
import { isTaskMessage, type JobMessage } from '../../wire/taskMessages.ts'

/** Read at a time: many runs are read side by side. */
const pieceBytes = 4 * 2 ** 20
const lineEnd = 0x0a

const finite = z.number().min(0)
const Message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('began'), host: z.string().max(256), processId: z.int().min(0) }),
  z.object({
    type: z.literal('batch'),
    batch: z.object({
      runId: z.string(),
      sequence: z.int().min(1),
      events: z.array(z.looseObject({ type: z.string() })),
    }),
  }),
  z.object({ type: z.literal('heartbeat'), activeMs: finite }),
  z.object({ type: z.literal('micro-batch'), rows: z.int().min(1) }),
  z.object({ type: z.enum(['paused', 'resumed']) }),
  z.object({ type: z.literal('ended'), outcome: z.enum(['finished', 'stopped']) }),
  z.object({
    type: z.literal('failed'),
    error: z.looseObject({ code: z.string(), message: z.string() }),
  }),
  z.object({ type: z.literal('told'), event: z.unknown() }),
  z.object({ type: z.literal('answer'), data: z.unknown() }),
])
const Record = z.object({ number: z.int().min(1), message: Message })

/** Whose records a file is to hold. */
export interface ExpectedRecords {
  /** `run run-7`, for people. */
  readonly of: string
  readonly fits: (message: JobMessage) => boolean
}

export function runRecords(runId: string): ExpectedRecords {
  return {
    of: `run ${runId}`,
    fits: (message) => !isTaskMessage(message) && (message.type !== 'batch' || message.batch.runId === runId),
  }
}

/** Of a job that answers one question. */
export function answerRecords(jobId: string): ExpectedRecords {
  const types: readonly JobMessage['type'][] = ['began', 'heartbeat', 'told', 'answer', 'ended', 'failed']
  return { of: `job ${jobId}`, fits: ({ type }) => types.includes(type) }
}

/** Follows the file to which a job on another machine appends its records. */
export class RecordReader {
  readonly #path: string
  readonly #expected: ExpectedRecords
  #offset = 0
  #rest: Buffer[] = []
  #restBytes = 0

  constructor(path: string, expected: ExpectedRecords) {
    this.#path = path
    this.#expected = expected
  }

  /**
   * The records that have been completed since the last call, at most a few megabytes of them; a line without
   * its end waits.
   *
   * @returns null while there is no file
   * @throws RecheckError `remote.records` where it holds anything else, or has become shorter
   */
  async read(): Promise<readonly JobRecord[] | null> {
    const piece = await this.#nextPiece()
    if (piece === null) return null
    const records: JobRecord[] = []
    let start = 0
    for (let end = piece.indexOf(lineEnd); end >= 0; end = piece.indexOf(lineEnd, start)) {
      const line = Buffer.concat([...this.#rest.splice(0), piece.subarray(start, end)])
      this.#restBytes = 0
      records.push(this.#recordOf(line.toString('utf8')))
      start = end + 1
    }
    this.#keep(piece.subarray(start))
    return records
  }

  #keep(rest: Buffer): void {
    if (rest.length === 0) return
    this.#rest.push(rest)
    this.#restBytes += rest.length
    if (this.#restBytes > longestRecordBytes)
      throw this.#error(`a line of more than ${longestRecordBytes} bytes`)
  }

  /** Opened anew each time: a network's file system looks for what others have written only then. */
  async #nextPiece(): Promise<Buffer | null> {
    const file = await open(this.#path, 'r').catch((thrown: unknown) => {
      if (systemCodeOf(thrown) === 'ENOENT' && this.#offset === 0) return null
      throw thrown
    })
    if (file === null) return null
    try {
      const { size } = await file.stat()
      if (size < this.#offset) throw this.#error(`${size} bytes where ${this.#offset} had been read already`)
      const piece = Buffer.alloc(Math.min(size - this.#offset, pieceBytes))
      const { bytesRead } = await file.read(piece, 0, piece.length, this.#offset)
      this.#offset += bytesRead
      return piece.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  }

  #recordOf(line: string): JobRecord {
    const parsed = Record.safeParse(parseJson(line))
    if (!parsed.success) throw this.#error('a line that is no record of a job')
    const { number } = parsed.data
    const message = parsed.data.message as JobMessage
    if (!this.#expected.fits(message)) throw this.#error('records of another job')
    return { number, message }
  }

  #error(found: string): RecheckError {
    return new RecheckError(
      'remote.records',
      `${this.#path} cannot be followed: expected numbered records of ${this.#expected.of}, one a line, found ${found}. ` +
        'What came before counts; resume or ask again.',
    )
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // fits no record
  }
}
