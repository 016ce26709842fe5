import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import BetterSqlite3 from 'better-sqlite3'
import { openBatchWriter } from '../../../src/main/store/batchStore.ts'
import {
  databasePath,
  integrityProblems,
  openForReading,
  openForWriting,
} from '../../../src/main/store/database.ts'
import { lockFolder } from '../../../src/main/store/folderLock.ts'
import { readSeries } from '../../../src/main/store/metrics/metricQuery.ts'
import { listRuns } from '../../../src/main/store/runs/runStore.ts'
import { lockableFolder, mountSmallDisk } from '../smallDisk.ts'
import { addRun, metricsAt, rollout, temporaryFolder, temporaryStore } from './storeFixtures.ts'

const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')

/** A store of some size, closed. */
function filledStore(dataDir: string): void {
  const db = openForWriting(dataDir)
  addRun(db, 'a')
  const events = Array.from({ length: 2000 }, (_, step) => metricsAt(step, { x: step, y: -step }))
  openBatchWriter(db, 'a').store({ runId: 'a', sequence: 1, events }, 1)
  db.close()
}

test('a new store is made with its folder, in WAL mode, for its user alone, and is sound', (t) => {
  const dataDir = join(temporaryFolder(t), 'deep', 'folder')
  assert.equal(openForReading(dataDir), null)
  const db = openForWriting(dataDir)
  t.after(() => db.close())
  assert.equal(db.pragma('journal_mode', { simple: true }), 'wal')
  assert.equal(db.pragma('synchronous', { simple: true }), 2)
  assert.deepEqual(integrityProblems(db), [])
  const reader = openForReading(dataDir)
  t.after(() => reader?.close())
  addRun(db, 'a')
  assert.equal(reader && listRuns(reader).length, 1)
  assert.throws(() => reader?.exec('DELETE FROM run'), /readonly/)
})

test('a store of a newer Recheck is refused, by reader and writer, and not touched', (t) => {
  const dataDir = temporaryFolder(t)
  filledStore(dataDir)
  const path = databasePath(dataDir)
  const newer = new BetterSqlite3(path)
  newer.pragma('user_version = 99')
  newer.pragma('journal_mode = DELETE')
  newer.close()
  const before = hashOf(path)
  for (const open of [openForWriting, openForReading]) {
    assert.throws(() => open(dataDir), {
      code: 'store.newer',
      message: /recheck\.db has schema version 99; this Recheck knows versions up to \d+\..*update this one/,
    })
  }
  assert.equal(hashOf(path), before)
})

