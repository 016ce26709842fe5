import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { WebSocket } from 'ws'
import { startHttpServer, type HttpServer } from '../../../src/main/api/httpServer.ts'
import { idleLimitMs, linkLimitMs, Sessions } from '../../../src/main/api/sessions.ts'
import type { SessionInfo } from '../../../src/shared/routes/sessions.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'
import { echoHandlers } from './echoHandlers.ts'
import { ask, openSession } from './rawClient.ts'

/** Both clocks in the hands of the test. */
function settableClock(): {
  nowMs: () => number
  steadyMs: () => number
  pass: (ms: number) => void
  wall: number
  steady: number
} {
  const clock = {
    wall: Date.UTC(2026, 10, 27),
    steady: 1000,
    nowMs: () => clock.wall,
    steadyMs: () => clock.steady,
    pass(ms: number) {
      clock.wall += ms
      clock.steady += ms
    },
  }
  return clock
}

const hourMs = 3_600_000

test('a link opens one session within a day, and a session lasts as long as it is used every seven days', () => {
  const clock = settableClock()
  const ended: string[] = []
  const sessions = new Sessions(clock, (sessionId) => ended.push(sessionId))
  const late = sessions.issueToken()
  const used = sessions.issueToken()
  assert.equal(sessions.useToken(used), true)
  assert.equal(sessions.useToken(used), false)
  clock.pass(linkLimitMs + 1)
  assert.equal(sessions.useToken(late), false, 'a day old')
  assert.equal(sessions.useToken('guess'), false)

  const secret = sessions.open('Firefox')
  const id = sessions.find(secret) ?? ''
  assert.notEqual(id, '')
  assert.ok(!secret.includes(id))
  for (let week = 0; week < 5; week++) {
    clock.pass(idleLimitMs - hourMs)
    assert.equal(sessions.find(secret), id)
  }
  assert.deepEqual(ended, [])
  clock.pass(idleLimitMs + 1)
  assert.equal(sessions.find(secret), null)
  assert.deepEqual(ended, [id])
  assert.equal(sessions.find(undefined), null)
})

test('a clock that is set back, or a machine that slept, makes no session last longer', () => {
  const clock = settableClock()
  const sessions = new Sessions(clock, () => undefined)
  const asleep = sessions.open('')
  clock.wall += idleLimitMs + 1 // the steady clock stands still in sleep
  assert.equal(sessions.find(asleep), null)
  const setBack = sessions.open('')
  clock.pass(idleLimitMs + 1)
  clock.wall -= 300 * 24 * hourMs
  assert.equal(sessions.find(setBack), null)
})

test('sessions are listed with the last one used first, and the one unused for longest makes room', () => {
  const clock = settableClock()
  const ended: string[] = []
  const sessions = new Sessions(clock, (sessionId) => ended.push(sessionId))
  const secrets = Array.from({ length: 100 }, (_, index) => {
    clock.pass(1000)
    return sessions.open(`client ${index} ${'x'.repeat(500)}`)
  })
  const [first = '', second = ''] = secrets.map((secret) => sessions.find(secret) ?? '')
  sessions.find(secrets[0])
  clock.pass(1000)
  const own = sessions.find(secrets[0]) ?? ''
  const listed = sessions.list(own)
  assert.equal(listed.length, 100)
  assert.deepEqual([listed[0]?.sessionId, listed[0]?.isOwn, listed[1]?.isOwn], [own, true, false])
  assert.ok(listed.every(({ client }) => client.length <= 200))
  assert.ok((listed[0]?.lastUsedAtMs ?? 0) > (listed[0]?.openedAtMs ?? Infinity))
  sessions.open('one more')
  assert.deepEqual(ended, [second])
  assert.equal(sessions.list(own).length, 100)
  assert.equal(sessions.end(first), true)
  assert.equal(sessions.end(first), false)
  assert.equal(sessions.find(secrets[0]), null)
})

interface Served {
  readonly server: HttpServer
  readonly clock: ReturnType<typeof settableClock>
}

async function served(t: TestContext): Promise<Served> {
  const pageFolder = temporaryFolder(t)
  writeFileSync(join(pageFolder, 'index.html'), '<!doctype html><title>Recheck</title>')
  const clock = settableClock()
  const server = await startHttpServer({
    handlers: echoHandlers(),
    subscribe: () => () => undefined,
    pageFolder,
    port: 0,
    clock,
    limits: { pingEveryMs: 50 },
  })
  t.after(() => server.close())
  return { server, clock }
}

