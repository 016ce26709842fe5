import { constants } from 'node:fs'
import { access, mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { nearestThere } from '../../disk/diskState.ts'
import { fileError } from '../../disk/fileError.ts'
import { newId } from './identifiers.ts'

/** What is not finished yet carries this prefix; `recheck gc` finds what a crash has left. */
export const unfinishedPrefix = '.unfinished-'

/**
 * Writes a file whole or not at all: beside its place, flushed to the disk, then renamed. What was there
 * before stays until that moment.
 *
 * @throws RecheckError `file.disk-full` or `file.read-only`; nothing is left behind
 */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  const unfinished = join(dirname(path), `${unfinishedPrefix}${newId(basename(path))}`)
  try {
    await writeFlushed(unfinished, content)
    await rename(unfinished, path)
    await flushFolder(dirname(path))
  } catch (thrown) {
    await rm(unfinished, { force: true }).catch(() => undefined) // the first error says more
    throw fileError(thrown, path)
  }
}

/** Writes a new file and flushes it to the disk. */
export async function writeFlushed(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A rename is on the disk only when its folder is. Windows cannot open folders and needs no such thing. */
export async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** @throws RecheckError `file.read-only` when the folder cannot be made or written */
export async function makeWritableFolder(folder: string, mode = 0o700): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode })
    await access(folder, constants.W_OK)
  } catch (thrown) {
    // on a read-only disk a recursive mkdir speaks of a missing folder: the nearest one that is there knows
    // better
    await access(nearestThere(folder), constants.W_OK).catch((denied: unknown) => {
      throw fileError(denied, folder)
    })
    throw fileError(thrown, folder)
  }
}
