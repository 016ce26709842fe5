import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { WebSocketServer } from 'ws'
import { connectRemote } from '../../../src/main/api/remoteBackend.ts'
import type { Connection } from '../../../src/shared/routes/contract.ts'

interface Strange {
  readonly link: string
  readonly sockets: WebSocketServer
  /** What was asked, in order. */
  readonly asked: readonly string[]
}

/** A server that opens sessions and sockets as ours does, and answers routes as the test says. */
async function strangeServer(t: TestContext, answer: RequestListener): Promise<Strange> {
  const asked: string[] = []
  const http = createServer((request, response) => {
    asked.push(request.url ?? '')
    if (request.url !== '/session') return answer(request, response)
    response.setHeader('set-cookie', 'recheck_1=x').setHeader('content-type', 'application/json')
    response.end('{"ok":true,"data":null}')
  })
  // it pings nobody
  const sockets = new WebSocketServer({ server: http })
  http.listen(0, '127.0.0.1')
  t.after(() => {
    for (const socket of sockets.clients) socket.terminate()
    http.closeAllConnections()
    http.close()
  })
  await once(http, 'listening')
  return { link: `http://127.0.0.1:${(http.address() as AddressInfo).port}/#token=x`, sockets, asked }
}

test('an answer without end is cut off, with words', { timeout: 30_000 }, async (t) => {
  let sentBytes = 0
  const { link } = await strangeServer(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write('{"ok":true,"data":"')
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536))) sentBytes += 65_536
    }
    response.on('drain', more)
    more()
  })
  const backend = await connectRemote(link, { largestAnswerBytes: 5e6 })
  t.after(() => backend.close())
  const answer = await backend.request('metrics.csv', { runId: 'r' })
  assert.ok(!answer.ok)
  assert.equal(answer.error.code, 'connect.too-large')
  assert.match(answer.error.message, /^http:\/\/127\.0\.0\.1:\d+ answers with more than 5 MB/)
  assert.ok(sentBytes < 50e6, `${sentBytes} bytes were taken`)
})

test('a server that sends the window elsewhere is not followed', { timeout: 30_000 }, async (t) => {
  const other = await strangeServer(t, (_request, response) => response.end('{"ok":true,"data":1}'))
  const { link } = await strangeServer(t, (_request, response) => {
    response.writeHead(307, { location: `${new URL(other.link).origin}/api/run.list` }).end()
  })
  const backend = await connectRemote(link)
  t.after(() => backend.close())
  const answer = await backend.request('run.list', {})
  assert.ok(!answer.ok)
  assert.equal(answer.error.code, 'connect.lost')
  assert.deepEqual(other.asked, [])
})

test(
  'an event larger than any of ours ends the connection, and a silent one is opened again',
  { timeout: 30_000 },
  async (t) => {
    const { link, sockets } = await strangeServer(t, (_request, response) =>
      response.end('{"ok":true,"data":1}'),
    )
    const backend = await connectRemote(link, { silentForMs: 300 })
    t.after(() => backend.close())
    const told: Connection[] = []
    const reopened = (): Promise<void> =>
      new Promise((resolve) => {
        const end = backend.onConnection((connection) => {
          told.push(connection)
          if (connection !== 'open') return
          end()
          resolve()
        })
      })
    await reopened()
    assert.deepEqual(told, ['lost', 'open'], 'nothing was heard for 300 ms')
    told.length = 0
    const again = reopened()
    for (const socket of sockets.clients) socket.send('x'.repeat(5_000_000))
    await again
    assert.deepEqual(told, ['lost', 'open'])
  },
)
