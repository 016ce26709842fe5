import { errorData, RecheckError } from '../../../shared/errors/recheckError.ts'
import { systemCodeOf } from '../../../shared/errors/systemErrors.ts'
import type { JobRecord } from '../../wire/attemptFolder.ts'
import type { RecordReader } from './recordReader.ts'

/** What is said of a job while it is followed. */
export interface RemoteNote {
  readonly level: 'info' | 'warning'
  readonly code: 'remote.handed-over' | 'remote.waiting' | 'remote.away' | 'remote.back'
  readonly message: string
}

/**
 * Reads records through a shared folder that may be away for a while, as a network's file system is: that says
 * nothing of the job, and ends nothing.
 */
export class FolderReader {
  readonly #records: Pick<RecordReader, 'read'>
  readonly #note: (note: RemoteNote) => void
  #isCut = false

  constructor(records: Pick<RecordReader, 'read'>, note: (note: RemoteNote) => void) {
    this.#records = records
    this.#note = note
  }

  /** There were records, and they cannot be read now. */
  get isCut(): boolean {
    return this.#isCut
  }

  /**
   * @returns null where there are none yet, or none can be read
   * @throws RecheckError `remote.records`
   */
  async read(): Promise<readonly JobRecord[] | null> {
    try {
      const found = await this.#records.read()
      if (this.#isCut)
        this.#note({ level: 'info', code: 'remote.back', message: 'The shared folder can be read again.' })
      this.#isCut = false
      return found
    } catch (thrown) {
      const code = systemCodeOf(thrown)
      if (code === null) throw thrown
      const message = `The records of the job cannot be read (${code}). The shared folder is looked at again until it is back.`
      if (!this.#isCut) this.#note({ level: 'warning', code: 'remote.away', message })
      this.#isCut = true
      return null
    }
  }
}

/**
 * Why a shared folder cannot be written now, for people: it may be away for a while, as a network's file system
 * is.
 *
 * @throws whatever was thrown for another reason
 */
export function folderProblem(thrown: unknown): string {
  const isOfFolder =
    thrown instanceof RecheckError ? thrown.code.startsWith('file.') : systemCodeOf(thrown) !== null
  if (!isOfFolder) throw thrown
  return errorData(thrown).message
}
