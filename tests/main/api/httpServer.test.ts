import assert from 'node:assert/strict'
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { WebSocket } from 'ws'
import { systemClock } from '../../../src/main/host/machine/clock.ts'
import { startHttpServer, type HttpServer } from '../../../src/main/api/httpServer.ts'
import type { RecheckError } from '../../../src/shared/errors/recheckError.ts'
import type { StoreEvent } from '../../../src/shared/routes/contract.ts'
import { echoHandlers } from './echoHandlers.ts'

let folder = ''
let server: HttpServer
const listeners = new Set<(event: StoreEvent) => void>()

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recheck-http-'))
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Recheck</title>')
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'assets', 'page.js'), 'export {}')
  server = await startHttpServer({
    handlers: echoHandlers(),
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    pageFolder: folder,
    port: 0,
    clock: systemClock,
  })
})
after(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}
interface Call {
  method?: string
  headers?: Record<string, string>
  body?: string
}

/** node:http, since fetch forbids a made-up Host. */
function send(path: string, call: Call = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port: server.port,
        path,
        method: call.method ?? 'GET',
        headers: call.headers ?? {},
      },
      (response) => {
        let body = ''
        response.on('data', (chunk: Buffer) => (body += chunk.toString()))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        )
      },
    )
    request.on('error', reject)
    request.end(call.body)
  })
}

const own = (): string => `http://127.0.0.1:${server.port}`
const post = (path: string, value: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  send(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: own(), ...headers },
    body: JSON.stringify(value),
  })

async function openSession(): Promise<string> {
  const token = new URL(server.newLink()).hash.replace('#token=', '')
  const answer = await post('/session', { token })
  assert.equal(answer.status, 200)
  const cookie = String(answer.headers['set-cookie'])
  assert.match(cookie, /HttpOnly/)
  assert.match(cookie, /SameSite=Strict/)
  return cookie.split(';')[0] ?? ''
}

