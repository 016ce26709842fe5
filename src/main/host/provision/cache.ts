import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { newId } from '../machine/identifiers.ts'
import { unfinishedPrefix } from '../machine/atomicFiles.ts'

const dayMs = 24 * 3600 * 1000

/**
 * Makes a folder whole or not at all: beside its place, then renamed. Two processes may do so at once: the
 * one that ends later keeps the other's result. What an interrupted one left is removed after a day.
 */
export async function makeOnce(folder: string, fill: (unfinished: string) => Promise<void>): Promise<void> {
  if (existsSync(folder)) return
  const parent = dirname(folder)
  await mkdir(parent, { recursive: true })
  await removeAbandoned(parent)
  const unfinished = join(parent, `${unfinishedPrefix}${newId(basename(folder))}`)
  await mkdir(unfinished)
  try {
    await fill(unfinished)
    await rename(unfinished, folder).catch((cause: NodeJS.ErrnoException) => {
      if (!existsSync(folder)) throw cause
    })
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
}

async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(unfinishedPrefix)) continue
    const info = await stat(join(parent, name)).catch(() => null)
    if (info && Date.now() - info.mtimeMs > dayMs)
      await rm(join(parent, name), { recursive: true, force: true })
  }
}
