import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { quoted } from '../../../shared/text/shortened.ts'
import { fileError } from '../../disk/fileError.ts'
import { bodyPieces } from './boundedBody.ts'
import type { HubClient } from './hubClient.ts'
import { stopped, strangeAnswer } from './hubErrors.ts'
import type { FileChecksum, HubFile } from './hubRepo.ts'
import { fileUrl, type RepoName } from './repoName.ts'
import { failureReason } from './tryAgain.ts'

export interface FileSource {
  readonly repo: RepoName
  readonly commit: string
}

/** What has not all come yet carries this ending. */
export const partEnding = '.part'

/**
 * Brings one file of a repository to a place on the disk, going on from what is there of it, and holds its
 * bytes against the hub's checksum. Only then it has its name.
 *
 * @param place    absolute; its folder is there
 * @param onBytes  bytes of the file that are on the disk; falls where a part turns out to be of no use
 * @throws RecheckError `hub.*`, `file.*` of the disk
 */
export async function fetchFile(
  client: HubClient,
  source: FileSource,
  file: HubFile,
  { place, onBytes }: { readonly place: string; readonly onBytes: (bytes: number) => void },
): Promise<void> {
  if ((await sizeOf(place)) === file.bytes && (await digestOf(place, file)) === file.checksum.hex) {
    return onBytes(file.bytes)
  }
  const part = `${place}${partEnding}`
  const before = await sizeOf(part)
  try {
    const handle = await open(part, before === null ? 'w+' : 'r+', 0o600)
    try {
      const transfer = new Transfer({ client, source, file, handle, part, onBytes })
      await transfer.run(Math.min(before ?? 0, file.bytes))
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(part, place)
  } catch (thrown) {
    if (thrown instanceof RecheckError && thrown.code === 'hub.checksum') await rm(part, { force: true })
    throw fileError(thrown, part)
  }
}

interface TransferSetup {
  readonly client: HubClient
  readonly source: FileSource
  readonly file: HubFile
  readonly handle: FileHandle
  readonly part: string
  readonly onBytes: (bytes: number) => void
}

class Transfer {
  readonly #setup: TransferSetup
  #hash: Hash
  #bytes = 0

  constructor(setup: TransferSetup) {
    this.#setup = setup
    this.#hash = newHash(setup.file)
  }

  /** @param kept  bytes of an earlier download that are in the file */
  async run(kept: number): Promise<void> {
    const { part, file } = this.#setup
    if (kept > 0) await hashFile(part, this.#hash, kept)
    this.#bytes = kept
    this.#tell()
    await this.#receiveAll()
    if (this.#digest() === file.checksum.hex) return
    if (kept > 0) {
      // what was kept may be of another download, or damaged: once more from the start
      await this.#startOver()
      await this.#receiveAll()
    }
    const found = this.#digest()
    if (found !== file.checksum.hex) throw wrongChecksum(this.#setup.source.repo, file, found)
  }

  #digest(): string {
    return this.#hash.copy().digest('hex')
  }

  async #startOver(): Promise<void> {
    await this.#setup.handle.truncate(0)
    this.#hash = newHash(this.#setup.file)
    this.#bytes = 0
    this.#tell()
  }

  #tell(): void {
    this.#setup.onBytes(this.#bytes)
  }

  /**
   * Asks again for what is missing until all is there; tries count from the last byte that had not come
   * before.
   */
  async #receiveAll(): Promise<void> {
    const { client, file, source } = this.#setup
    const url = fileUrl(source.repo, source.commit, file.path, client.settings.endpoint)
    let most = this.#bytes
    for (let tries = 1; this.#bytes < file.bytes; tries++) {
      const headers = { 'accept-encoding': 'identity' }
      const ranged = this.#bytes === 0 ? headers : { ...headers, range: `bytes=${this.#bytes}-` }
      const response = await client.get(url, source.repo, ranged)
      const { host } = new URL(response.url)
      await this.#begin(response, host)
      const reason = await this.#receive(response, host)
      if (this.#bytes >= file.bytes) break
      // a server that begins anew each time and is cut at the same place brings nothing new
      if (this.#bytes > most) tries = 1
      most = Math.max(most, this.#bytes)
      await client.waitAfter({ reason, host, waitMs: null, isRateLimit: false, isAway: false }, tries)
    }
  }

  /** Whether the answer goes on from what is there; one that does not begins anew. */
  async #begin(response: Response, host: string): Promise<void> {
    const { file } = this.#setup
    if (response.status === 206) {
      const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '')
      if (range === null || Number(range[1]) !== this.#bytes) {
        throw strangeAnswer(host, `another part of ${quoted(file.path)} than was asked for`)
      }
      return assertSize(range[2] ?? '*', file, host)
    }
    await this.#startOver()
    if (response.headers.get('content-encoding') === null) {
      assertSize(response.headers.get('content-length') ?? '*', file, host)
    }
  }

  /** @returns why no more comes */
  async #receive(response: Response, host: string): Promise<string> {
    const { client, file, handle } = this.#setup
    if (response.status === 416) {
      await response.body?.cancel()
      return 'it has no such part of the file'
    }
    try {
      for await (const piece of bodyPieces(response, client.limits.silentForMs)) {
        if (this.#bytes + piece.length > file.bytes) throw tooLong(file, host)
        await writeAll(handle, piece, this.#bytes)
        this.#hash.update(piece)
        this.#bytes += piece.length
        this.#tell()
      }
      return 'the answer ended too early'
    } catch (thrown) {
      if (client.signal.aborted) throw stopped()
      if (thrown instanceof RecheckError || isOfDisk(thrown)) throw thrown
      return failureReason(thrown)
    }
  }
}

async function writeAll(handle: FileHandle, piece: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < piece.length;) {
    const { bytesWritten } = await handle.write(piece, written, piece.length - written, position + written)
    written += bytesWritten
  }
}

/** An error of the file system; those of a connection have no `syscall` of a file. */
function isOfDisk(thrown: unknown): boolean {
  return (
    thrown instanceof Error && 'syscall' in thrown && thrown.syscall === 'write' && !('address' in thrown)
  )
}

function newHash({ bytes, checksum }: HubFile): Hash {
  return checksum.kind === 'sha256' ? createHash('sha256') : createHash('sha1').update(`blob ${bytes}\0`)
}

async function hashFile(path: string, hash: Hash, bytes: number): Promise<void> {
  if (bytes === 0) return
  await pipeline(createReadStream(path, { end: bytes - 1, highWaterMark: 2 ** 20 }), async (pieces) => {
    for await (const piece of pieces as AsyncIterable<Buffer>) hash.update(piece)
  })
}

async function digestOf(path: string, file: HubFile): Promise<string> {
  const hash = newHash(file)
  await hashFile(path, hash, file.bytes)
  return hash.digest('hex')
}

/** Null: there is no such file. */
async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then(
    (info) => info.size,
    () => null,
  )
}

/** @param said  `*` where the answer does not say it */
function assertSize(said: string, file: HubFile, host: string): void {
  if (said === '*' || Number(said) === file.bytes) return
  throw strangeAnswer(
    host,
    `${quoted(file.path)} has ${said} bytes there, and ${file.bytes} in the repository's list of files`,
  )
}

function tooLong(file: HubFile, host: string): RecheckError {
  return strangeAnswer(
    host,
    `more bytes of ${quoted(file.path)} than the ${file.bytes} of the repository's list`,
  )
}

const checksumNames: Readonly<Record<FileChecksum['kind'], string>> = {
  sha256: 'sha256',
  'git-blob': "git's SHA-1",
}

function wrongChecksum({ name }: RepoName, file: HubFile, found: string): RecheckError {
  const { kind, hex } = file.checksum
  return new RecheckError(
    'hub.checksum',
    `${quoted(file.path)} of "${name}": ${checksumNames[kind]} is ${found}, the repository names ${hex}. The file was damaged on ` +
      'its way and is not kept. Repeat the command; if it happens again, the mirror or a proxy changes files.',
    { file: file.path },
  )
}
