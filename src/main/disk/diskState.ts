import { existsSync, readFileSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'

/** The file, or the nearest folder on the way to it that is there. */
export function nearestThere(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestThere(dirname(path))
}

/**
 * Whether the disk of this path has space but no inode for one more file. A file system without a fixed
 * number of them (btrfs, FAT) says 0 of 0.
 */
export function hasNoInodes(path: string): boolean {
  const disk = statOf(path)
  return disk !== null && disk.files > 0 && disk.ffree === 0
}

/** Whether the disk of this path has no block left for this user. */
export function isDiskFull(path: string): boolean {
  const disk = statOf(path)
  return disk !== null && disk.bavail === 0
}

function statOf(path: string): ReturnType<typeof statfsSync> | null {
  try {
    return statfsSync(nearestThere(path))
  } catch {
    return null // a disk that does not even say how full it is: nothing is known
  }
}

/**
 * Bytes beyond which the system lets no file of this process grow (`ulimit -f`); infinity where it has no
 * limit.
 */
export function fileSizeLimit(): number {
  if (process.platform !== 'linux') return Infinity
  const soft = /^Max file size\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
  return soft === undefined || soft === 'unlimited' ? Infinity : Number(soft)
}
