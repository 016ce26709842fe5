import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Register } from '../../../src/main/commands/command.ts'
import { openBatchWriter } from '../../../src/main/store/batchStore.ts'
import { storeCheckpoint } from '../../../src/main/store/checkpointStore.ts'
import { openForWriting } from '../../../src/main/store/database.ts'
import { appendLog } from '../../../src/main/store/eventLog.ts'
import { labelRun } from '../../../src/main/store/runs/runLabels.ts'
import { changeStatus } from '../../../src/main/store/runs/runStore.ts'
import { addRun, metricsAt, temporaryFolder } from '../store/storeFixtures.ts'
import { commandFixture } from './commandFixture.ts'

/** What a command prints on stdout. */
export async function recheck(register: Register, ...args: readonly string[]): Promise<string> {
  const fixture = commandFixture()
  register(fixture.program, fixture.context)
  await fixture.program.parseAsync([...args], { from: 'user' })
  return fixture.stdout()
}

/** Two stopped runs with a little of everything. */
export function smallStore(t: TestContext): string {
  const dataDir = temporaryFolder(t)
  const db = openForWriting(dataDir)
  for (const runId of ['run-1', 'run-2']) {
    addRun(db, runId, { name: `name ${runId}`, tags: ['demo'], config: '{"seed":4}' })
    openBatchWriter(db, runId).store(
      { runId, sequence: 1, events: [metricsAt(7, { 'accuracy/final': 0.62347 })] },
      1,
    )
    changeStatus(db, runId, { status: 'stopped', nowMs: 3000 })
  }
  const folder = 'runs/run-1/checkpoints/step-00000008'
  mkdirSync(join(dataDir, folder), { recursive: true })
  writeFileSync(join(dataDir, folder, 'blob'), Buffer.alloc(2000))
  storeCheckpoint(db, {
    checkpointId: 'c1',
    runId: 'run-1',
    step: 8,
    folder,
    bytes: 2000,
    sha256: 's',
    validation: 0.6,
    createdAtMs: 1,
  })
  appendLog(db, {
    runId: 'run-1',
    atMs: 0,
    level: 'warning',
    code: 'c',
    message: 'It is odd.',
    remedy: 'Do this.',
  })
  labelRun(db, 'run-2', { archived: true })
  db.close()
  return dataDir
}
