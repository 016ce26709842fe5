import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { FileCall } from './watchedFiles.ts'

interface FileState {
  written: Uint8Array
  /** What `fsync` has taken to the disk; null: nothing yet. */
  flushed: Uint8Array | null
  /** Its name is on the disk: the folder it is in was flushed after it was made. */
  isNamed: boolean
}

/**
 * What a disk holds after the power fails: contents that were flushed, under names whose folder was flushed.
 * `rm` is taken to be on the disk at once, which is the worst for whoever relies on the file.
 */
export class DurableDisk {
  readonly #root: string
  /** By path within the root, as the program sees it. */
  readonly #files = new Map<string, FileState>()
  /** Folders whose own name is on the disk. */
  readonly #folders = new Set<string>()

  constructor(root: string) {
    this.#root = root
  }

  record(call: FileCall): void {
    const path = this.#inside(call.path)
    if (path === null) return
    switch (call.name) {
      case 'writeFile':
        return this.#write(path, call.data ?? new Uint8Array())
      case 'sync':
        return this.#flush(path)
      case 'rename':
        return this.#rename(path, this.#inside(call.target ?? '') ?? '')
      case 'rm':
        return this.#remove(path)
    }
  }

  /** Writes into an empty folder what the disk would hold now. */
  restoreTo(folder: string): void {
    for (const [path, { flushed, isNamed }] of this.#files) {
      if (!isNamed || !this.#folders.has(dirname(path))) continue
      const file = join(folder, path)
      mkdirSync(dirname(file), { recursive: true })
      // a name may reach the disk before the contents: such a file is empty
      writeFileSync(file, flushed ?? new Uint8Array())
    }
  }

  #inside(path: string): string | null {
    return path.startsWith(`${this.#root}/`) ? path.slice(this.#root.length + 1) : null
  }

  #write(path: string, data: Uint8Array): void {
    const file = this.#files.get(path) ?? { written: new Uint8Array(), flushed: null, isNamed: false }
    file.written = Buffer.concat([file.written, data])
    this.#files.set(path, file)
  }

  /** Of a file its contents, of a folder the names in it. */
  #flush(path: string): void {
    const file = this.#files.get(path)
    if (file !== undefined) {
      file.flushed = file.written
      return
    }
    for (const [name, each] of this.#files) {
      if (dirname(name) === path) each.isNamed = true
      if (dirname(dirname(name)) === path) this.#folders.add(dirname(name))
    }
  }

  /** The old name is gone at once, the new one lasts when its folder is flushed. */
  #rename(from: string, to: string): void {
    this.#folders.delete(from)
    for (const [path, file] of [...this.#files]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue
      this.#files.delete(path)
      this.#files.set(to + path.slice(from.length), file)
      if (path === from) file.isNamed = false
    }
  }

  #remove(path: string): void {
    for (const name of [...this.#files.keys()])
      if (name === path || name.startsWith(`${path}/`)) this.#files.delete(name)
  }
}
