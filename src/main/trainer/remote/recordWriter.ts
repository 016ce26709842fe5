import { open, type FileHandle } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { JobRecord } from '../../wire/attemptFolder.ts'
import type { JobMessage } from '../../wire/taskMessages.ts'

export interface RecordWriter {
  /** Numbers a message and puts it down; `onWritten` is told once it is on the disk. */
  write(message: JobMessage): void
  /** Resolves when everything written so far is on the disk. */
  whenWritten(): Promise<void>
}

const tryAgainEveryMs = 1000

/**
 * Appends numbered records to a new file and flushes each lot to the disk. While it cannot (a full disk, a
 * network's file system that is away) it tries again at the same place: a line is there once and whole.
 *
 * @param onWritten  a message is on the disk
 * @throws Error `EEXIST`: another process has begun this attempt
 */
export async function openRecordWriter(
  path: string,
  onWritten: (message: JobMessage) => void,
): Promise<RecordWriter> {
  const file = await open(path, 'wx', 0o600)
  let gathered: JobRecord[] = []
  let number = 0
  let offset = 0
  let writing: Promise<void> | null = null
  const drain = async (): Promise<void> => {
    while (gathered.length > 0) {
      const records = gathered
      gathered = []
      const bytes = Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''))
      await writeUntilDone(file, bytes, offset)
      offset += bytes.length
      for (const { message } of records) onWritten(message)
    }
    writing = null
  }
  return {
    write(message) {
      number++
      gathered.push({ number, message })
      writing ??= drain()
    },
    whenWritten: () => writing ?? Promise.resolve(),
  }
}

async function writeUntilDone(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      let done = 0
      while (done < bytes.length) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, offset + done)
        done += bytesWritten
      }
      return await file.datasync()
    } catch (thrown) {
      if (tries === 0) process.stderr.write(`The records cannot be written yet: ${String(thrown)}\n`)
      await wait(tryAgainEveryMs)
    }
  }
}
