import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { bytesIn } from '../model/libraryEntry.ts'
import { isAlive, markOf } from '../machine/processInfo.ts'
import type { HubFile } from './hubRepo.ts'
import { fullName, type RepoName } from './repoName.ts'
import { partEnding } from './fetchFile.ts'

/** Where downloads lie while they are not whole, in the folder of the library that they are for. */
const partsFolder = '.downloads'
const lockName = '.lock'

const Lock = z.object({ processId: z.int(), processStartedAtMs: z.number().nullable() })

/**
 * The folder of a download that may have been begun before: one per repository and commit.
 *
 * @param library absolute: the folder of models, or that of data sets
 */
export function partFolder(library: string, repo: RepoName, commit: string): string {
  return join(library, partsFolder, `${folderName(repo)}--${commit}`)
}

function folderName({ name }: RepoName): string {
  return name.replace('/', '--')
}

/**
 * Works in a download's folder, which no other process works in meanwhile.
 *
 * @throws RecheckError `hub.in-progress`
 */
export async function inPartFolder<T>(folder: string, repo: RepoName, work: () => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const lock = join(folder, lockName)
  await takeLock(lock, repo)
  try {
    return await work()
  } finally {
    await rm(lock, { force: true })
  }
}

async function takeLock(lock: string, repo: RepoName): Promise<void> {
  const mine = JSON.stringify(markOf(process.pid))
  const isTaken = await writeFile(lock, mine, { flag: 'wx', mode: 0o600 }).then(
    () => true,
    () => false,
  )
  if (isTaken) return
  const holder = parsedLock(await readFile(lock, 'utf8').catch(() => ''))
  if (holder !== null && isAlive(holder)) {
    throw new RecheckError(
      'hub.in-progress',
      `${fullName(repo)} is being fetched already, by process ${holder.processId}. Wait for it, or stop it first.`,
    )
  }
  await writeFile(lock, mine, { mode: 0o600 }) // of a process that has ended
}

function parsedLock(text: string): z.infer<typeof Lock> | null {
  try {
    return Lock.parse(JSON.parse(text))
  } catch {
    return null // caught while it was written, or of no use: nobody holds it
  }
}

/** Bytes of these files that an earlier try has left. */
export async function bytesThere(folder: string, files: readonly HubFile[]): Promise<number> {
  const sizes = await Promise.all(files.map((file) => bytesOfFile(join(folder, file.path), file.bytes)))
  return sizes.reduce((total, size) => total + size, 0)
}

async function bytesOfFile(place: string, bytes: number): Promise<number> {
  for (const path of [place, `${place}${partEnding}`]) {
    const info = await stat(path).catch(() => null)
    if (info !== null) return Math.min(info.size, bytes)
  }
  return 0
}

/** Moves whole files to where they belong. */
export async function moveFiles(from: string, to: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(to, path)), { recursive: true })
    await rename(join(from, path), join(to, path))
  }
}

/** A download that was begun and is not whole. */
export interface BegunDownload {
  readonly name: string
  readonly commit: string
  readonly folder: string
  readonly bytes: number
}

/** @param library absolute */
export async function begunDownloads(library: string): Promise<readonly BegunDownload[]> {
  const parent = join(library, partsFolder)
  const found: BegunDownload[] = []
  for (const entry of await readdir(parent).catch(() => [])) {
    const match = /^(.+)--([0-9a-f]{40})$/.exec(entry)
    if (match === null) continue
    const [, name = '', commit = ''] = match
    const folder = join(parent, entry)
    found.push({ name: name.replace('--', '/'), commit, folder, bytes: await bytesIn(folder) })
  }
  return found
}

/** Takes away what is left of downloads of a repository. @returns how many there were */
export async function removeParts(library: string, name: string): Promise<number> {
  const left = (await begunDownloads(library)).filter((download) => download.name === name)
  for (const { folder } of left) await rm(folder, { recursive: true, force: true })
  return left.length
}
