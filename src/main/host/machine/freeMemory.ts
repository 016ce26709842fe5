import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { memoryGroups, type MemoryGroup } from './memoryGroups.ts'

/** Memory that this process and its children may take. */
export interface MemoryRoom {
  /** Without swapping: what is free, and caches of files that the system gives back. */
  readonly freeBytes: number
  /** Were nothing else running. */
  readonly totalBytes: number
}

/**
 * Of the machine, or of the control group that limits this process where that is less. Where the system does
 * not say how much is free (it is not Linux), all is taken for free.
 *
 * @param root  of the file system; another one in tests
 */
export function freeMemory(root = '/'): MemoryRoom {
  const machine = { freeBytes: availableBytes(root), totalBytes: totalmem() }
  const rooms = memoryGroups(root).flatMap((group) => roomsOf(group, root))
  return [machine, ...rooms].reduce((least, room) => ({
    freeBytes: Math.min(least.freeBytes, room.freeBytes),
    totalBytes: Math.min(least.totalBytes, room.totalBytes),
  }))
}

function availableBytes(root: string): number {
  const kibibytes = /^MemAvailable:\s+(\d+) kB/m.exec(readText(join(root, '/proc/meminfo')))?.[1]
  return kibibytes === undefined ? totalmem() : Number(kibibytes) * 1024
}

const fileNames = {
  1: { limit: 'memory.limit_in_bytes', used: 'memory.usage_in_bytes', prefix: 'total_' },
  2: { limit: 'memory.max', used: 'memory.current', prefix: '' },
} as const

/** A limit holds for all groups below: the own group and those above it, as far as they are shown. */
function roomsOf({ version, folder, mountedAt }: MemoryGroup, root: string): readonly MemoryRoom[] {
  const { limit, used, prefix } = fileNames[version]
  const isBelow = folder.startsWith(`${mountedAt}/`)
  const above = isBelow ? roomsOf({ version, mountedAt, folder: dirname(folder) }, root) : []
  const numberIn = (file: string): number | null => {
    const text = readText(join(root, folder, file)).trim()
    return /^\d+$/.test(text) ? Number(text) : null // v2 says "max" where there is no limit
  }
  const limitBytes = numberIn(limit)
  const usedBytes = numberIn(used)
  if (limitBytes === null || usedBytes === null) return above
  const counts = readText(join(root, folder, 'memory.stat'))
  const cached = ['inactive_file', 'active_file'].reduce((sum, name) => {
    const bytes = new RegExp(`^${prefix}${name} (\\d+)$`, 'm').exec(counts)?.[1]
    return sum + Number(bytes ?? 0)
  }, 0)
  return [{ totalBytes: limitBytes, freeBytes: limitBytes - usedBytes + cached }, ...above]
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // not on this system
  }
}
