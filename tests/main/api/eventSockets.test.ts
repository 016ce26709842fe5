import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { EventSocketLimits } from '../../../src/main/api/eventSockets.ts'
import { startHttpServer, type HttpServer } from '../../../src/main/api/httpServer.ts'
import { connectRemote } from '../../../src/main/api/remoteBackend.ts'
import { systemClock } from '../../../src/main/host/machine/clock.ts'
import { Listeners } from '../../../src/shared/listeners.ts'
import type { StoreEvent } from '../../../src/shared/routes/contract.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'
import { echoHandlers } from './echoHandlers.ts'
import { ask, openSession, openUnread } from './rawClient.ts'

interface Served {
  readonly server: HttpServer
  readonly events: Listeners<StoreEvent>
  /** Listeners at this moment: one while somebody hears events. */
  readonly subscribers: () => number
}

async function served(t: TestContext, limits: Partial<EventSocketLimits> = {}): Promise<Served> {
  const events = new Listeners<StoreEvent>()
  let subscribers = 0
  const server = await startHttpServer({
    handlers: echoHandlers(),
    subscribe(listener) {
      subscribers++
      const end = events.add(listener)
      return () => {
        subscribers--
        end()
      }
    },
    pageFolder: temporaryFolder(t),
    port: 0,
    clock: systemClock,
    limits,
  })
  t.after(() => server.close())
  return { server, events, subscribers: () => subscribers }
}

