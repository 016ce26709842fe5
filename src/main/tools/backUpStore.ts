import { statSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { fileError } from '../disk/fileError.ts'
import { flushFolder, unfinishedPrefix } from '../host/machine/atomicFiles.ts'
import { assertNewOutput } from '../disk/outputPath.ts'
import { newId } from '../host/machine/identifiers.ts'
import { copyDatabase } from '../store/copyDatabase.ts'
import type { Database } from '../store/database.ts'
import { damageMessage } from '../store/storeError.ts'
import { makeFolders } from '../disk/makeFolders.ts'

/**
 * Writes a checked copy of the run store to `file`, while runs go on. Checkpoints are not in it: they are
 * files of their own.
 *
 * @returns bytes of the copy
 * @throws RecheckError `backup.exists` rather than overwrite, `store.damaged` when the copy is not sound,
 *   `store.disk-full`; nothing is left behind
 */
export async function backUpStore(db: Database, file: string): Promise<number> {
  const path = resolve(file)
  assertNewOutput(path, { kind: 'file', command: 'backup', dataDir: dirname(db.name) })
  const unfinished = join(dirname(path), `${unfinishedPrefix}${newId(basename(path))}`)
  try {
    makeFolders(dirname(path))
    const problems = await copyDatabase(db, unfinished)
    if (problems.length > 0) {
      throw new RecheckError('store.damaged', damageMessage(db.name, problems))
    }
    await rename(unfinished, path)
    await flushFolder(dirname(path))
    return statSync(path).size
  } catch (thrown) {
    await rm(unfinished, { force: true })
    throw fileError(thrown, path)
  }
}
