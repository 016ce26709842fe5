import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import {
  openCheckpoint,
  writeCheckpoint,
  type CheckpointContent,
} from '../../../src/main/run/checkpointFolder.ts'
import { openNewestCheckpoint } from '../../../src/main/run/newestCheckpoint.ts'
import type { CheckpointRecord } from '../../../src/shared/runs/records.ts'
import { mountSmallDisk } from '../smallDisk.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'

const content = (fill: number): CheckpointContent => ({
  blobs: { 'trainer.safetensors': new Uint8Array(5000).fill(fill), 'sampler.bin': new Uint8Array([fill]) },
  state: { cursor: fill, random: [1, 2, 3] },
})

async function write(dataDir: string, step: number, fill = step): Promise<CheckpointRecord> {
  const written = await writeCheckpoint({ dataDir, runId: 'a', step }, content(fill))
  return { ...written, checkpointId: `c${step}`, runId: 'a', step, validation: null, createdAtMs: step }
}
const folderOf = (dataDir: string): string => join(dataDir, 'runs', 'a', 'checkpoints')

test('a checkpoint comes back byte for byte, and its record says how large it is', async (t) => {
  const dataDir = temporaryFolder(t)
  const record = await write(dataDir, 10)
  assert.match(record.folder, /^runs\/a\/checkpoints\/step-00000010-[0-9a-f]{16}$/)
  const folder = join(dataDir, record.folder)
  const open = await openCheckpoint(folder, record.sha256)
  assert.deepEqual([open.step, open.state], [10, content(10).state])
  assert.deepEqual(
    new Uint8Array(readFileSync(open.blobPath('trainer.safetensors'))),
    content(10).blobs['trainer.safetensors'],
  )
  assert.throws(() => open.blobPath('other'), { code: 'checkpoint.damaged', message: /it holds no other/ })
  const bytes = readdirSync(folder).reduce(
    (sum, name) => sum + readFileSync(join(folder, name)).byteLength,
    0,
  )
  assert.equal(record.bytes, bytes)
})

test('large blobs may come in pieces', async (t) => {
  const dataDir = temporaryFolder(t)
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let piece = 0; piece < 3; piece++) yield new Uint8Array(1000).fill(piece)
  }
  const written = await writeCheckpoint(
    { dataDir, runId: 'a', step: 1 },
    { blobs: { big: pieces() }, state: null },
  )
  const open = await openCheckpoint(join(dataDir, written.folder), written.sha256)
  assert.equal(readFileSync(open.blobPath('big')).byteLength, 3000)
})

test('the same step written again stands beside the first, which stays as it is', async (t) => {
  const dataDir = temporaryFolder(t)
  const first = await write(dataDir, 10)
  const other = await write(dataDir, 10, 99)
  assert.notEqual(other.folder, first.folder)
  for (const [record, fill] of [
    [first, 10],
    [other, 99],
  ] as const) {
    const open = await openCheckpoint(join(dataDir, record.folder), record.sha256)
    assert.deepEqual(open.state, content(fill).state)
  }
})

test('a damaged checkpoint is named and the one before is used', async (t) => {
  const dataDir = temporaryFolder(t)
  const records = [
    await write(dataDir, 40),
    await write(dataDir, 30),
    await write(dataDir, 20),
    await write(dataDir, 10),
  ]
  const pathOf = (step: number): string =>
    join(dataDir, records.find((record) => record.step === step)?.folder ?? 'none')
  truncateSync(join(pathOf(40), 'trainer.safetensors'), 4999)
  rmSync(join(pathOf(30), 'checkpoint.json'))
  const stateFile = join(pathOf(20), 'state.json')
  writeFileSync(stateFile, readFileSync(stateFile, 'utf8').replace('20', '21'))
  const newest = await openNewestCheckpoint(dataDir, records)
  assert.equal(newest?.record.step, 10)
  assert.deepEqual(newest?.damaged, [
    `checkpoint ${pathOf(40)} is damaged: the checksum of trainer.safetensors is wrong.`,
    `checkpoint ${pathOf(30)} is damaged: checkpoint.json is missing.`,
    `checkpoint ${pathOf(20)} is damaged: the checksum of state.json is wrong.`,
  ])
  rmSync(pathOf(10), { recursive: true })
  await assert.rejects(openNewestCheckpoint(dataDir, records), {
    code: 'checkpoint.none-sound',
    message:
      /^no checkpoint of run a can be used\. .*step-00000040-[0-9a-f]+ is damaged.*To begin it anew: recheck resume a --from 0$/,
  })
  assert.equal(await openNewestCheckpoint(dataDir, []), null)
})

test('a manifest that is not the recorded one, or not one at all, is damage', async (t) => {
  const dataDir = temporaryFolder(t)
  const record = await write(dataDir, 10)
  const folder = join(dataDir, record.folder)
  await assert.rejects(openCheckpoint(folder, 'other'), {
    message: /checkpoint\.json is not the one that was recorded/,
  })
  writeFileSync(join(folder, 'checkpoint.json'), '{"version":1}')
  await assert.rejects(openCheckpoint(folder), {
    code: 'checkpoint.damaged',
    message: /checkpoint\.json cannot be read/,
  })
})

test('on a full disk nothing is left behind and the checkpoint before is untouched', async (t) => {
  const disk = mountSmallDisk(t, 200_000)
  const dataDir = disk?.folder ?? temporaryFolder(t)
  const record = await write(dataDir, 10)
  async function* tooMuch(): AsyncGenerator<Uint8Array> {
    for (let piece = 0; piece < 10; piece++) yield new Uint8Array(50_000)
    if (disk === null) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
  }
  await assert.rejects(
    writeCheckpoint({ dataDir, runId: 'a', step: 20 }, { blobs: { big: tooMuch() }, state: null }),
    {
      code: 'file.disk-full',
      message: /step-00000020-[0-9a-f]+: the disk is full; what was there before is untouched/,
    },
  )
  assert.deepEqual(readdirSync(folderOf(dataDir)), [basename(record.folder)])
  assert.equal((await openCheckpoint(join(dataDir, record.folder), record.sha256)).step, 10)
})

test('an unfinished checkpoint of a killed process does not stand in the way', async (t) => {
  const dataDir = temporaryFolder(t)
  mkdirSync(join(folderOf(dataDir), '.unfinished-checkpoint-0'), { recursive: true })
  assert.equal((await write(dataDir, 10)).step, 10)
})
