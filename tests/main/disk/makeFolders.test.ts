import assert from 'node:assert/strict'
import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeFolders } from '../../../src/main/disk/makeFolders.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'

test('the folder and those on the way to it are made, with the mode; one that is there stays as it is', (t) => {
  const folder = join(temporaryFolder(t), 'a', 'b', 'c')
  makeFolders(folder, 0o700)
  for (const each of [folder, join(folder, '..')]) assert.equal(statSync(each).mode & 0o777, 0o700, each)
  mkdirSync(join(folder, 'd'), { mode: 0o755 })
  makeFolders(join(folder, 'd'), 0o700)
  assert.equal(statSync(join(folder, 'd')).mode & 0o777, 0o755)
})

test('a file in the way, a link that leads nowhere, a place without room for folders: each is refused, at once', (t) => {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, 'file'), '')
  symlinkSync(join(folder, 'nowhere'), join(folder, 'link'))
  assert.throws(() => makeFolders(join(folder, 'file')), { code: 'ENOTDIR' })
  assert.throws(() => makeFolders(join(folder, 'file', 'below')), { code: 'ENOTDIR' })
  assert.throws(() => makeFolders(join(folder, 'link')), { code: 'ENOENT' })
  if (process.platform === 'linux') assert.throws(() => makeFolders('/proc/recheck/x'), { code: 'ENOENT' })
})
