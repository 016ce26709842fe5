import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import type { CheckpointRecord } from '../../../src/shared/runs/records.ts'

/**
 * Writes three checkpoints as trainer and owner do, two of them at step 4, and kills itself before the file
 * operation or the store's transaction of the number given. Says `checkpoint STEP` when a row is stored, and
 * `done` at the end.
 */
const [dataDir = '', at = '0'] = process.argv.slice(2)
let operations = 0
function strike(): void {
  operations++
  if (operations === Number(at)) process.kill(process.pid, 'SIGKILL')
}

const probe = await fs.open(join(dataDir, 'probe'), 'w')
const handle = Object.getPrototypeOf(probe) as Record<string, unknown>
await probe.close()
const watched: readonly (readonly [Record<string, unknown>, readonly string[]])[] = [
  [fs as unknown as Record<string, unknown>, ['mkdir', 'open', 'rename', 'rm']],
  [handle, ['writeFile', 'sync', 'close']],
]
for (const [owner, names] of watched) {
  for (const name of names) {
    const original = owner[name] as (...values: unknown[]) => unknown
    owner[name] = function (this: unknown, ...values: unknown[]): unknown {
      strike()
      return original.apply(this, values)
    }
  }
}
syncBuiltinESMExports()

// after the patch: these import the functions by name
const { writeCheckpoint } = await import('../../../src/main/run/checkpointFolder.ts')
const retention = await import('../../../src/main/owner/retention.ts')
const { openForWriting } = await import('../../../src/main/store/database.ts')
const { openBatchWriter } = await import('../../../src/main/store/batchStore.ts')
const { lastBatchOf } = await import('../../../src/main/store/runs/runStore.ts')

const db = openForWriting(dataDir)
const writer = openBatchWriter(db, 'a')
async function save(step: number, fill: number): Promise<void> {
  const blobs = { 'trainer.safetensors': new Uint8Array(1000).fill(fill) }
  const written = await writeCheckpoint({ dataDir, runId: 'a', step }, { blobs, state: fill })
  const named = { checkpointId: `c${step}-${fill}`, runId: 'a', step, validation: null, createdAtMs: 0 }
  const checkpoint: CheckpointRecord = { ...written, ...named }
  const batch = {
    runId: 'a',
    sequence: lastBatchOf(db, 'a') + 1,
    events: [{ type: 'checkpoint', checkpoint } as const],
  }
  const folders = retention.foldersReplacedBy(db, batch)
  strike()
  writer.store(batch, 0)
  process.stdout.write(`checkpoint ${fill}\n`)
  strike()
  await retention.removeUnnamed(db, dataDir, { runId: 'a', folders })
  await retention.applyRetention(db, dataDir, { runId: 'a', keepLast: 1 })
}
await save(2, 2)
await save(4, 4)
await save(4, 5)
process.stdout.write(`done ${operations}\n`)
