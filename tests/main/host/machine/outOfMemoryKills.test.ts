import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { outOfMemoryKills } from '../../../../src/main/host/machine/outOfMemoryKills.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'

/** A file system with these files. */
function fileSystem(t: TestContext, files: Readonly<Record<string, string>>): string {
  const root = temporaryFolder(t)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

const control = (kills: number): string => `oom_kill_disable 0\nunder_oom 0\noom_kill ${kills}\n`
const events = (kills: number): string =>
  `low 0\nhigh 0\nmax 12\noom 3\noom_kill ${kills}\noom_group_kill 0\n`
const vmstat = { '/proc/vmstat': 'nr_free_pages 1\noom_kill 77\n' }
const memory1 = '32 31 0:29 / /sys/fs/cgroup/memory rw,nosuid shared:9 - cgroup cgroup rw,memory\n'
const cpu1 = '33 31 0:30 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n'
const unified = '41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n'
const version2 = '30 25 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n'

const systems: readonly (readonly [
  what: string,
  kills: number | null,
  files: Readonly<Record<string, string>>,
])[] = [
  [
    'v1: the own group counts, not the root one',
    5,
    {
      '/proc/self/cgroup': '4:memory:/user/a\n1:cpu:/b\n0::/\n',
      '/proc/self/mountinfo': cpu1 + memory1 + unified,
      '/sys/fs/cgroup/memory/memory.oom_control': control(0),
      '/sys/fs/cgroup/memory/user/a/memory.oom_control': control(5),
    },
  ],
  [
    'v1 with controllers that share a hierarchy',
    2,
    {
      '/proc/self/cgroup': '4:hugetlb,memory:/a\n',
      '/proc/self/mountinfo':
        '32 31 0:29 / /sys/fs/cgroup/memory,hugetlb rw - cgroup cgroup rw,hugetlb,memory\n',
      '/sys/fs/cgroup/memory,hugetlb/a/memory.oom_control': control(2),
    },
  ],
  [
    'v1 in a container that shows its own group alone',
    3,
    {
      '/proc/self/cgroup': '4:memory:/docker/0a1b\n',
      '/proc/self/mountinfo':
        '32 31 0:29 /docker/0a1b /sys/fs/cgroup/memory ro master:11 - cgroup cgroup rw,memory\n',
      '/sys/fs/cgroup/memory/memory.oom_control': control(3),
    },
  ],
  [
    'v1 in a group below the one that a container shows',
    4,
    {
      '/proc/self/cgroup': '4:memory:/docker/0a1b/job\n',
      '/proc/self/mountinfo': '32 31 0:29 /docker/0a1b /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n',
      '/sys/fs/cgroup/memory/memory.oom_control': control(0),
      '/sys/fs/cgroup/memory/job/memory.oom_control': control(4),
    },
  ],
  [
    'v2: the own group',
    6,
    {
      '/proc/self/cgroup': '0::/user.slice/app.scope\n',
      '/proc/self/mountinfo': version2,
      '/sys/fs/cgroup/user.slice/app.scope/memory.events': events(6),
    },
  ],
  [
    'v2 in a namespace of its own',
    7,
    {
      '/proc/self/cgroup': '0::/\n',
      '/proc/self/mountinfo': version2,
      '/sys/fs/cgroup/memory.events': events(7),
    },
  ],
  [
    'v2 in a group beside what the namespace shows: the nearest above',
    8,
    {
      '/proc/self/cgroup': '0::/../other\n',
      '/proc/self/mountinfo': version2,
      '/sys/fs/cgroup/memory.events': events(8),
    },
  ],
  [
    'both versions, the memory controller in v2',
    9,
    {
      '/proc/self/cgroup': '1:cpu:/b\n0::/a\n',
      '/proc/self/mountinfo': cpu1 + unified,
      '/sys/fs/cgroup/unified/a/memory.events': events(9),
    },
  ],
  [
    'a mount point with a blank',
    10,
    {
      '/proc/self/cgroup': '0::/a\n',
      '/proc/self/mountinfo': '30 25 0:26 / /sys/fs/c\\040group rw - cgroup2 cgroup2 rw\n',
      '/sys/fs/c group/a/memory.events': events(10),
    },
  ],
  [
    'no group that counts: the whole machine',
    77,
    { '/proc/self/cgroup': '0::/\n', '/proc/self/mountinfo': version2 },
  ],
]

for (const [what, kills, files] of systems) {
  test(`kills for want of memory are counted: ${what}`, (t) => {
    assert.equal(outOfMemoryKills(fileSystem(t, { ...vmstat, ...files })), kills)
  })
}

test('a system that counts no kills gives none', (t) => {
  assert.equal(outOfMemoryKills(temporaryFolder(t)), null)
})

/** A group below the own one, for 300 MB; null where the system lets the tests make none. */
function limitedGroup(t: TestContext): string | null {
  const own = existsSync('/proc/self/cgroup') ? readFileSync('/proc/self/cgroup', 'utf8') : ''
  const path = /^\d+:memory:(.*)$/m.exec(own)?.[1]
  const folder =
    path === undefined ? null : join('/sys/fs/cgroup/memory', path, `recheck-test-${process.pid}`)
  try {
    if (folder === null) return null
    mkdirSync(folder)
    writeFileSync(join(folder, 'memory.limit_in_bytes'), '300000000')
  } catch {
    return null
  }
  t.after(async () => {
    await wait(300) // the kernel lets go of its last process a little later
    rmdirSync(folder)
  })
  return folder
}

test('a trainer that the system really ends for want of memory is recognised', async (t) => {
  const group = limitedGroup(t)
  if (group === null)
    return t.diagnostic('no control group can be made here: only the files of others are read')
  const script = join(import.meta.dirname, '../../owner/support/greedyTrainer.ts')
  const enter = 'echo $$ > "$0/cgroup.procs" && exec "$@"'
  const { stdout, stderr } = spawnSync('sh', ['-c', enter, group, process.execPath, script], {
    encoding: 'utf8',
  })
  assert.notEqual(stdout, '', stderr)
  assert.deepEqual(JSON.parse(stdout), { signal: 'SIGKILL', systemRanOutOfMemory: true })
})
