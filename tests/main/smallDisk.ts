import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** A file system of its own that a test can fill to the last byte. */
export interface SmallDisk {
  readonly folder: string
  /** Takes all the space that is left. */
  fill(): void
  /** Gives it back. */
  free(): void
}

/**
 * Mounts a tmpfs; null where the tests may not mount. A test then provokes the same error another way and
 * says so.
 */
export function mountSmallDisk(t: TestContext, bytes: number, inodes?: number): SmallDisk | null {
  const folder = mountPoint(t)
  const options = inodes === undefined ? `size=${bytes}` : `size=${bytes},nr_inodes=${inodes}`
  if (!mount(folder, ['-t', 'tmpfs', '-o', options, 'tmpfs'])) {
    t.diagnostic('mounting is not permitted here: the full disk is imitated')
    return null
  }
  return {
    folder,
    fill() {
      const { bavail, bsize } = statfsSync(folder)
      for (let part = 0, left = bavail * bsize; left > 0; part++, left = spaceLeft(folder)) {
        try {
          writeFileSync(join(folder, `filler-${part}`), Buffer.alloc(left))
        } catch (thrown) {
          if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOSPC')) throw thrown
        }
      }
    },
    free() {
      for (const name of readdirSync(folder)) if (name.startsWith('filler-')) rmSync(join(folder, name))
    },
  }
}

function spaceLeft(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

export interface LockableFolder {
  readonly folder: string
  /**
   * From here on nothing in it can be made or opened for writing, by root neither where the tests may mount.
   */
  makeReadOnly(): void
  makeWritable(): void
}

export function lockableFolder(t: TestContext): LockableFolder {
  const folder = mountPoint(t)
  let isMounted = false
  return {
    folder,
    makeReadOnly() {
      isMounted = mountReadOnly(folder)
      if (!isMounted) setModes(folder, 0o500)
    },
    makeWritable() {
      if (isMounted) unmount(folder)
      else setModes(folder, 0o700)
    },
  }
}

/** Refused while somebody writes a file that was opened between the two mounts. */
function mountReadOnly(folder: string): boolean {
  if (!mount(folder, ['--bind', folder])) return false
  for (let tries = 0; tries < 100; tries++) if (mount(folder, ['-o', 'remount,bind,ro'])) return true
  unmount(folder)
  return false
}

/** Of the folder and every folder below it. */
function setModes(folder: string, mode: number): void {
  chmodSync(folder, 0o700)
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })) {
    if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), mode)
  }
  chmodSync(folder, mode)
}

/**
 * A folder that is unmounted, if it was mounted, and removed: in one hook, because hooks run in the order
 * they came.
 */
function mountPoint(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'recheck-disk-'))
  t.after(() => {
    while (unmount(folder)) continue
    setModes(folder, 0o700)
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

function mount(folder: string, args: readonly string[]): boolean {
  return spawnSync('mount', [...args, folder], { stdio: 'ignore' }).status === 0
}

function unmount(folder: string): boolean {
  return spawnSync('umount', ['-l', folder], { stdio: 'ignore' }).status === 0
}
