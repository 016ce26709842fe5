import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import {
  assertWebhookAddress,
  notifyByWebhook,
  type Notification,
} from '../../../../src/main/owner/tasks/webhook.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'
import { fakeRun, testOwner } from '../support/ownerFixtures.ts'

/** An address that answers with these statuses in turn, then with 200; null = never. */
async function address(t: TestContext, statuses: readonly (number | null)[] = []) {
  const posted: Notification[] = []
  const left = [...statuses]
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (part: Buffer) => (body += part.toString()))
    request.on('end', () => {
      posted.push(JSON.parse(body) as Notification)
      const status = left.length === 0 ? 200 : left.shift()
      if (typeof status === 'number') response.writeHead(status).end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { posted, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` }
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 10))
}

test(
  'the end of a run is posted with its name; an address that refuses is tried again',
  { timeout: 30_000 },
  async (t) => {
    const owner = await testOwner(t, temporaryFolder(t))
    const { posted, url } = await address(t, [500, 503])
    const failures: string[] = []
    t.after(notifyByWebhook(owner, { url, onFailure: (said) => failures.push(said), retriesMs: [5, 5, 5] }))
    const { runId } = fakeRun(owner, {}, { totalSteps: 2, name: 'my run' })
    owner.start(runId)
    await owner.whenEnded(runId)
    await until(() => posted.at(-1)?.event === 'run-over')
    const about = { runId, run: 'my run', remedy: null }
    const [alarm, again, third] = posted
    assert.deepEqual([again, third], [alarm, alarm])
    // the fake job warns at its first step
    assert.deepEqual(
      { ...alarm, status: '', code: '' },
      {
        text: 'my run at step 0: at step 0',
        event: 'alarm',
        ...about,
        status: '',
        code: '',
        message: 'at step 0',
        step: 0,
      },
    )
    const over = { event: 'run-over', ...about, status: 'finished', code: null, message: null, step: null }
    assert.deepEqual(posted.slice(3), [{ text: 'my run: finished', ...over }])
    assert.deepEqual(failures, [])
  },
)

test(
  'an address that never answers holds no run up, and is given up with a line',
  { timeout: 30_000 },
  async (t) => {
    const owner = await testOwner(t, temporaryFolder(t))
    const { posted, url } = await address(t, [null, null, null])
    const failures: string[] = []
    const setup = {
      url,
      onFailure: (said: string) => failures.push(said),
      retriesMs: [1],
      answerWithinMs: 1000,
    }
    t.after(notifyByWebhook(owner, setup))
    const runs = [fakeRun(owner, {}, { totalSteps: 1 }), fakeRun(owner, {}, { totalSteps: 1 })]
    for (const { runId } of runs) {
      owner.start(runId)
      assert.equal((await owner.whenEnded(runId)).status, 'finished')
    }
    await until(() => failures.length > 0)
    assert.match(failures[0] ?? '', /^127\.0\.0\.1:\d+ was not told “fake at step 0: at step 0”: .+/)
    assert.equal(posted[0]?.runId, runs[0]?.runId)
  },
)

test('what is no http address is refused', () => {
  for (const url of ['', 'chat.example', 'file:///etc/passwd', 'javascript:alert(1)'])
    assert.throws(() => assertWebhookAddress(url), { code: 'usage.invalid', message: /begins with http/ })
  assertWebhookAddress('https://chat.example/hook?token=1')
})
