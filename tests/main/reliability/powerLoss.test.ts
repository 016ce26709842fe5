import assert from 'node:assert/strict'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openNewestCheckpoint } from '../../../src/main/run/newestCheckpoint.ts'
import { readCheckpoints } from '../../../src/main/store/checkpointStore.ts'
import { integrityProblems, openForWriting } from '../../../src/main/store/database.ts'
import { readSeries } from '../../../src/main/store/metrics/metricQuery.ts'
import { listRuns } from '../../../src/main/store/runs/runStore.ts'
import { DurableDisk } from './durableDisk.ts'
import { watchFiles } from './watchedFiles.ts'
import { quickFolder, runId, runToEnd, storedOf } from './wholeRun.ts'

function temporaryRoot(t: TestContext): string {
  const root = mkdtempSync(join(quickFolder(), 'recheck-power-'))
  t.after(() => rmSync(root, { recursive: true }))
  return root
}

/**
 * The database and its log as they are; a commit of a store with `synchronous = FULL` has flushed the log
 * when it returns.
 */
function copyStore(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const name of ['recheck.db', 'recheck.db-wal'])
    if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name))
}

/**
 * What one finds after the power came back: the newest checkpoint that is whole, and how many steps are
 * stored.
 */
async function found(dataDir: string): Promise<{ readonly checkpoint: number; readonly steps: number }> {
  const db = openForWriting(dataDir)
  try {
    assert.deepEqual(integrityProblems(db), [])
    if (listRuns(db).length === 0) return { checkpoint: 0, steps: 0 }
    const newest = await openNewestCheckpoint(dataDir, readCheckpoints(db, runId))
    assert.deepEqual(newest?.damaged ?? [], [])
    return {
      checkpoint: newest?.checkpoint.step ?? 0,
      steps: readSeries(db, runId, 'loss/policy').value.length,
    }
  } finally {
    db.close()
  }
}

test('a commit is on the disk when it returns: SQLite flushes its log each time', (t) => {
  const db = openForWriting(temporaryRoot(t))
  t.after(() => db.close())
  assert.deepEqual(
    [db.pragma('journal_mode', { simple: true }), db.pragma('synchronous', { simple: true })],
    ['wal', 2],
  )
})

test('the power fails after any file operation of a run: no checkpoint that was stored is lost, and the run goes on to the same end', async (t) => {
  const root = temporaryRoot(t)
  const dataDir = join(root, 'run')
  const disk = new DurableDisk(dataDir)
  const moments: { readonly folder: string; readonly checkpoint: number; readonly steps: number }[] = []
  let stored = { checkpoint: 0, steps: 0 }
  const unwatch = await watchFiles({
    after: (call) => {
      disk.record(call)
      if (!['sync', 'rename', 'rm', 'writeFile'].includes(call.name)) return
      const folder = join(root, `after-${moments.length}`)
      copyStore(dataDir, folder)
      disk.restoreTo(folder)
      moments.push({ folder, ...stored })
    },
  })
  try {
    await runToEnd(dataDir, (db) => {
      stored = {
        checkpoint: readCheckpoints(db, runId)[0]?.step ?? 0,
        steps: readSeries(db, runId, 'loss/policy').value.length,
      }
    })
  } finally {
    unwatch()
  }
  const expected = storedOf(dataDir)
  assert.ok(moments.length > 25, `${moments.length} moments`)
  for (const [index, moment] of moments.entries()) {
    const what = `after operation ${index}`
    const { checkpoint, steps } = await found(moment.folder)
    assert.ok(checkpoint >= moment.checkpoint, `${what}: checkpoint ${checkpoint} of ${moment.checkpoint}`)
    assert.ok(steps >= moment.steps, `${what}: ${steps} steps of ${moment.steps}`)
    await runToEnd(moment.folder)
    assert.deepEqual(storedOf(moment.folder), expected, what)
  }
  t.diagnostic(`${moments.length} moments`)
})

test('the log is cut at any length: the store is whole, and holds a beginning of what was stored', async (t) => {
  const root = temporaryRoot(t)
  const dataDir = join(root, 'run')
  const log = join(root, 'log')
  await runToEnd(dataDir, () => copyStore(dataDir, log))
  const wal = readFileSync(join(log, 'recheck.db-wal'))
  const frame = 24 + wal.readUInt32BE(8)
  const lengths = new Set([0, 1, 31, 32, 33, wal.length])
  for (let at = 32; at <= wal.length; at += frame)
    [at - 1, at, at + 1, at + frame / 2].forEach((each) => lengths.add(each))
  let before = -1
  let cuts = 0
  for (const length of [...lengths].filter((each) => each <= wal.length).sort((a, b) => a - b)) {
    const folder = join(root, 'cut')
    rmSync(folder, { recursive: true, force: true })
    copyStore(log, folder)
    truncateSync(join(folder, 'recheck.db-wal'), length)
    const db = openForWriting(folder)
    try {
      assert.deepEqual(integrityProblems(db), [], `${length} bytes`)
      const steps = listRuns(db).length === 0 ? 0 : readSeries(db, runId, 'loss/policy').value.length
      assert.ok(steps >= before, `${steps} steps after ${length} bytes, ${before} before`)
      before = steps
      cuts++
    } finally {
      db.close()
    }
  }
  assert.equal(before, 6)
  t.diagnostic(`${cuts} lengths of a log of ${wal.length} bytes`)
})

test('garbage after the part that was flushed is not read', async (t) => {
  const root = temporaryRoot(t)
  const dataDir = join(root, 'run')
  const log = join(root, 'log')
  await runToEnd(dataDir, () => copyStore(dataDir, log))
  const path = join(log, 'recheck.db-wal')
  const wal = readFileSync(path)
  const half = Math.floor(wal.length / 2)
  writeFileSync(path, Buffer.concat([wal.subarray(0, half), Buffer.alloc(wal.length - half, 0xa5)]))
  const { steps } = await found(log).catch((thrown: unknown) => assert.fail(String(thrown)))
  assert.ok(steps <= 6)
})
