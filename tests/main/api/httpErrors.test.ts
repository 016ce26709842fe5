import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { startHttpServer, type HttpServer } from '../../../src/main/api/httpServer.ts'
import { systemClock } from '../../../src/main/host/machine/clock.ts'
import { ReceivedErrorData } from '../../../src/shared/errors/receivedErrorData.ts'
import { echoHandlers } from './echoHandlers.ts'
import { sendRaw } from './rawClient.ts'

let pageFolder = ''
let server: HttpServer
before(async () => {
  pageFolder = await mkdtemp(join(tmpdir(), 'recheck-http-'))
  writeFileSync(join(pageFolder, 'index.html'), '<!doctype html><title>Recheck</title>')
  server = await startHttpServer({
    handlers: echoHandlers(),
    subscribe: () => () => undefined,
    pageFolder,
    port: 0,
    clock: systemClock,
  })
})
after(async () => {
  await server.close()
  await rm(pageFolder, { recursive: true })
})

const host = (): string => `Host: 127.0.0.1:${server.port}\r\n`
const own = (): string => `${host()}Origin: http://127.0.0.1:${server.port}\r\n`
const json = (body: string): string =>
  `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n'
const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
const long = 'y'.repeat(20_000)

/** What Node, Fastify, its plugins or this server refuses; the bytes are made when the port is known. */
const refusals: readonly (readonly [what: string, status: number, bytes: () => string])[] = [
  ['an address that is not well encoded', 400, () => `GET /%zz HTTP/1.1\r\n${host()}\r\n`],
  ['a route that is not well encoded', 400, () => `POST /api/%E0%A4%A HTTP/1.1\r\n${own()}${json('{}')}`],
  ['a long route', 414, () => `POST /api/${'x'.repeat(500)} HTTP/1.1\r\n${own()}${json('{}')}`],
  ['a verb that HTTP does not know', 400, () => `FOO / HTTP/1.1\r\n${host()}\r\n`],
  ['a verb of WebDAV', 404, () => `PROPFIND / HTTP/1.1\r\n${own()}\r\n`],
  ['TRACE', 404, () => `TRACE / HTTP/1.1\r\n${own()}\r\n`],
  ['QUERY', 400, () => `QUERY / HTTP/1.1\r\n${own()}\r\n`],
  ['OPTIONS *', 404, () => `OPTIONS * HTTP/1.1\r\n${own()}\r\n`],
  ['CONNECT', 400, () => `CONNECT a:1 HTTP/1.1\r\n${host()}\r\n`],
  ['a head that is too long', 431, () => `GET / HTTP/1.1\r\n${host()}X: ${long}\r\n\r\n`],
  ['an address that is too long', 431, () => `GET /${long} HTTP/1.1\r\n${host()}\r\n`],
  ['no Host', 403, () => 'GET / HTTP/1.1\r\n\r\n'],
  ['HTTP/1.0 without Host', 403, () => 'GET / HTTP/1.0\r\n\r\n'],
  ['an empty Host', 403, () => 'GET / HTTP/1.1\r\nHost:\r\n\r\n'],
  ['a foreign Host', 403, () => 'GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n'],
  ['no HTTP at all', 400, () => '\u0000\u0001\u0002\r\n\r\n'],
  ['the beginning of TLS', 400, () => '\u0016\u0003\u0001\u0002\u0000\u0001'],
  ['a version that does not exist', 400, () => `GET / HTTP/9.9\r\n${host()}\r\n`],
  ['an expectation', 417, () => `GET / HTTP/1.1\r\n${host()}Expect: a miracle\r\n\r\n`],
  ['a length that is no number', 400, () => `POST /session HTTP/1.1\r\n${own()}Content-Length: abc\r\n\r\n`],
  [
    'two lengths of a body',
    400,
    () =>
      `POST /session HTTP/1.1\r\n${own()}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  [
    'a chunk that is none',
    400,
    () =>
      `POST /session HTTP/1.1\r\n${own()}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
  ],
  [
    'extensions of a chunk without end',
    413,
    () =>
      `POST /session HTTP/1.1\r\n${own()}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2;${long}\r\n{}`,
  ],
  ['a head with control characters', 400, () => `GET / HTTP/1.1\r\n${host()}X\u0001: y\r\n\r\n`],
  ['a body that is no JSON', 400, () => `POST /session HTTP/1.1\r\n${own()}${json('{x')}`],
  ['a body with __proto__', 400, () => `POST /session HTTP/1.1\r\n${own()}${json('{"__proto__":{}}')}`],
  [
    'a body that is too large',
    413,
    () =>
      `POST /session HTTP/1.1\r\n${own()}Content-Type: application/json\r\nContent-Length: 99999999\r\n\r\n{`,
  ],
  [
    'another kind of body',
    401,
    () => `POST /session HTTP/1.1\r\n${own()}Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}`,
  ],
  [
    'a kind of body that is unknown',
    415,
    () => `POST /session HTTP/1.1\r\n${own()}Content-Type: x/y\r\nContent-Length: 2\r\n\r\n{}`,
  ],
  ['a file beside the page', 403, () => `GET /..%2f..%2fetc/passwd HTTP/1.1\r\n${host()}\r\n`],
  ['a hidden file', 403, () => `GET /.env HTTP/1.1\r\n${host()}\r\n`],
  ['a range that is not there', 416, () => `GET / HTTP/1.1\r\n${host()}Range: bytes=99999-\r\n\r\n`],
  ['nothing at the address', 404, () => `GET /nothing HTTP/1.1\r\n${host()}\r\n`],
  [
    'an upgrade to HTTP/2',
    404,
    () =>
      `GET / HTTP/1.1\r\n${own()}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n\r\n`,
  ],
  ['events at another address', 404, () => `GET /nothing HTTP/1.1\r\n${own()}${upgrade}${key}\r\n`],
  ['events without a session', 401, () => `GET /events HTTP/1.1\r\n${own()}${upgrade}${key}\r\n`],
  ['a route without a session', 401, () => `POST /api/run.list HTTP/1.1\r\n${own()}${json('{}')}`],
]

for (const [what, status, bytes] of refusals) {
  test(`${what} is refused in the form of every error, with the page's policy`, async () => {
    const answer = await sendRaw(server.port, bytes())
    assert.equal(answer.status, status, answer.body)
    const { ok, error } = JSON.parse(answer.body) as { ok: boolean; error: unknown }
    assert.equal(ok, false)
    const { code, message } = ReceivedErrorData.parse(error)
    assert.match(code, /^(request|session)\./)
    // nothing of what was sent comes back
    assert.doesNotMatch(message, /zz|evil|FOO|miracle|yyyy|xxxx|passwd/)
    assert.match(answer.headers['content-type'] ?? '', /^application\/json/)
    assert.match(answer.headers['content-security-policy'] ?? '', /^default-src 'none'; script-src 'self'/)
    assert.equal(answer.headers['x-content-type-options'], 'nosniff')
    assert.equal(answer.headers['x-frame-options'], 'DENY')
    assert.equal(answer.headers['cross-origin-resource-policy'], 'same-origin')
  })
}

test('what cannot be read after a whole request cuts no answer in two', async () => {
  const socket = connect(server.port, '127.0.0.1')
  await once(socket, 'connect')
  let text = ''
  socket.setEncoding('utf8').on('data', (part: string) => (text += part))
  socket.write(`GET / HTTP/1.1\r\n${host()}\r\n\u0000\u0001\r\n\r\n`)
  await once(socket, 'close')
  const answers = text.split(/(?=HTTP\/1\.1 \d)/)
  assert.ok(answers.length <= 2, text)
  for (const answer of answers.filter(Boolean)) assert.match(answer, /^HTTP\/1\.1 (200|400) /)
})

test('the server answers on after all of it', async () => {
  assert.equal((await sendRaw(server.port, `GET / HTTP/1.1\r\n${host()}\r\n`)).status, 200)
})
