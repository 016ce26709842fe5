import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * How many processes of this process's own control group the system has ended for want of memory; null where it does not
 * count. A child belongs to the same group, so a rise between its start and its end tells why it was killed.
 *
 * @param root  of the file system; another one in tests
 */
export function outOfMemoryKills(root = '/'): number | null {
  for (const file of [...ownGroupFiles(root), '/proc/vmstat']) {
    const count = /^oom_kill (\d+)$/m.exec(readText(join(root, file)))?.[1]
    if (count !== undefined) return Number(count)
  }
  return null
}

/**
 * The files of the own group that count: `memory.oom_control` where the memory controller is one of cgroup v1, else
 * `memory.events` of v2 (cgroups(7)). A mount may show only a part of the hierarchy, as in a container.
 */
function ownGroupFiles(root: string): readonly string[] {
  const groups = readText(join(root, '/proc/self/cgroup'))
    .split('\n')
    .map((line) => /^\d+:([^:]*):(.*)$/.exec(line))
  const mounts = readMounts(root)
  const pathOf = (isOwn: (controllers: string) => boolean): string | undefined =>
    groups.find((group) => group !== null && isOwn(group[1] ?? ''))?.[2]
  const ofVersion1 = pathOf((controllers) => controllers.split(',').includes('memory'))
  const ofVersion2 = pathOf((controllers) => controllers === '')
  return [
    ...filesIn(mounts, ofVersion1, { belongs: isMemoryOfVersion1, name: 'memory.oom_control' }),
    ...filesIn(mounts, ofVersion2, { belongs: ({ type }) => type === 'cgroup2', name: 'memory.events' }),
  ]
}

interface Mount {
  /** The part of the file system that is shown. */
  readonly shown: string
  readonly at: string
  readonly type: string
  readonly options: readonly string[]
}

function isMemoryOfVersion1({ type, options }: Mount): boolean {
  return type === 'cgroup' && options.includes('memory')
}

function filesIn(
  mounts: readonly Mount[],
  group: string | undefined,
  wanted: { readonly belongs: (mount: Mount) => boolean; readonly name: string },
): readonly string[] {
  if (group === undefined) return []
  return mounts.filter(wanted.belongs).map(({ shown, at }) => {
    const isShown = group === shown || group.startsWith(shown === '/' ? '/' : `${shown}/`)
    // a group outside of what is shown: the mount itself is then the nearest group above
    const below = !isShown || group.includes('..') ? '' : group.slice(shown === '/' ? 0 : shown.length)
    return join(at, below, wanted.name)
  })
}

/** `32 31 0:29 /docker/1 /sys/fs/cgroup/memory rw,nosuid - cgroup cgroup rw,memory`: proc_pid_mountinfo(5). */
function readMounts(root: string): readonly Mount[] {
  return readText(join(root, '/proc/self/mountinfo'))
    .split('\n')
    .flatMap((line) => {
      const [place = '', kind = ''] = line.split(' - ')
      const [, , , shown, at] = place.split(' ')
      const [type, , options = ''] = kind.split(' ')
      if (shown === undefined || at === undefined || type === undefined) return []
      return { shown: unescaped(shown), at: unescaped(at), type, options: options.split(',') }
    })
}

/** A blank in a path stands there as `\040`. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // not on this system
  }
}
