import { appendFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { formatBytes } from '../../../shared/text/format.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { quoted } from '../../../shared/text/shortened.ts'
import { uploadPieceBytes } from '../../../shared/routes/library/uploads.ts'
import { fileError } from '../../disk/fileError.ts'
import type { Clock } from '../../host/machine/clock.ts'
import { makeWritableFolder } from '../../host/machine/atomicFiles.ts'
import { newId } from '../../host/machine/identifiers.ts'
import { requireRoom } from '../../host/model/modelLibrary.ts'

export interface UploadsSetup {
  readonly dataDir: string
  readonly clock: Pick<Clock, 'nowMs'>
  readonly limits?: Partial<UploadLimits>
}

export interface UploadLimits {
  /** At the same time. */
  readonly inAll: number
  /** Of one file. */
  readonly bytes: number
  /** One that nothing has been asked of for so long is dropped when the next begins. */
  readonly idleMs: number
}

const usualLimits: UploadLimits = { inAll: 8, bytes: 64 * 2 ** 30, idleMs: 3_600_000 }

/** A file that has come in whole. */
export interface UploadedFile {
  /** Absolute, in a folder of its own; it ends in what is safe of `name`. */
  readonly path: string
  /** As the page calls it: for people alone. */
  readonly name: string
  readonly bytes: number
}

interface Upload extends UploadedFile {
  received: number
  usedAtMs: number
  /** Pieces are written one after the other. */
  last: Promise<unknown>
}

/**
 * Files of pages on their way in, as temporary files in the data folder. They go with their use, or with the
 * owner.
 */
export class Uploads {
  readonly #folder: string
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #limits: UploadLimits
  readonly #uploads = new Map<string, Upload>()
  #isCleared = false

  constructor({ dataDir, clock, limits }: UploadsSetup) {
    this.#folder = join(dataDir, 'uploads')
    this.#clock = clock
    this.#limits = { ...usualLimits, ...limits }
  }

  /** @throws RecheckError `upload.refused`, `file.disk-full` */
  async begin(name: string, bytes: number): Promise<string> {
    const { inAll, bytes: most, idleMs } = this.#limits
    const nowMs = this.#clock.nowMs()
    for (const [uploadId, { usedAtMs }] of this.#uploads)
      if (nowMs - usedAtMs > idleMs) await this.drop(uploadId)
    if (bytes > most)
      throw refused(`${quoted(name)} has ${formatBytes(bytes)}, an upload at most ${formatBytes(most)}.`)
    if (this.#uploads.size >= inAll)
      throw refused(`${inAll} files are on their way in already. Wait for one of them, or cancel it.`)
    const uploadId = newId('upload')
    const path = join(this.#folder, uploadId, safeName(name))
    this.#uploads.set(uploadId, { path, name, bytes, received: 0, usedAtMs: nowMs, last: Promise.resolve() })
    try {
      await this.#clear()
      await makeWritableFolder(dirname(path))
      requireRoom(bytes, quoted(name), this.#folder)
      await writeFile(path, '', { flag: 'wx', mode: 0o600 })
    } catch (thrown) {
      this.#uploads.delete(uploadId)
      throw fileError(thrown, path)
    }
    return uploadId
  }

  /**
   * @param offset  what has been taken before: a piece that was sent twice is refused
   * @returns what has been taken now
   * @throws RecheckError `upload.unknown`, `upload.refused`, `file.*`
   */
  append(uploadId: string, offset: number, piece: Uint8Array): Promise<number> {
    const upload = this.#find(uploadId)
    const written = upload.last.then(() => this.#write(upload, offset, piece))
    upload.last = written.catch(() => undefined)
    return written
  }

  async #write(upload: Upload, offset: number, piece: Uint8Array): Promise<number> {
    const { path, name, bytes, received } = upload
    if (offset !== received || piece.byteLength > uploadPieceBytes || received + piece.byteLength > bytes)
      throw refused(
        `${quoted(name)}: a piece of ${piece.byteLength} bytes at ${offset} does not follow the ${received} of ${bytes} that have come. Begin anew.`,
      )
    try {
      await appendFile(path, piece)
    } catch (thrown) {
      throw fileError(thrown, path)
    }
    upload.received += piece.byteLength
    upload.usedAtMs = this.#clock.nowMs()
    return upload.received
  }

  /** @throws RecheckError `upload.unknown`, `upload.refused` for one that has not come in whole */
  async whole(uploadId: string): Promise<UploadedFile> {
    const upload = this.#find(uploadId)
    await upload.last
    upload.usedAtMs = this.#clock.nowMs()
    const { path, name, bytes, received } = upload
    const { size } = await stat(path)
    if (received === bytes && size === bytes) return { path, name, bytes }
    throw refused(`${quoted(name)}: ${received} of ${bytes} bytes have come. Begin anew.`)
  }

  /** One that is not there any more is dropped already. */
  async drop(uploadId: string): Promise<void> {
    const upload = this.#uploads.get(uploadId)
    if (upload === undefined) return
    this.#uploads.delete(uploadId)
    await upload.last
    await rm(dirname(upload.path), { recursive: true, force: true })
  }

  async close(): Promise<void> {
    this.#uploads.clear()
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** What an owner that was killed has left. */
  async #clear(): Promise<void> {
    if (this.#isCleared) return
    this.#isCleared = true
    await rm(this.#folder, { recursive: true, force: true })
  }

  #find(uploadId: string): Upload {
    const upload = this.#uploads.get(uploadId)
    if (upload !== undefined) return upload
    throw new RecheckError('upload.unknown', 'This file is no longer here. Choose it again.')
  }
}

/**
 * What a stranger calls a file, as the name of one of ours: no path, nothing hidden, nothing that a shell
 * reads.
 */
function safeName(name: string): string {
  const plain = name.replaceAll(/[^\p{L}\p{N}._ -]/gu, '_').slice(-100)
  return `${/^[\p{L}\p{N}]/u.test(plain) ? '' : 'file'}${plain}`
}

function refused(message: string): RecheckError {
  return new RecheckError('upload.refused', message)
}
