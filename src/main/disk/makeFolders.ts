import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder and those on the way to it, one by one: `mkdir` with `recursive` tries for ever in Node 24
 * where the system lets nobody make any, as in `/proc`.
 *
 * @throws Error of the system, or one that says that a file is in the way
 */
export function makeFolders(folder: string, mode = 0o777): void {
  if (existsSync(folder)) return assertFolder(folder)
  const parent = dirname(folder)
  if (parent !== folder) makeFolders(parent, mode)
  try {
    mkdirSync(folder, { mode })
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
    assertFolder(folder) // of another process, or a link that leads nowhere
  }
}

function assertFolder(path: string): void {
  if (statSync(path).isDirectory()) return
  throw Object.assign(new Error(`ENOTDIR: ${path} is a file, no folder`), { code: 'ENOTDIR' })
}
