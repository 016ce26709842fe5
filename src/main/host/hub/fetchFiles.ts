import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import PQueue from 'p-queue'
import type { Progress } from '../../../shared/runs/runEvent.ts'
import { HubClient, type HubClientSetup } from './hubClient.ts'
import { fetchFile, type FileSource } from './fetchFile.ts'
import type { HubFile } from './hubRepo.ts'
import { byteProgress, type BytesThere } from './byteProgress.ts'
import { assertSafePaths } from './safePath.ts'

const atOnce = 4
const reportEveryMs = 200

export interface FetchFilesSetup {
  readonly source: FileSource
  readonly files: readonly HubFile[]
  /** Absolute; what an earlier try left there is gone on from. */
  readonly folder: string
  readonly client: HubClientSetup
  readonly report: (progress: Progress) => void
}

/**
 * Brings files of one repository into a folder, a few at a time; the first that fails ends the others.
 *
 * @throws RecheckError `hub.*`, `file.*` of the disk
 */
export async function fetchFiles({ source, files, folder, client, report }: FetchFilesSetup): Promise<void> {
  assertSafePaths(source.repo, files)
  const failing = new AbortController()
  const signal = AbortSignal.any([client.signal, failing.signal])
  const hub = new HubClient({ ...client, signal })
  const there = new BytesOfFiles()
  const progress = byteProgress(`fetching ${source.repo.name}`, sum(files.map(({ bytes }) => bytes)))
  const tell = (): void => report(progress(there.now(performance.now())))
  const queue = new PQueue({ concurrency: atOnce })
  const timer = setInterval(tell, reportEveryMs)
  const failures: unknown[] = []
  try {
    for (const file of files) {
      const place = join(folder, file.path)
      await mkdir(dirname(place), { recursive: true, mode: 0o700 })
      const fetching = async (): Promise<void> => {
        if (signal.aborted && failures.length > 0) return
        await fetchFile(hub, source, file, { place, onBytes: (bytes) => there.note(file.path, bytes) })
      }
      void queue.add(fetching).catch((thrown: unknown) => {
        failures.push(thrown)
        failing.abort()
      })
    }
    await queue.onIdle()
  } finally {
    clearInterval(timer)
  }
  tell()
  if (failures.length > 0) throw failures[0]
}

class BytesOfFiles {
  readonly #found = new Map<string, number>()
  readonly #bytes = new Map<string, number>()

  /** The first that is heard of a file is what was there of it. */
  note(path: string, bytes: number): void {
    if (!this.#found.has(path)) this.#found.set(path, bytes)
    this.#bytes.set(path, bytes)
  }

  now(atMs: number): BytesThere {
    const all = sum([...this.#bytes.values()])
    return { all, fetched: all - sum([...this.#found.values()]), atMs }
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