test('a database of another program is refused and not touched', (t) => {
  const dataDir = temporaryFolder(t)
  const path = databasePath(dataDir)
  const other = new BetterSqlite3(path)
  other.exec('CREATE TABLE recipe (name TEXT)')
  other.close()
  const before = hashOf(path)
  assert.throws(() => openForWriting(dataDir), { code: 'store.foreign', message: /not one of Recheck's/ })
  assert.equal(hashOf(path), before)
})

test('a file that is no database is refused and not touched', (t) => {
  const dataDir = temporaryFolder(t)
  const path = databasePath(dataDir)
  writeFileSync(path, 'my shopping list\n'.repeat(1000))
  const before = hashOf(path)
  assert.throws(() => openForWriting(dataDir), {
    code: 'store.damaged',
    message:
      /recheck\.db: the file is damaged and was left as it is\. Restore a copy made with "recheck backup"/,
  })
  assert.equal(hashOf(path), before)
})

test('damage inside the file is one clear error, found by the check, and nothing is overwritten', (t) => {
  const dataDir = temporaryFolder(t)
  filledStore(dataDir)
  const path = databasePath(dataDir)
  const file = openSync(path, 'r+')
  const size = readFileSync(path).byteLength
  // every page but the first, which holds the header and the schema's root
  for (let offset = 4096; offset < size; offset += 4096)
    writeSync(file, Buffer.alloc(64, 0xa5), 0, 64, offset)
  const before = hashOf(path)
  assert.throws(
    () => {
      const db = openForWriting(dataDir)
      t.after(() => db.close())
      openBatchWriter(db, 'a').store({ runId: 'a', sequence: 2, events: [metricsAt(2000, { x: 1 })] }, 1)
    },
    { code: 'store.damaged' },
  )
  assert.equal(hashOf(path), before)
  const reader = new BetterSqlite3(path, { readonly: true })
  t.after(() => reader.close())
  assert.notDeepEqual(integrityProblems(reader), [])
})

test('a locked database is an error with the way out, not a wait for ever', (t) => {
  const dataDir = temporaryFolder(t)
  const path = databasePath(dataDir)
  const other = new BetterSqlite3(path)
  t.after(() => other.close())
  other.exec('BEGIN EXCLUSIVE')
  assert.throws(() => openForWriting(dataDir), {
    code: 'store.busy',
    message: /another process holds the database locked/,
  })
})

test('a folder that cannot be written is one clear error', (t) => {
  const { folder: dataDir, makeReadOnly } = lockableFolder(t)
  filledStore(dataDir)
  const before = readdirSync(dataDir)
  makeReadOnly()
  assert.throws(() => openForWriting(dataDir), {
    code: 'store.read-only',
    message: /cannot be (written|opened)/,
  })
  assert.throws(() => lockFolder(dataDir), { code: 'store.read-only' })
  assert.deepEqual(readdirSync(dataDir), before)
  assert.throws(() => openForWriting(join(dataDir, 'below')), {
    code: 'store.read-only',
    message: /data folder cannot be made/,
  })
})

test('a store on a disk that cannot be written is read all the same; one whose log is unread says what to do', (t) => {
  const closed = lockableFolder(t)
  filledStore(closed.folder)
  const cut = lockableFolder(t)
  const db = openForWriting(temporaryFolder(t))
  t.after(() => db.close())
  addRun(db, 'b')
  for (const end of ['', '-wal']) copyFileSync(`${db.name}${end}`, `${databasePath(cut.folder)}${end}`)
  const before = readdirSync(closed.folder)
  for (const { makeReadOnly } of [closed, cut]) makeReadOnly()
  const reader = openForReading(closed.folder)
  assert.ok(reader)
  t.after(() => reader.close())
  assert.equal(readSeries(reader, 'a', 'y').value.at(-1), -1999)
  assert.throws(() => reader.exec('DELETE FROM run'), /readonly/)
  assert.deepEqual(readdirSync(closed.folder), before)
  assert.throws(() => openForReading(cut.folder), {
    code: 'store.read-only',
    message:
      /part of it is still in its log, recheck\.db-wal\. Copy the folder to where it can be written, and/,
  })
})

test('one holder of the folder’s lock; when it lets go the next may have it', (t) => {
  const dataDir = join(temporaryFolder(t), 'new')
  const first = lockFolder(dataDir)
  assert.ok(first)
  assert.equal(lockFolder(dataDir), null)
  first.release()
  const second = lockFolder(dataDir)
  assert.ok(second)
  second.release()
})

test('a full disk refuses the batch whole; with space again the same batch is stored', (t) => {
  const disk = mountSmallDisk(t, 3_000_000)
  const { dataDir, db } = disk ? { dataDir: disk.folder, db: openForWriting(disk.folder) } : temporaryStore(t)
  if (disk) t.after(() => db.close())
  addRun(db, 'a')
  const writer = openBatchWriter(db, 'a')
  writer.store({ runId: 'a', sequence: 1, events: [metricsAt(0, { x: 0 })] }, 1)
  db.pragma('wal_checkpoint(TRUNCATE)')
  if (disk) disk.fill()
  else db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true }))}`)

  const text = 'long '.repeat(400)
  const rollouts = Array.from({ length: 100 }, (_, index) => rollout(1, `p${index}`, { question: text }))
  const batch = {
    runId: 'a',
    sequence: 2,
    events: [metricsAt(1, { x: 1 }), { type: 'rollouts' as const, rollouts }],
  }
  for (let attempt = 0; attempt < 2; attempt++) {
    assert.throws(() => writer.store(batch, 2), {
      code: 'store.disk-full',
      message:
        /recheck\.db: the disk is full\. Nothing stored was harmed\. Free some space by moving or deleting other files; then/,
    })
  }
  assert.deepEqual([...readSeries(db, 'a', 'x').value], [0])

  if (disk) disk.free()
  else db.pragma('max_page_count = 1000000')
  assert.equal(writer.store(batch, 3), true)
  assert.deepEqual([...readSeries(db, 'a', 'x').value], [0, 1])
  assert.equal(db.prepare('SELECT count(*) FROM rollout').pluck().get(), 100)
  assert.deepEqual(integrityProblems(db), [])
  mkdirSync(join(dataDir, 'still-writable'))
})
