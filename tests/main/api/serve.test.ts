import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { connectRemote } from '../../../src/main/api/remoteBackend.ts'
import { serve } from '../../../src/main/api/serve.ts'
import { systemClock } from '../../../src/main/host/machine/clock.ts'
import { openForReading, openForWriting } from '../../../src/main/store/database.ts'
import { insertRun, readRun } from '../../../src/main/store/runs/runStore.ts'
import { presetConfig } from '../../../src/shared/config/presets.ts'
import type { RunStatus } from '../../../src/shared/runs/records.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'

/** A data folder and a page of one word. */
function folders(t: TestContext): { readonly dataDir: string; readonly pageFolder: string } {
  const folder = temporaryFolder(t)
  const pageFolder = join(folder, 'page')
  mkdirSync(pageFolder)
  writeFileSync(join(pageFolder, 'index.html'), 'page')
  return { dataDir: join(folder, 'data'), pageFolder }
}

const machine = { nodePath: process.execPath, clock: systemClock }

function statusOf(dataDir: string, runId: string): RunStatus {
  const db = openForReading(dataDir) ?? assert.fail('there is no store')
  try {
    return readRun(db, runId).status
  } finally {
    db.close()
  }
}

/** A run that an earlier owner had not come to. */
function queueRun(dataDir: string, runId: string): void {
  const config = presetConfig('builtin', { data: { train: 2000, validation: 2, test: 2 } })
  const db = openForWriting(dataDir)
  const labels = { name: runId, tags: [], notes: '', group: null, vStarId: null }
  const run = {
    config: JSON.stringify(config),
    configHash: 'h',
    stage: 'estimate-v-star',
    totalSteps: 2000,
  } as const
  insertRun(db, { runId, ...labels, ...run }, Date.now())
  db.close()
}

test(
  'a port in use takes no run out of the queue; once it listens they start',
  { timeout: 120_000 },
  async (t) => {
    const { dataDir, pageFolder } = folders(t)
    queueRun(dataDir, 'r-waits')
    const taken = createServer().listen(0, '127.0.0.1')
    t.after(() => taken.close())
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    await assert.rejects(serve({ dataDir, pageFolder, port, ...machine }), { code: 'serve.port' })
    assert.equal(statusOf(dataDir, 'r-waits'), 'queued')
    const server = await serve({ dataDir, pageFolder, port: 0, ...machine })
    while (statusOf(dataDir, 'r-waits') === 'queued') await new Promise((resolve) => setTimeout(resolve, 50))
    await server.close()
    assert.equal(statusOf(dataDir, 'r-waits'), 'stopped')
  },
)

test('a client that says nothing keeps no run going after the end', { timeout: 120_000 }, async (t) => {
  const { dataDir, pageFolder } = folders(t)
  const server = await serve({ dataDir, pageFolder, port: 0, ...machine })
  const backend = await connectRemote(server.newLink())
  const silent = connect({ host: '127.0.0.1', port: server.port })
  t.after(() => silent.destroy())
  await once(silent, 'connect')
  const isUnderWay = new Promise<void>((resolve) =>
    backend.subscribe(({ event }) => {
      if (event.type === 'progress') resolve()
    }),
  )
  const config = { data: { train: 2000, validation: 2, test: 2 } }
  const started = await backend.request('run.start', { stage: 'estimate-v-star', config })
  assert.ok(started.ok)
  const [runId = ''] = (started.data as { runIds: string[] }).runIds
  await isUnderWay
  const startMs = performance.now()
  await server.close()
  // a chunk of stage 1 takes seconds; the silent client would have taken for ever
  assert.ok(performance.now() - startMs < 60_000)
  assert.equal(statusOf(dataDir, runId), 'stopped')
  await backend.close()
  // and the folder is free
  await (await serve({ dataDir, pageFolder, port: 0, ...machine })).close()
})
