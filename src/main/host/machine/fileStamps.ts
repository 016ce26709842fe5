import { statSync } from 'node:fs'

/**
 * What tells that a file's bytes are still those that were read. A change of the bytes moves ctime, which no
 * program can set.
 */
export interface FileStamp {
  readonly name: string
  readonly size: string
  readonly inode: string
  readonly mtimeNs: string
  readonly ctimeNs: string
}

/**
 * Files changed more recently than this may change again within one tick of the clock: what was read of them
 * is not remembered.
 */
const settledAfterMs = 2000

/** @param name  what it is called in the stamp. @returns null where there is no such file */
export function fileStamp(path: string, name: string): FileStamp | null {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  if (stat === undefined || !stat.isFile()) return null
  const { size, ino, mtimeNs, ctimeNs } = stat
  return { name, size: `${size}`, inode: `${ino}`, mtimeNs: `${mtimeNs}`, ctimeNs: `${ctimeNs}` }
}

/** Whether the files have been as they are for so long that a change since would be seen in their stamps. */
export function areSettled(stamps: readonly FileStamp[], nowMs: number): boolean {
  const newestMs = Math.max(0, ...stamps.map(({ ctimeNs }) => Number(BigInt(ctimeNs) / 1_000_000n)))
  return nowMs - newestMs >= settledAfterMs
}
