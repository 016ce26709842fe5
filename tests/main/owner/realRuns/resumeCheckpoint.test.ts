import assert from 'node:assert/strict'
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { writeCheckpoint } from '../../../../src/main/run/checkpointFolder.ts'
import { openNewestCheckpoint } from '../../../../src/main/run/newestCheckpoint.ts'
import type { CheckpointRecord } from '../../../../src/shared/runs/records.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'

async function write(dataDir: string, step: number, state: unknown): Promise<CheckpointRecord> {
  const blobs = { 'trainer.safetensors': new Uint8Array([step]) }
  const written = await writeCheckpoint({ dataDir, runId: 'a', step }, { blobs, state })
  return { ...written, checkpointId: `c${step}`, runId: 'a', step, validation: null, createdAtMs: step }
}

test('killed after a step’s second checkpoint was in place and before it was recorded: the recorded one is used', async (t) => {
  const dataDir = temporaryFolder(t)
  const record = await write(dataDir, 4, 'before the evaluation')
  await write(dataDir, 4, 'after the evaluation')
  const newest = await openNewestCheckpoint(dataDir, [record])
  assert.deepEqual(newest?.damaged, [])
  assert.equal(newest?.checkpoint.state, 'before the evaluation')
})

test('a whole checkpoint of another step in its place is no substitute', async (t) => {
  const dataDir = temporaryFolder(t)
  const other = await write(dataDir, 2, 'two')
  const record: CheckpointRecord = { ...(await write(dataDir, 4, 'four')), sha256: 'of an earlier one' }
  renameSync(join(dataDir, record.folder), join(dataDir, 'aside'))
  renameSync(join(dataDir, other.folder), join(dataDir, record.folder))
  await assert.rejects(openNewestCheckpoint(dataDir, [record]), {
    code: 'checkpoint.none-sound',
    message: /checkpoint\.json is not the one that was recorded/,
  })
})
