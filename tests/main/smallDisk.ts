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
 * Mounts a tmpfs; null where the tests may not mount. A test then provokes the same error another way and says so.
 */
export function mountSmallDisk(t: TestContext, bytes: number): SmallDisk | null {
  const folder = mountPoint(t)
  if (!mount(folder, ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs'])) {
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
  /** From here on nothing in it can be changed, by root neither where the tests may mount. */
  makeReadOnly(): void
}

export function lockableFolder(t: TestContext): LockableFolder {
  const folder = mountPoint(t)
  return {
    folder,
    makeReadOnly() {
      const isMounted = mount(folder, ['--bind', folder]) && mount(folder, ['-o', 'remount,bind,ro'])
      if (!isMounted) chmodSync(folder, 0o500)
    },
  }
}

/** A folder that is unmounted, if it was mounted, and removed: in one hook, because hooks run in the order they came. */
function mountPoint(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'recheck-disk-'))
  t.after(() => {
    while (spawnSync('umount', ['-l', folder], { stdio: 'ignore' }).status === 0) continue
    chmodSync(folder, 0o700)
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

function mount(folder: string, args: readonly string[]): boolean {
  return spawnSync('mount', [...args, folder], { stdio: 'ignore' }).status === 0
}
