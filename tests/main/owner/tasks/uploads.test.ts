import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { Uploads } from '../../../../src/main/owner/tasks/uploads.ts'
import { uploadPieceBytes } from '../../../../src/shared/routes/library/uploads.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'

const clock = { nowMs: () => 1000 }

test('a file comes in piece by piece, is there whole, and goes when it is dropped', async (t) => {
  const dataDir = temporaryFolder(t)
  const uploads = new Uploads({ dataDir, clock })
  const uploadId = await uploads.begin('Aufgaben 1.csv', 7)
  await assert.rejects(uploads.whole(uploadId), { code: 'upload.refused', message: /0 of 7 bytes/ })
  assert.deepEqual(
    await Promise.all([
      uploads.append(uploadId, 0, Buffer.from('a,b\n')),
      uploads.append(uploadId, 4, Buffer.from('1,2')),
    ]),
    [4, 7],
  )
  const { path, name } = await uploads.whole(uploadId)
  assert.equal(name, 'Aufgaben 1.csv')
  assert.equal(path, join(dataDir, 'uploads', uploadId, 'Aufgaben 1.csv'))
  assert.equal(readFileSync(path, 'utf8'), 'a,b\n1,2')
  await uploads.drop(uploadId)
  assert.equal(existsSync(dirname(path)), false)
  await assert.rejects(uploads.whole(uploadId), { code: 'upload.unknown' })
})

test('no name of a stranger leads out of the folder', async (t) => {
  const dataDir = temporaryFolder(t)
  const uploads = new Uploads({ dataDir, clock })
  for (const name of ['../../x.csv', '..', '.ssh', '/etc/passwd', 'a\\b\u0000c.csv', 'C:\\x.csv', '-rf'])
    await uploads.begin(name, 1)
  const folders = readdirSync(join(dataDir, 'uploads'))
  assert.equal(folders.length, 7)
  const names = folders.flatMap((folder) => readdirSync(join(dataDir, 'uploads', folder))).sort()
  assert.deepEqual(
    names,
    ['C__x.csv', 'a_b_c.csv', 'file-rf', 'file.._.._x.csv', 'file..', 'file.ssh', 'file_etc_passwd'].sort(),
  )
})

test('a piece that does not follow, one too large, more than was said and too many files are refused', async (t) => {
  const uploads = new Uploads({ dataDir: temporaryFolder(t), clock, limits: { inAll: 1, bytes: 2_000_000 } })
  await assert.rejects(uploads.begin('x.csv', 2_000_001), { code: 'upload.refused', message: /1\.9 MiB/ })
  const uploadId = await uploads.begin('x.csv', 1_000_000)
  await assert.rejects(uploads.begin('y.csv', 1), {
    code: 'upload.refused',
    message: /1 files are on their way/,
  })
  await uploads.append(uploadId, 0, Buffer.alloc(10))
  await assert.rejects(uploads.append(uploadId, 0, Buffer.alloc(10)), {
    code: 'upload.refused',
    message: /at 0/,
  })
  await assert.rejects(uploads.append(uploadId, 10, Buffer.alloc(uploadPieceBytes + 1)), {
    code: 'upload.refused',
  })
  await uploads.append(uploadId, 10, Buffer.alloc(uploadPieceBytes))
  await assert.rejects(uploads.append(uploadId, uploadPieceBytes + 10, Buffer.alloc(400_000)), {
    code: 'upload.refused',
  })
})

test('what a killed owner left goes with the next upload, and an idle one makes room', async (t) => {
  const dataDir = temporaryFolder(t)
  mkdirSync(join(dataDir, 'uploads', 'upload-old'), { recursive: true })
  writeFileSync(join(dataDir, 'uploads', 'upload-old', 'x.csv'), 'left')
  let nowMs = 0
  const uploads = new Uploads({ dataDir, clock: { nowMs: () => nowMs }, limits: { inAll: 1, idleMs: 50 } })
  const first = await uploads.begin('a.csv', 1)
  assert.deepEqual(readdirSync(join(dataDir, 'uploads')), [first])
  nowMs = 51
  const second = await uploads.begin('b.csv', 1)
  assert.deepEqual(readdirSync(join(dataDir, 'uploads')), [second])
  await uploads.close()
  assert.equal(existsSync(join(dataDir, 'uploads')), false)
})
