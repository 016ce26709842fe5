import { readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileError } from '../../disk/fileError.ts'
import { makeFolders } from '../../disk/makeFolders.ts'
import { unfinishedPrefix } from '../machine/atomicFiles.ts'
import { newId } from '../machine/identifiers.ts'
import { makeOnce } from '../provision/cache.ts'

/** Beside the files of a model or data set in its library: where they come from. */
export const sourceFile = 'recheck-source.json'

/**
 * Puts an entry into a library whole or not at all, with its source and its size beside it.
 *
 * @param fill  writes the files into the folder that it is given, and says where they come from
 * @throws RecheckError `file.*` of the disk, and whatever `fill` throws
 */
export async function addEntry(folder: string, fill: (unfinished: string) => Promise<object>): Promise<void> {
  try {
    makeFolders(dirname(folder))
    await makeOnce(folder, async (unfinished) => {
      const source = { ...(await fill(unfinished)), bytes: await bytesIn(unfinished) }
      await writeFile(join(unfinished, sourceFile), `${JSON.stringify(source, null, 2)}\n`)
    })
  } catch (thrown) {
    throw fileError(thrown, folder)
  }
}

/**
 * Takes an entry out of a library: out of sight first, then off the disk. @throws RecheckError `file.*` of
 * the disk
 */
export async function removeEntry(folder: string, library: string): Promise<void> {
  const doomed = join(library, `${unfinishedPrefix}${newId(basename(folder))}`)
  try {
    await rename(folder, doomed)
    await rm(doomed, { recursive: true, force: true })
  } catch (thrown) {
    throw fileError(thrown, folder)
  }
}

/** Of all files below a folder; one that goes away meanwhile counts nothing. */
export async function bytesIn(folder: string): Promise<number> {
  let total = 0
  for (const name of await readdir(folder, { recursive: true })) {
    const info = await stat(join(folder, name)).catch(() => null)
    if (info?.isFile()) total += info.size
  }
  return total
}