async function sessionsSeenBy(server: HttpServer, cookie: string): Promise<readonly SessionInfo[]> {
  const answer = (await ask(server.port, cookie, 'session.list', {})) as { data: readonly SessionInfo[] }
  return answer.data
}

const codeOf = (answer: unknown): string => (answer as { error?: { code?: string } }).error?.code ?? 'none'

async function openEvents(server: HttpServer, cookie: string): Promise<WebSocket> {
  const origin = `http://127.0.0.1:${server.port}`
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/events`, { origin, headers: { cookie } })
  await once(socket, 'open')
  return socket
}

test(
  'a session sees all sessions and logs any of them out; its pages are told',
  { timeout: 30_000 },
  async (t) => {
    const { server } = await served(t)
    const mine = await openSession(server, 'Firefox')
    const other = await openSession(server, 'Chrome')
    const page = await openEvents(server, other)
    const listed = await sessionsSeenBy(server, mine)
    assert.deepEqual(
      listed.map(({ client, isOwn, openPages }) => [client, isOwn, openPages]),
      [
        ['Firefox', true, 0],
        ['Chrome', false, 1],
      ],
    )
    const [own, foreign] = listed
    const end = async (sessionId: string | undefined): Promise<unknown> =>
      ask(server.port, mine, 'session.end', { sessionId })
    assert.deepEqual(await end(foreign?.sessionId), { ok: true, data: null })
    const [code, reason] = (await once(page, 'close')) as [number, Buffer]
    assert.deepEqual([code, reason.toString()], [4001, 'the session has ended'])
    assert.equal(codeOf(await ask(server.port, other, 'run.list', {})), 'session.missing')
    assert.equal(codeOf(await end(foreign?.sessionId)), 'session.unknown')
    assert.deepEqual(await end(own?.sessionId), { ok: true, data: null })
    assert.equal(codeOf(await ask(server.port, mine, 'session.list', {})), 'session.missing')
  },
)

test('a session that nobody uses for a week is over, its open pages too', { timeout: 30_000 }, async (t) => {
  const { server, clock } = await served(t)
  const cookie = await openSession(server)
  const page = await openEvents(server, cookie)
  clock.pass(idleLimitMs + 1)
  const [code] = (await once(page, 'close')) as [number]
  assert.equal(code, 4001)
  assert.equal(codeOf(await ask(server.port, cookie, 'run.list', {})), 'session.missing')
})

/** Opens a link as the page does. */
async function exchange(link: string, cookie?: string): Promise<Response> {
  const { origin, hash } = new URL(link)
  return fetch(`${origin}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin, ...(cookie === undefined ? {} : { cookie }) },
    body: JSON.stringify({ token: hash.replace('#token=', '') }),
  })
}

test('who has an open session may open a used link, and keeps the session; a stranger is told what to do', async (t) => {
  const { server, clock } = await served(t)
  const link = server.newLink()
  const first = await exchange(link)
  const cookie = first.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  assert.equal(first.status, 200)
  for (const again of [link, `http://127.0.0.1:${server.port}/#token=guess`, server.newLink()]) {
    const answer = await exchange(again, cookie)
    assert.deepEqual([answer.status, answer.headers.getSetCookie()], [200, []])
  }
  assert.equal((await sessionsSeenBy(server, cookie)).length, 1)
  const refused = await exchange(link)
  assert.equal(refused.status, 401)
  const { error } = (await refused.json()) as { error: { code: string; message: string } }
  assert.equal(error.code, 'session.token')
  assert.match(
    error.message,
    /used before, is older than a day, or its server .* run `recheck serve` once more/,
  )
  // a session that is over is a stranger's
  clock.pass(idleLimitMs + 1)
  assert.equal((await exchange(link, cookie)).status, 401)
  const unread = server.newLink()
  clock.pass(linkLimitMs + 1)
  assert.equal((await exchange(unread)).status, 401)
})

test('the cookie is named by the port that the browser uses, at either end of a tunnel', async (t) => {
  const { server } = await served(t)
  const token = new URL(server.newLink()).hash.replace('#token=', '')
  const { request } = await import('node:http')
  const name = await new Promise<string>((resolve) => {
    const call = request(
      {
        host: '127.0.0.1',
        port: server.port,
        path: '/session',
        method: 'POST',
        headers: {
          host: '127.0.0.1:9000',
          origin: 'http://127.0.0.1:9000',
          'content-type': 'application/json',
        },
      },
      (answer) => resolve(answer.headers['set-cookie']?.[0]?.split('=')[0] ?? ''),
    )
    call.end(JSON.stringify({ token }))
  })
  assert.equal(name, 'recheck_9000')
  assert.ok((await openSession(server)).startsWith(`recheck_${server.port}=`))
})
