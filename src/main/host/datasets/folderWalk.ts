import { readdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { SkippedFile } from '../../../core/data/dataReport.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { formatOf } from './fileFormat.ts'
import { readingLimits } from './readingLimits.ts'

export interface FoundFile {
  readonly path: string
  /** Relative to the folder, `/` between parts. */
  readonly name: string
}

export interface WalkedFolder {
  /** In the order of their names. */
  readonly files: readonly FoundFile[]
  readonly skipped: readonly SkippedFile[]
}

/**
 * Every file in a folder and its folders. Links are followed (Hugging Face's cache is made of them), each
 * file and each folder once; hidden names and what systems leave behind are skipped.
 *
 * @throws RecheckError `data.unreadable` for a folder or a problem file that cannot be opened, `data.format`
 *   for more files than a data set has
 */
export async function walkFolder(folder: string): Promise<WalkedFolder> {
  const walk = new FolderWalk(await realpath(folder))
  await walk.enter({ path: folder, name: '' })
  return walk.found()
}

class FolderWalk {
  readonly #root: string
  readonly #files: FoundFile[] = []
  readonly #skipped: SkippedFile[] = []
  /** Real path → name under which it was found first. */
  readonly #seen = new Map<string, string>()
  #entries = 0

  constructor(root: string) {
    this.#root = root
  }

  async enter({ path, name }: FoundFile): Promise<void> {
    if (await this.#isElsewhere({ path, name })) return
    for (const own of (await readdir(path).catch(failed(path))).sort()) {
      const entry = { path: join(path, own), name: name === '' ? own : `${name}/${own}` }
      if (isHidden(own)) this.#skipped.push({ name: entry.name, reason: 'hidden' })
      else await this.#visit(entry, own)
    }
  }

  found(): WalkedFolder {
    return { files: this.#files.sort((a, b) => (a.name < b.name ? -1 : 1)), skipped: this.#skipped }
  }

  async #visit(entry: FoundFile, own: string): Promise<void> {
    if (++this.#entries > readingLimits.folderEntries) {
      throw new RecheckError(
        'data.format',
        `${this.#root}: more than ${readingLimits.folderEntries} files. Name the folder of the problem files alone.`,
      )
    }
    const info = await stat(entry.path).catch((thrown: unknown) => {
      // a link that leads nowhere, or in a circle
      if (formatOf(own) !== null) return failed(entry.path)(thrown)
      this.#skipped.push({ name: entry.name, reason: 'cannot be opened' })
      return null
    })
    if (info?.isDirectory()) await this.enter(entry)
    else if (info?.isFile()) {
      if (!(await this.#isElsewhere(entry))) this.#files.push(entry)
    } else if (info !== null) this.#skipped.push({ name: entry.name, reason: 'not a file' })
  }

  /** Whether this is a link to what is read under another name, or to a folder around the data set. */
  async #isElsewhere({ path, name }: FoundFile): Promise<boolean> {
    const real = await realpath(path).catch(failed(path))
    const other = this.#seen.get(real)
    const isAround = this.#root.startsWith(real.endsWith(sep) ? real : real + sep)
    if (other === undefined && !isAround) {
      this.#seen.set(real, name)
      return false
    }
    const target = isAround || other === '' ? 'a folder around it' : other
    this.#skipped.push({ name, reason: `a link to ${target}` })
    return true
  }
}

function failed(path: string): (thrown: unknown) => never {
  return (thrown) => {
    const message = thrown instanceof Error ? thrown.message : String(thrown)
    throw new RecheckError('data.unreadable', `${path}: cannot be opened: ${message}.`)
  }
}

/** Hidden names, and what macOS, Windows, editors and Python leave beside files. */
function isHidden(name: string): boolean {
  return /^(?:\.|__|~\$)|\.lock$|^(?:thumbs\.db|desktop\.ini|node_modules|\$recycle\.bin)$/i.test(name)
}
