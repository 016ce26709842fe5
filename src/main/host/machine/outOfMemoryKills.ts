import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { memoryGroups } from './memoryGroups.ts'

/**
 * How many processes of this process's own control group the system has ended for want of memory; null where
 * it does not count. A child belongs to the same group, so a rise between its start and its end tells why it
 * was killed.
 *
 * @param root  of the file system; another one in tests
 */
export function outOfMemoryKills(root = '/'): number | null {
  const ofGroups = memoryGroups(root).map(({ version, folder }) =>
    join(folder, version === 1 ? 'memory.oom_control' : 'memory.events'),
  )
  for (const file of [...ofGroups, '/proc/vmstat']) {
    const count = /^oom_kill (\d+)$/m.exec(readText(join(root, file)))?.[1]
    if (count !== undefined) return Number(count)
  }
  return null
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // not on this system
  }
}
