import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { freeMemory } from '../../../../src/main/host/machine/freeMemory.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'

function fileSystem(t: TestContext, files: Readonly<Record<string, string>>): string {
  const root = temporaryFolder(t)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

const available = 'MemTotal: 24684096 kB\nMemFree: 100 kB\nMemAvailable: 1000000 kB\n'
const version1 = '32 31 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n'
const version2 = '30 25 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n'

test('what a machine without limits has free is what it could give without swapping', (t) => {
  const root = fileSystem(t, { '/proc/meminfo': available })
  assert.deepEqual(freeMemory(root), { freeBytes: 1_024_000_000, totalBytes: totalmem() })
})

test('a system that does not say what is free is taken for free', (t) => {
  assert.deepEqual(freeMemory(temporaryFolder(t)), { freeBytes: totalmem(), totalBytes: totalmem() })
})

test('cgroup v1: the limit less what is used, and caches of files counted as free', (t) => {
  const root = fileSystem(t, {
    '/proc/meminfo': available,
    '/proc/self/cgroup': '4:memory:/a/b\n0::/\n',
    '/proc/self/mountinfo': version1,
    '/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes': '500000000\n',
    '/sys/fs/cgroup/memory/a/b/memory.usage_in_bytes': '450000000\n',
    '/sys/fs/cgroup/memory/a/b/memory.stat':
      'inactive_file 1\ntotal_inactive_file 30000000\ntotal_active_file 20000000\n',
  })
  assert.deepEqual(freeMemory(root), { freeBytes: 100_000_000, totalBytes: 500_000_000 })
})

test('cgroup v2: the tightest of the own group and those above it counts; "max" is no limit', (t) => {
  const files = {
    '/proc/meminfo': available,
    '/proc/self/cgroup': '0::/user.slice/app.scope\n',
    '/proc/self/mountinfo': version2,
    '/sys/fs/cgroup/user.slice/app.scope/memory.max': 'max\n',
    '/sys/fs/cgroup/user.slice/app.scope/memory.current': '1000\n',
    '/sys/fs/cgroup/user.slice/memory.max': '600000000\n',
    '/sys/fs/cgroup/user.slice/memory.current': '200000000\n',
    '/sys/fs/cgroup/user.slice/memory.stat': 'anon 5\ninactive_file 0\nactive_file 1000000\n',
  }
  assert.deepEqual(freeMemory(fileSystem(t, files)), { freeBytes: 401_000_000, totalBytes: 600_000_000 })
})

test('cgroup v1 says "no limit" by a number beyond any machine', (t) => {
  const root = fileSystem(t, {
    '/proc/meminfo': available,
    '/proc/self/cgroup': '4:memory:/\n',
    '/proc/self/mountinfo': version1,
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    '/sys/fs/cgroup/memory/memory.usage_in_bytes': '450000000\n',
  })
  assert.deepEqual(freeMemory(root), { freeBytes: 1_024_000_000, totalBytes: totalmem() })
})