test('the page comes with a policy that allows no inline script, and folders are not listed', async () => {
  const page = await send('/')
  assert.equal(page.status, 200)
  // whole: any directive that is looser lets something in
  assert.equal(
    page.headers['content-security-policy'],
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
      "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  )
  assert.equal(page.headers['x-frame-options'], 'DENY')
  assert.equal(page.headers['cross-origin-opener-policy'], 'same-origin')
  assert.equal(page.headers['cross-origin-resource-policy'], 'same-origin')
  assert.equal(page.headers['referrer-policy'], 'no-referrer')
  assert.equal(page.headers['x-content-type-options'], 'nosniff')
  assert.equal((await send('/assets/page.js')).status, 200)
  for (const folderAddress of ['/assets', '/assets/'])
    assert.equal((await send(folderAddress)).status, 404, folderAddress)
  const outside = await send('/..%2f..%2fetc/passwd')
  assert.equal(outside.status, 403)
  assert.doesNotMatch(outside.body, /root:/)
})

test('a token opens one session and no second', async () => {
  const token = new URL(server.newLink()).hash.replace('#token=', '')
  assert.equal((await post('/session', { token })).status, 200)
  const again = await post('/session', { token })
  assert.equal(again.status, 401)
  assert.match(again.body, /used before/)
  assert.equal((await post('/session', { token: 'guess' })).status, 401)
  assert.equal((await post('/session', { wrong: 1 })).status, 401)
})

test('a second server, at another port or at the end of a tunnel, does not take the first one’s cookie', async () => {
  const cookie = await openSession()
  const other = await startHttpServer({
    handlers: echoHandlers(),
    subscribe: () => () => undefined,
    pageFolder: folder,
    port: 0,
    clock: systemClock,
  })
  const token = new URL(other.newLink()).hash.replace('#token=', '')
  const origin = `http://127.0.0.1:${other.port}`
  const answer = await fetch(`${origin}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ token }),
  })
  await other.close()
  const foreign = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  assert.ok(foreign.startsWith(`recheck_${other.port}=`), foreign)
  assert.ok(cookie.startsWith(`recheck_${server.port}=`), cookie)
  assert.notEqual(foreign.split('=')[0], cookie.split('=')[0])
  const both = { cookie: `${cookie}; ${foreign}` }
  assert.equal((await post('/api/run.list', {}, both)).status, 200)
  assert.equal((await post('/api/run.list', {}, { cookie: foreign })).status, 401)
})

test('routes need the session; errors travel as data', async () => {
  assert.equal((await post('/api/run.list', {})).status, 401)
  const cookie = await openSession()
  const listed = await post('/api/run.list', {}, { cookie })
  assert.equal(listed.headers['cache-control'], 'no-store')
  assert.deepEqual(JSON.parse(listed.body), {
    ok: true,
    data: { archived: false, deleted: false, statuses: null },
  })
  const unknown = JSON.parse((await post('/api/constructor', {}, { cookie })).body) as {
    error: { code: string }
  }
  assert.equal(unknown.error.code, 'request.route')
  const invalid = JSON.parse((await post('/api/run.stop', { runId: 1 }, { cookie })).body) as {
    error: { code: string; message: string }
  }
  assert.equal(invalid.error.code, 'request.invalid')
  assert.match(
    invalid.error.message,
    /^run\.stop: runId: Invalid input: expected string, received number; when: .*\.$/,
  )
  const long = await post('/api/run.get', { runId: 'r'.repeat(300) }, { cookie })
  assert.match(long.body, /no run has an id of more than 100 characters; the runs page lists what there is/)
  const failed = JSON.parse((await post('/api/run.get', { runId: 'x' }, { cookie })).body) as unknown
  assert.deepEqual(failed, { ok: false, error: { code: 'run.unknown', message: 'There is no run "x".' } })
})

test('a foreign Host, a foreign Origin, a missing Origin and an oversized body are refused', async () => {
  const cookie = await openSession()
  assert.equal((await send('/', { headers: { host: 'evil.example' } })).status, 403)
  assert.equal((await post('/api/run.list', {}, { cookie, origin: 'http://evil.example' })).status, 403)
  const noOrigin = await send('/api/run.list', {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json' },
    body: '{}',
  })
  assert.equal(noOrigin.status, 403)
  assert.equal((await post('/api/run.list', { big: 'x'.repeat(1_100_000) }, { cookie })).status, 413)
  assert.equal((await send('/', { headers: { host: `localhost:${server.port}` } })).status, 200)
})

test('events reach an open socket and no stranger', async () => {
  const cookie = await openSession()
  const address = `ws://127.0.0.1:${server.port}/events`
  assert.match(await refusalOf(new WebSocket(address, { origin: own() })), /401/)
  const foreign = { origin: 'http://evil.example', headers: { cookie } }
  assert.match(await refusalOf(new WebSocket(address, foreign)), /403/)
  assert.match(await refusalOf(new WebSocket(address, { headers: { cookie } })), /403/, 'no origin at all')
  const socket = new WebSocket(address, { origin: own(), headers: { cookie } })
  await new Promise((resolve) => socket.on('open', resolve))
  while (listeners.size === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  const received = new Promise<string>((resolve) =>
    socket.on('message', (data: Buffer) => resolve(data.toString())),
  )
  for (const listener of listeners) listener({ runIds: ['r1'], event: { type: 'changed' } })
  assert.deepEqual(JSON.parse(await received), { runIds: ['r1'], event: { type: 'changed' } })
  socket.close()
  await new Promise((resolve) => socket.on('close', resolve))
  while (listeners.size > 0) await new Promise((resolve) => setTimeout(resolve, 5))
})

test('a socket that sends more than a page ever does is closed', { timeout: 20_000 }, async () => {
  const headers = { cookie: await openSession() }
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/events`, { origin: own(), headers })
  await new Promise((resolve) => socket.on('open', resolve))
  socket.send('x'.repeat(70_000))
  const code = await new Promise<number>((resolve) => socket.on('close', resolve))
  assert.equal(code, 1009)
})

test('only this machine reaches it, by the one address', { timeout: 20_000 }, async () => {
  // the whole of 127/8 is this machine's: a server on every address would answer there, too
  const outcome = await new Promise<string>((resolve) => {
    const socket = connect({ host: '127.0.0.2', port: server.port })
    socket.on('connect', () => resolve('answered')).on('error', (error) => resolve(error.message))
  })
  assert.match(outcome, /ECONNREFUSED/)
})

for (const [what, begin] of [
  ['says nothing', () => undefined],
  ['sends half a head', (socket: Socket) => socket.write('GET / HTTP/1.1\r\nHost: 127')],
  [
    'sends half a body',
    (socket: Socket) =>
      socket.write(
        `POST /session HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{`,
      ),
  ],
  [
    'asks for events and then is silent',
    (socket: Socket, cookie: string, port: number) =>
      socket.write(
        `GET /events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:${port}\r\nCookie: ${cookie}\r\n` +
          'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      ),
  ],
] as const) {
  test(`a client that ${what} keeps no server from closing`, { timeout: 20_000 }, async () => {
    const other = await startHttpServer({
      handlers: echoHandlers(),
      subscribe: () => () => undefined,
      pageFolder: folder,
      port: 0,
      clock: systemClock,
    })
    const origin = `http://127.0.0.1:${other.port}`
    const token = new URL(other.newLink()).hash.replace('#token=', '')
    const answer = await fetch(`${origin}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin },
      body: JSON.stringify({ token }),
    })
    const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const socket = connect({ host: '127.0.0.1', port: other.port })
    await new Promise((resolve) => socket.once('connect', resolve))
    begin(socket, cookie, other.port)
    await new Promise((resolve) => setTimeout(resolve, 200))
    const startMs = performance.now()
    await other.close()
    assert.ok(performance.now() - startMs < 5000, `${performance.now() - startMs} ms`)
    socket.destroy()
  })
}

/** What a socket that must not open is told; it is no answer that it opened. */
function refusalOf(socket: WebSocket): Promise<string> {
  return new Promise((resolve) => {
    socket.on('error', (error) => resolve(error.message))
    socket.on('open', () => {
      socket.terminate()
      resolve('it opened')
    })
  })
}

test('a port in use is named', async () => {
  await assert.rejects(
    startHttpServer({
      handlers: echoHandlers(),
      subscribe: () => () => undefined,
      pageFolder: folder,
      port: server.port,
      clock: systemClock,
    }),
    (error: RecheckError) => error.code === 'serve.port' && error.message.includes(String(server.port)),
  )
})
