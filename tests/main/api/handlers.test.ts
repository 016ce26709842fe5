import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dispatch } from '../../../src/main/api/dispatch.ts'
import { Sweeps } from '../../../src/main/owner/sweep/sweeps.ts'
import { createHandlers } from '../../../src/main/api/handlers.ts'
import { openOwnerBackend } from '../../../src/main/api/ownerBackend.ts'
import { createProgressBoard } from '../../../src/main/api/progressBoard.ts'
import { changeStatus } from '../../../src/main/store/runs/runStore.ts'
import type { StoreEvent } from '../../../src/shared/routes/contract.ts'
import { echoHandlers } from './echoHandlers.ts'
import { fakeRun, testOwner } from '../owner/support/ownerFixtures.ts'
import { addRun, temporaryFolder } from '../store/storeFixtures.ts'

test('what a store that cannot be written refuses reaches the page with the file and the way out', async (t) => {
  const owner = await testOwner(t, temporaryFolder(t))
  const handlers = createHandlers({
    owner,
    progress: createProgressBoard(),
    nowMs: () => 0,
    tell: () => undefined,
    sweeps: new Sweeps({ owner, nowMs: () => 0, onChange: () => undefined }),
    info: () => Promise.reject(new Error('not asked')),
  })
  const { runId } = fakeRun(owner, {}, { totalSteps: 3 })
  owner.start(runId)
  await owner.whenEnded(runId)
  owner.db.pragma('query_only = 1')
  const changes = {
    'run.update': { runId, name: 'other' },
    'run.delete': { runIds: [runId] },
    'run.restore': { runIds: [runId] },
    'run.extend': { runId, steps: 2 },
  }
  for (const [route, input] of Object.entries(changes)) {
    const answer = await dispatch({ ...echoHandlers(), ...handlers }, route, input, { signal: t.signal })
    assert.ok(!answer.ok, route)
    assert.equal(answer.error.code, 'store.read-only', route)
    assert.match(answer.error.message, /recheck\.db: the folder or the file cannot be written/, route)
  }
  assert.throws(() => fakeRun(owner, {}), { code: 'store.read-only' })
})

test('a change of many runs is one event; of very many, one that names none of them', async (t) => {
  const dataDir = temporaryFolder(t)
  const backend = await openOwnerBackend({
    dataDir,
    shell: 'browser',
    address: 'a test',
    nodePath: process.execPath,
    nowMs: () => 5000,
  })
  t.after(() => backend.close())
  const runIds = Array.from({ length: 150 }, (_, index) => addRun(backend.owner.db, `run-${index}`))
  for (const runId of runIds) changeStatus(backend.owner.db, runId, { status: 'stopped', nowMs: 2000 })
  const heard: StoreEvent[] = []
  backend.subscribe((event) => heard.push(event))
  const few = runIds.slice(0, 3)
  const answers = [
    await backend.request('run.delete', { runIds: [...few, ...few] }),
    await backend.request('run.restore', { runIds: few }),
    await backend.request('run.delete', { runIds }),
    await backend.request('run.restore', { runIds }),
  ]
  assert.ok(answers.every(({ ok }) => ok))
  assert.deepEqual(heard, [
    { runIds: few, event: { type: 'deleted' } },
    { runIds: few, event: { type: 'changed' } },
    { runIds: null, event: { type: 'deleted' } },
    { runIds: null, event: { type: 'changed' } },
  ])
})
