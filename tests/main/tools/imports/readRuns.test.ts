import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import BetterSqlite3 from 'better-sqlite3'
import { readRuns } from '../../../../src/main/tools/imports/readRuns.ts'
import { openForWriting } from '../../../../src/main/store/database.ts'

const fixtures = join(import.meta.dirname, '../../../fixtures/imports')

function emptyFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'recheck-import-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function read(path: string) {
  return readRuns({ path, name: path, stepColumn: null }, () => undefined)
}

test('a project of trackio: the values of its Parquet file, with the settings of each run', async () => {
  const runs = await read(join(fixtures, 'trackio.db'))
  const parquet = await read(join(fixtures, 'trackio.parquet'))
  assert.deepEqual(
    runs.map(({ name, config }) => [name, JSON.parse(config)]),
    [
      ['baseline', { learning_rate: 0.001, model: 'tiny' }],
      ['larger rate', { learning_rate: 0.01, model: 'tiny' }],
    ],
  )
  runs.forEach((run, index) => assert.deepEqual(run.series, parquet[index]?.series))
  assert.match(runs[0]?.notes.join('\n') ?? '', /2 values were NaN or infinite/)
  assert.match(runs[0]?.notes.join('\n') ?? '', /no numbers \(texts, tables, pictures\), left out: 6\./)
})

test('nothing is written beside a project of trackio, and a view in the place of its table is refused', async (t) => {
  const folder = emptyFolder(t)
  const path = join(folder, 'p.db')
  copyFileSync(join(fixtures, 'trackio.db'), path)
  await read(path)
  assert.throws(() => statSync(`${path}-shm`))
  const db = new BetterSqlite3(join(folder, 'view.db'))
  db.exec(`CREATE VIEW metrics AS WITH RECURSIVE n(step) AS (SELECT 1 UNION ALL SELECT step + 1 FROM n)
    SELECT 'r' AS run_name, step, '' AS timestamp, '{}' AS metrics FROM n`)
  db.close()
  await assert.rejects(read(join(folder, 'view.db')), {
    code: 'import.unreadable',
    message: /without trackio's table of metrics/,
  })
})

test('a run store of Recheck, a database that is none and a damaged one are refused', async (t) => {
  const folder = emptyFolder(t)
  openForWriting(folder).close()
  await assert.rejects(read(join(folder, 'recheck.db')), { code: 'import.own', message: /--data-dir/ })
  const damaged = join(folder, 'damaged.db')
  writeFileSync(damaged, Buffer.concat([Buffer.from('SQLite format 3\u0000'), Buffer.alloc(2000, 1)]))
  await assert.rejects(read(damaged), { code: 'import.unreadable' })
})

test("W&B's own log is refused with what to do instead, as a file and as a folder", async (t) => {
  const folder = emptyFolder(t)
  const run = join(folder, 'offline-run-20261127_211000-50txin39')
  mkdirSync(run)
  writeFileSync(join(run, 'run-50txin39.wandb'), ':W&B')
  for (const path of [folder, run, join(run, 'run-50txin39.wandb')])
    await assert.rejects(read(path), { code: 'import.format', message: /wandb sync.*history\(/ })
})

test('a file of another kind, a folder without event files and a missing path are refused by name', async (t) => {
  const folder = emptyFolder(t)
  writeFileSync(join(folder, 'x.bin'), 'x')
  await assert.rejects(read(join(folder, 'x.bin')), {
    code: 'import.format',
    message: /x\.bin: expected TensorBoard/,
  })
  await assert.rejects(read(folder), {
    code: 'import.format',
    message: /no event file of TensorBoard is in it/,
  })
  await assert.rejects(read(join(folder, 'gone')), { code: 'file.missing' })
  writeFileSync(join(folder, 'e.csv'), 'step,loss\n0,nan\n')
  await assert.rejects(read(join(folder, 'e.csv')), { code: 'import.empty' })
})
