import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { checkpointsFolder } from '../../../src/main/run/checkpointFolder.ts'
import { openNewestCheckpoint } from '../../../src/main/run/newestCheckpoint.ts'
import { removeLeftovers } from '../../../src/main/owner/retention.ts'
import { readCheckpoints } from '../../../src/main/store/checkpointStore.ts'
import { addRun, temporaryStore } from '../store/storeFixtures.ts'

const program = fileURLToPath(new URL('./checkpointKilled.ts', import.meta.url))

/** @returns the last checkpoint whose row was stored, and the number of operations when it was not killed */
function writeUntilKilled(dataDir: string, at: number): { stored: number | null; operations: number | null } {
  const { stdout, stderr, signal } = spawnSync(process.execPath, [program, dataDir, String(at)], {
    encoding: 'utf8',
  })
  const last = (word: string): number | null => {
    const found = stdout.split('\n').findLast((line) => line.startsWith(word))
    return found === undefined ? null : Number(found.split(' ')[1])
  }
  const operations = last('done')
  assert.equal(signal, operations === null ? 'SIGKILL' : null, stderr)
  return { stored: last('checkpoint'), operations }
}

test('killed before any file operation, a step never loses the checkpoint that is recorded', async (t) => {
  for (let at = 1; ; at++) {
    const { dataDir, db } = temporaryStore(t)
    addRun(db, 'a')
    const { stored, operations } = writeUntilKilled(dataDir, at)
    const records = readCheckpoints(db, 'a')
    const newest = await openNewestCheckpoint(dataDir, records)
    // what was said to be stored is there, or the one after it: the blow may fall between the row and the
    // word
    const found = newest === null ? 0 : Number(newest.checkpoint.state)
    assert.ok(stored === null || found >= stored, `at ${at}: ${found} instead of ${stored}`)
    assert.deepEqual(newest?.damaged ?? [], [], `at ${at}`)
    assert.equal(newest === null, records.length === 0)
    for (const record of records) await openNewestCheckpoint(dataDir, [record])
    await removeLeftovers(db, dataDir, 'a')
    const left = records.length === 0 ? [] : readdirSync(join(dataDir, checkpointsFolder('a')))
    assert.deepEqual(
      left.map((name) => `${checkpointsFolder('a')}/${name}`).sort(),
      records.map(({ folder }) => folder).sort(),
      `at ${at}`,
    )
    if (operations === null) continue
    assert.deepEqual([found, records.length], [5, 1])
    assert.ok(operations >= 40, `${operations} points`)
    t.diagnostic(`${operations} points`)
    return
  }
})
