import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileError } from '../../../../src/main/disk/fileError.ts'
import { makeWritableFolder, writeFileAtomic } from '../../../../src/main/host/machine/atomicFiles.ts'
import { freeSpace } from '../../../../src/shared/errors/systemErrors.ts'
import { lockableFolder, mountSmallDisk } from '../../smallDisk.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'

test('a file is replaced whole and nothing is left beside it', async (t) => {
  const folder = temporaryFolder(t)
  const path = join(folder, 'a.json')
  await writeFileAtomic(path, 'one')
  await writeFileAtomic(path, new Uint8Array([116, 119, 111]))
  assert.equal(readFileSync(path, 'utf8'), 'two')
  assert.deepEqual(readdirSync(folder), ['a.json'])
})

test('on a full disk the old file stays, nothing is left behind, and the error says the way out', async (t) => {
  const disk = mountSmallDisk(t, 400_000)
  if (disk === null) {
    const error = fileError(Object.assign(new Error('no space'), { code: 'ENOSPC' }), '/data/plot.png')
    assert.match(
      String(error),
      /^RecheckError: \/data\/plot\.png: the disk is full; what was there before is untouched \(ENOSPC\)\. Free/,
    )
    return
  }
  const path = join(disk.folder, 'plot.png')
  writeFileSync(path, 'old')
  await assert.rejects(writeFileAtomic(path, Buffer.alloc(600_000)), {
    code: 'file.disk-full',
    message: `${path}: the disk is full; what was there before is untouched (ENOSPC). ${freeSpace}`,
  })
  assert.equal(readFileSync(path, 'utf8'), 'old')
  assert.deepEqual(readdirSync(disk.folder), ['plot.png'])
})

test('a folder that cannot be written is said before anything is computed', async (t) => {
  const { folder, makeReadOnly } = lockableFolder(t)
  makeReadOnly()
  await assert.rejects(makeWritableFolder(join(folder, 'below')), {
    code: 'file.read-only',
    message:
      /below: (it cannot be written, because the disk is mounted for reading only \(EROFS\)|the system denies access to it \(EACCES\))\. /,
  })
  await assert.rejects(writeFileAtomic(join(folder, 'x'), 'y'), { code: 'file.read-only' })
})
