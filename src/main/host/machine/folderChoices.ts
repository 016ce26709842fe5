import { opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FolderChoice } from '../../../shared/routes/folders.ts'
import { fromHome } from './paths.ts'

/** Entries of one folder that are looked at, and folders that are offered. */
const mostLookedAt = 5000
const mostOffered = 50

/**
 * Folders of this machine whose path begins as it was typed, for a field that completes them: those of the last
 * folder that is typed whole. Hidden ones come where a dot was typed.
 *
 * @param typed  `~` and relative paths begin at the home folder
 * @returns in the order of their names; empty where there is no such folder, or it may not be read
 */
export async function folderChoices(typed: string): Promise<readonly FolderChoice[]> {
  const whole = /^.*[\\/]/.exec(typed)?.[0] ?? (typed.startsWith('~') ? null : '')
  if (whole === null) return []
  const beginning = typed.slice(whole.length).toLowerCase()
  const parent = fromHome(whole === '' ? '~' : whole)
  const found: FolderChoice[] = []
  for (const name of await namesIn(parent)) {
    if (found.length === mostOffered) break
    if (!name.toLowerCase().startsWith(beginning) || (name.startsWith('.') && beginning === '')) continue
    const folder = join(parent, name)
    if (await isKind(folder, 'folder'))
      found.push({ path: `${whole}${name}`, holds: await contentOf(folder) })
  }
  return found
}

/** Without those that no line of text could show. */
async function namesIn(folder: string): Promise<readonly string[]> {
  const names: string[] = []
  try {
    let seen = 0
    for await (const { name } of await opendir(folder)) {
      if (++seen > mostLookedAt) break
      if (!/\p{Cc}|\p{Cf}/u.test(name)) names.push(name)
    }
  } catch {
    return [] // half a path, or one that may not be read: nothing can be offered
  }
  return names.toSorted((a, b) => a.localeCompare(b, 'en'))
}

async function contentOf(folder: string): Promise<FolderChoice['holds']> {
  if (await isKind(join(folder, 'adapter_config.json'), 'file')) return 'adapter'
  return (await isKind(join(folder, 'config.json'), 'file')) ? 'model' : null
}

async function isKind(path: string, kind: 'file' | 'folder'): Promise<boolean> {
  const found = await stat(path).catch(() => null)
  return kind === 'file' ? found?.isFile() === true : found?.isDirectory() === true
}