async function openSocket(server: HttpServer, cookie: string): Promise<WebSocket> {
  const origin = `http://127.0.0.1:${server.port}`
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/events`, { origin, headers: { cookie } })
  await once(socket, 'open')
  return socket
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await wait(10)
}

const changed: StoreEvent = { runIds: ['r1'], event: { type: 'changed' } }
/** 4 kB, as a step's events have. */
const step: StoreEvent = {
  runIds: ['r1'],
  event: { type: 'log', level: 'info', code: 'x', message: 'm'.repeat(4000), remedy: null },
}

function eventsOf(socket: WebSocket): StoreEvent[] {
  const heard: StoreEvent[] = []
  socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString()) as StoreEvent))
  return heard
}

test(
  'clients that do not read cost what fits into their limit, however much happens',
  { timeout: 120_000 },
  async (t) => {
    const { server, events, subscribers } = await served(t)
    const cookie = await openSession(server)
    const sockets: Socket[] = []
    for (let count = 0; count < 30; count++) sockets.push(await openUnread(server.port, cookie))
    await until(() => subscribers() === 1)
    const before = process.memoryUsage().rss
    // 30 sockets × 25,000 events × 4 kB = 3 GB
    for (let count = 0; count < 25_000; count++) {
      events.tell(step)
      if (count % 500 === 0) await wait(1)
    }
    const grownBytes = process.memoryUsage().rss - before
    assert.ok(grownBytes < 150e6, `${Math.round(grownBytes / 1e6)} MB more`)
    t.diagnostic(`30 unread sockets, 25,000 events of 4 kB: ${Math.round(grownBytes / 1e6)} MB more`)
    for (const socket of sockets) socket.destroy()
    await until(() => subscribers() === 0)
  },
)

test(
  'a client that fell behind is told to read again once it reads, and hears what comes after',
  { timeout: 60_000 },
  async (t) => {
    const { server, events, subscribers } = await served(t)
    const socket = await openSocket(server, await openSession(server))
    const heard = eventsOf(socket)
    await until(() => subscribers() === 1)
    events.tell(changed)
    await until(() => heard.length === 1)
    socket.pause()
    for (let count = 0; count < 4000; count++) {
      events.tell(step)
      if (count % 100 === 0) await wait(1)
    }
    const sentLater = heard.length
    socket.resume()
    await until(() => heard.at(-1)?.event.type === 'missed')
    assert.ok(heard.length < 4000, `${heard.length} of 4,000 came through`)
    assert.deepEqual(heard.at(-1), { runIds: null, event: { type: 'missed' } })
    assert.equal(heard.filter(({ event }) => event.type === 'missed').length, 1)
    assert.ok(heard.length > sentLater)
    events.tell(changed)
    await until(() => heard.at(-1)?.event.type === 'changed')
    socket.close()
  },
)

test(
  'many small events count too: their number is bounded as their bytes are',
  { timeout: 60_000 },
  async (t) => {
    const { server, events, subscribers } = await served(t, { waitingEvents: 50 })
    const socket = await openSocket(server, await openSession(server))
    const heard = eventsOf(socket)
    await until(() => subscribers() === 1)
    for (let count = 0; count < 60; count++) events.tell(changed)
    await until(() => heard.at(-1)?.event.type === 'missed')
    assert.ok(heard.length < 60)
    socket.close()
  },
)

test(
  'a socket too many is closed, with code and reason; one that is closed makes room',
  { timeout: 60_000 },
  async (t) => {
    const { server } = await served(t, { perSession: 2, inAll: 3 })
    const cookies = [await openSession(server), await openSession(server)]
    const [one = '', other = ''] = cookies
    const first = await openSocket(server, one)
    await openSocket(server, one)
    const third = await openSocket(server, one)
    const [code, reason] = (await once(third, 'close')) as [number, Buffer]
    assert.deepEqual([code, reason.toString()], [1013, 'more than 2 pages of one session; close some'])
    await openSocket(server, other)
    const fifth = await openSocket(server, other)
    const [inAll, why] = (await once(fifth, 'close')) as [number, Buffer]
    assert.deepEqual([inAll, why.toString()], [1013, 'more than 3 pages; close some'])
    first.close()
    await once(first, 'close')
    const sixth = await openSocket(server, other)
    sixth.ping() // what answers it has kept the socket
    await once(sixth, 'pong')
    assert.equal(sixth.readyState, WebSocket.OPEN)
  },
)

test('a dead client is found by pings and closed; one that answers stays', { timeout: 60_000 }, async (t) => {
  const { server, subscribers } = await served(t, { pingEveryMs: 100 })
  const cookie = await openSession(server)
  const dead = await openUnread(server.port, cookie)
  const alive = await openSocket(server, cookie)
  let pings = 0
  alive.on('ping', () => pings++)
  await until(() => subscribers() === 1)
  dead.resume() // reads, and answers no ping
  await once(dead, 'close')
  await until(() => pings >= 4)
  assert.equal(alive.readyState, WebSocket.OPEN)
  alive.close()
  await until(() => subscribers() === 0)
})

test(
  'a window hears that it missed events, and of a server that no longer pings',
  { timeout: 60_000 },
  async (t) => {
    const { server, events, subscribers } = await served(t, { pingEveryMs: 100 })
    const backend = await connectRemote(server.newLink())
    t.after(() => backend.close())
    const heard: StoreEvent[] = []
    backend.subscribe((event) => heard.push(event))
    await until(() => subscribers() === 1)
    events.tell({ runIds: null, event: { type: 'missed' } })
    await until(() => heard.length === 1)
    assert.deepEqual(heard, [{ runIds: null, event: { type: 'missed' } }])
  },
)

test('a change of many runs is one event, and an id that is given twice is one run', async (t) => {
  const { server } = await served(t)
  const cookie = await openSession(server)
  const repeated = Array.from({ length: 10_000 }, () => 'r1')
  for (const route of ['run.delete', 'run.restore'])
    assert.deepEqual(await ask(server.port, cookie, route, { runIds: repeated }), {
      ok: true,
      data: { runIds: ['r1'] },
    })
  assert.deepEqual(await ask(server.port, cookie, 'run.values', { names: ['b', 'a', 'b'] }), {
    ok: true,
    data: { archived: false, deleted: false, names: ['b', 'a'] },
  })
  const series = { runId: 'r1', names: ['x', 'x', 'y'], from: null, to: null, buckets: 10, axis: 'step' }
  assert.deepEqual(await ask(server.port, cookie, 'metrics.range', series), {
    ok: true,
    data: { ...series, names: ['x', 'y'] },
  })
  assert.deepEqual(await ask(server.port, cookie, 'run.list', { statuses: ['failed', 'failed'] }), {
    ok: true,
    data: { archived: false, deleted: false, statuses: ['failed'] },
  })
})
