import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dispatch } from '../../../src/main/api/dispatch.ts'
import { createHandlers } from '../../../src/main/api/handlers.ts'
import { createProgressBoard } from '../../../src/main/api/progressBoard.ts'
import { fakeRun, testOwner } from '../owner/ownerFixtures.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'

test('what a store that cannot be written refuses reaches the page with the file and the way out', async (t) => {
  const owner = await testOwner(t, temporaryFolder(t))
  const handlers = createHandlers({
    owner,
    progress: createProgressBoard(),
    nowMs: () => 0,
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
    const answer = await dispatch(handlers, route, input, { signal: t.signal })
    assert.ok(!answer.ok, route)
    assert.equal(answer.error.code, 'store.read-only', route)
    assert.match(answer.error.message, /recheck\.db: the folder or the file cannot be written/, route)
  }
  assert.throws(() => fakeRun(owner, {}), { code: 'store.read-only' })
})
