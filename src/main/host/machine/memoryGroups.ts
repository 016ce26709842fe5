import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A control group that this process belongs to, as far as the mounts show it. */
export interface MemoryGroup {
  readonly version: 1 | 2
  /** Its folder, seen from the root. */
  readonly folder: string
  /** Where the hierarchy is mounted: the folder itself, or one above it. */
  readonly mountedAt: string
}

/**
 * The own groups whose memory the system counts: that of cgroup v1 where the memory controller is one of its,
 * then that of v2 (cgroups(7)). A mount may show only a part of the hierarchy, as in a container. Empty where
 * there are none.
 *
 * @param root  of the file system; another one in tests
 */
export function memoryGroups(root = '/'): readonly MemoryGroup[] {
  const groups = readText(join(root, '/proc/self/cgroup'))
    .split('\n')
    .map((line) => /^\d+:([^:]*):(.*)$/.exec(line))
  const mounts = readMounts(root)
  const pathOf = (isOwn: (controllers: string) => boolean): string | undefined =>
    groups.find((group) => group !== null && isOwn(group[1] ?? ''))?.[2]
  const ofVersion1 = pathOf((controllers) => controllers.split(',').includes('memory'))
  const ofVersion2 = pathOf((controllers) => controllers === '')
  return [
    ...shownGroups(mounts.filter(isMemoryOfVersion1), ofVersion1, 1),
    ...shownGroups(
      mounts.filter(({ type }) => type === 'cgroup2'),
      ofVersion2,
      2,
    ),
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

function shownGroups(
  mounts: readonly Mount[],
  group: string | undefined,
  version: MemoryGroup['version'],
): readonly MemoryGroup[] {
  if (group === undefined) return []
  return mounts.map(({ shown, at }) => {
    const isShown = group === shown || group.startsWith(shown === '/' ? '/' : `${shown}/`)
    // a group outside of what is shown: the mount itself is then the nearest group above
    const below = !isShown || group.includes('..') ? '' : group.slice(shown === '/' ? 0 : shown.length)
    return { version, folder: below === '/' ? at : join(at, below), mountedAt: at }
  })
}

/**
 * `32 31 0:29 /docker/1 /sys/fs/cgroup/memory rw,nosuid - cgroup cgroup rw,memory`: proc_pid_mountinfo(5).
 */
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
