import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createHttp } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { WebSocketServer } from 'ws'
import { systemClock } from '../../../src/main/host/machine/clock.ts'
import { startHttpServer, type HttpServer } from '../../../src/main/api/httpServer.ts'
import { connectRemote } from '../../../src/main/api/remoteBackend.ts'
import type { RecheckError } from '../../../src/shared/errors/recheckError.ts'
import type { Connection, Handlers, StoreEvent } from '../../../src/shared/routes/contract.ts'
import { openTunnel, through } from './tunnel.ts'

let folder = ''
let server: HttpServer
const listeners = new Set<(event: StoreEvent) => void>()

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recheck-remote-'))
  server = await startHttpServer({
    handlers: { 'run.list': async () => [] } as unknown as Handlers,
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

test('requests and events go through to a running server', async () => {
  const backend = await connectRemote(server.newLink())
  assert.deepEqual(await backend.request('run.list', {}), { ok: true, data: [] })
  const answer = await backend.request('run.nothing', {})
  assert.equal(answer.ok, false)
  const received = new Promise<StoreEvent>((resolve) => backend.subscribe(resolve))
  while (listeners.size === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  for (const listener of listeners) listener({ runIds: ['r'], event: { type: 'changed' } })
  assert.deepEqual(await received, { runIds: ['r'], event: { type: 'changed' } })
  await backend.close()
})

test('a tunnel that breaks is said to be lost, and open again when it is', async () => {
  const tunnel = await openTunnel(server.port)
  const backend = await connectRemote(through(tunnel, server.newLink()))
  const told: Connection[] = []
  const isOpenAgain = new Promise<void>((resolve) =>
    backend.onConnection((connection) => {
      told.push(connection)
      if (connection === 'open') resolve()
    }),
  )
  tunnel.cut()
  await isOpenAgain
  assert.deepEqual(told, ['lost', 'open'])
  const received = new Promise<StoreEvent>((resolve) => backend.subscribe(resolve))
  for (const listener of listeners) listener({ runIds: ['r'], event: { type: 'deleted' } })
  assert.deepEqual((await received).event, { type: 'deleted' })
  await backend.close()
  await tunnel.close()
})

test('a link that is no link, points elsewhere, or was used before is refused with the way out', async () => {
  const expectCode = (code: string) => (error: RecheckError) => error.code === code
  await assert.rejects(connectRemote('not a link'), expectCode('connect.link'))
  await assert.rejects(connectRemote('http://evil.example/#token=x'), expectCode('connect.link'))
  const link = server.newLink()
  await (await connectRemote(link)).close()
  await assert.rejects(connectRemote(link), expectCode('connect.refused'))
  await assert.rejects(connectRemote('http://127.0.0.1:1/#token=x'), expectCode('connect.refused'))
})

test('what accepts and says nothing is no server: the link is given up, with words', async (t) => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1')
  t.after(() => silent.close())
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  await assert.rejects(connectRemote(`http://127.0.0.1:${port}/#token=x`, { openWithinMs: 300 }), {
    code: 'connect.refused',
    message: /does not answer \(.*timeout.*\)\. Is it running\?/,
  })
})

test(
  'what sends no events is told as a connection that is lost, and ends nothing',
  { timeout: 30_000 },
  async (t) => {
    const strange = createHttp((_request, response) => {
      response.setHeader('set-cookie', 'recheck_0=x').setHeader('content-type', 'application/json')
      response.end('{"ok":true,"data":null}')
    })
    const sockets = new WebSocketServer({ server: strange })
    sockets.on('connection', (socket) => socket.send(sockets.clients.size > 0 ? 'no JSON' : ''))
    strange.listen(0, '127.0.0.1')
    t.after(() => {
      for (const socket of sockets.clients) socket.terminate()
      strange.close()
    })
    await once(strange, 'listening')
    const { port } = strange.address() as AddressInfo
    const backend = await connectRemote(`http://127.0.0.1:${port}/#token=x`)
    t.after(() => backend.close())
    await new Promise<void>((resolve) =>
      backend.onConnection((connection) => {
        if (connection === 'lost') resolve()
      }),
    )
  },
)
