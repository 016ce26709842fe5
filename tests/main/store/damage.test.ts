import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { systemClock } from '../../../src/main/host/machine/clock.ts'
import { ownStore, readStore } from '../../../src/main/owner/withStore.ts'
import { openBatchWriter } from '../../../src/main/store/batchStore.ts'
import { databasePath, openForWriting, type Database } from '../../../src/main/store/database.ts'
import { readSeries } from '../../../src/main/store/metrics/metricQuery.ts'
import { listRunLines } from '../../../src/main/store/runs/runList.ts'
import { listRuns } from '../../../src/main/store/runs/runStore.ts'
import { backUpStore } from '../../../src/main/tools/backUpStore.ts'
import { errorData } from '../../../src/shared/errors/recheckError.ts'
import { addRun, metricsAt, temporaryFolder } from './storeFixtures.ts'

/** A closed store with a run, and its bytes. */
function soundStore(t: TestContext): { readonly dataDir: string; readonly bytes: Buffer } {
  const dataDir = temporaryFolder(t)
  const db = openForWriting(dataDir)
  addRun(db, 'a', { tags: ['ä', 'b'] })
  const events = Array.from({ length: 1500 }, (_, step) => metricsAt(step, { x: step, y: -step }))
  openBatchWriter(db, 'a').store({ runId: 'a', sequence: 1, events }, 1)
  db.close()
  return { dataDir, bytes: readFileSync(databasePath(dataDir)) }
}

const readAll = (db: Database): string =>
  JSON.stringify([listRuns(db), listRunLines(db, { archived: false }), [...readSeries(db, 'a', 'x').value]])

/** What a reader and an owner make of a store with these bytes: its content, or the error as it is shown. */
async function openedWith(folder: string, bytes: Buffer): Promise<readonly string[]> {
  const shown: string[] = []
  for (const [name, open] of [
    ['read', readStore],
    ['own', ownStore],
  ] as const) {
    const dataDir = join(folder, name)
    mkdirSync(dataDir, { recursive: true })
    writeFileSync(databasePath(dataDir), bytes)
    shown.push(
      await open(dataDir, systemClock, readAll).catch((thrown: unknown) => describe(thrown, dataDir)),
    )
  }
  return shown
}

/** An error must name the store's file and say what to do. */
function describe(thrown: unknown, dataDir: string): string {
  const { code, message } = errorData(thrown)
  assert.ok(message.startsWith(databasePath(dataDir)), `no path: ${message}`)
  assert.match(message, /recheck backup|--data-dir|update this one|Mend|begin anew/)
  assert.ok(message.split('\n').length === 1 && message.length < 600, message)
  return code
}

test('a changed byte of the header is refused with the path and the way out, or changes nothing that is read', async (t) => {
  const { dataDir, bytes } = soundStore(t)
  const content = await readStore(dataDir, systemClock, readAll)
  const refusedAt = new Set<number>()
  for (let offset = 0; offset < 100; offset++) {
    for (const change of [0x01, 0x80]) {
      const changed = Buffer.from(bytes)
      changed.writeUInt8(changed.readUInt8(offset) ^ change, offset)
      const shown = await openedWith(join(temporaryFolder(t), 's'), changed)
      for (const each of shown) {
        if (each === content) continue
        assert.match(each, /^store\./, `byte ${offset} ^ ${change}`)
        refusedAt.add(offset)
      }
    }
  }
  // page size, reserved bytes, fractions, schema format, auto-vacuum, encoding, versions, expansion
  for (const offset of [16, 17, 20, 21, 22, 23, 47, 55, 59, 60, 67, 68, 72, 91])
    assert.ok(refusedAt.has(offset), `byte ${offset}`)
})

test('damage that only a later reading meets is told by its file, whoever reads', async (t) => {
  const { bytes } = soundStore(t)
  const folder = join(temporaryFolder(t), 's')
  let refused = 0
  for (let page = 1; page < bytes.length / 4096; page++) {
    const changed = Buffer.from(bytes)
    changed.fill(0xa5, page * 4096, page * 4096 + 64)
    for (const each of await openedWith(folder, changed)) if (each === 'store.damaged') refused++
  }
  assert.ok(refused > 10, String(refused))
})

test('a backup of a damaged store is refused in one sentence, however much is damaged', async (t) => {
  const { dataDir, bytes } = soundStore(t)
  const copy = join(temporaryFolder(t), 'copy')
  cpSync(dataDir, copy, { recursive: true })
  const changed = Buffer.from(bytes)
  for (let offset = 8 * 4096; offset < changed.length; offset += 4096) changed.fill(0xa5, offset, offset + 16)
  writeFileSync(databasePath(copy), changed)
  await assert.rejects(
    readStore(copy, systemClock, (db) => backUpStore(db, join(copy, 'backup.db'))),
    (thrown) => describe(thrown, copy) === 'store.damaged',
  )
})
