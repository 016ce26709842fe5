import '../../electron/electronHooks.ts'
import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { test, type TestContext } from 'node:test'
import type { WebContents } from 'electron'
import { systemClock } from '../../../src/main/host/machine/clock.ts'
import { startHttpServer } from '../../../src/main/api/httpServer.ts'
import { connectRemote } from '../../../src/main/api/remoteBackend.ts'
import type { BackendSlot } from '../../../src/main/app/backendSlot.ts'
import { abandonChannel, requestChannel } from '../../../src/shared/routes/bridge.ts'
import type { RequestContext } from '../../../src/shared/routes/contract.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'
import { echoHandlers } from './echoHandlers.ts'

const { serveIpc } = await import('../../../src/main/app/ipcServer.ts')
const { invoke } = await import('../../electron/doubleWindow.ts')

interface Held {
  readonly handler: (input: unknown, context: RequestContext) => Promise<never>
  /** Resolves with the signals of the first `count` requests. */
  signals(count: number): Promise<readonly AbortSignal[]>
}

/** A handler that never answers, and what it was given. */
function heldRequests(): Held {
  const signals: AbortSignal[] = []
  const arrivals = new EventEmitter()
  return {
    handler: (_input, { signal }) => {
      signals.push(signal)
      arrivals.emit('one')
      return new Promise(() => undefined)
    },
    async signals(count) {
      while (signals.length < count) await once(arrivals, 'one')
      return signals
    },
  }
}

async function aborted(signal: AbortSignal | undefined): Promise<void> {
  assert.ok(signal)
  if (!signal.aborted) await once(signal, 'abort')
}

async function serverWith(t: TestContext, held: Held): Promise<Awaited<ReturnType<typeof startHttpServer>>> {
  const server = await startHttpServer({
    handlers: { ...echoHandlers(), 'plan.check': held.handler },
    subscribe: () => () => undefined,
    pageFolder: temporaryFolder(t),
    port: 0,
    clock: systemClock,
  })
  t.after(() => server.close())
  return server
}

const input = { stage: 'self-correction', config: {} }

test(
  'a client that gives a request up, or goes, ends what it asked for; an answered one is no such thing',
  { timeout: 20_000 },
  async (t) => {
    const held = heldRequests()
    const server = await serverWith(t, held)
    const backend = await connectRemote(server.newLink())
    const other = await connectRemote(server.newLink())
    t.after(() => Promise.all([backend.close(), other.close()]))
    const controller = new AbortController()
    const given = backend.request('plan.check', input, controller.signal)
    const [first] = await held.signals(1)
    const kept = other.request('plan.check', input)
    const [, second] = await held.signals(2)
    controller.abort()
    assert.equal((await given).ok, false)
    await aborted(first)
    assert.equal(second?.aborted, false)
    assert.deepEqual((await other.request('app.info', {})).ok, true)
    assert.equal(second?.aborted, false, 'another request of the same client was answered')
    await server.close()
    await aborted(second)
    assert.equal((await kept).ok, false)
  },
)

test(
  'a window whose page is loaded again, crashes or gives up ends what it asked for',
  { timeout: 20_000 },
  async () => {
    const held = heldRequests()
    const mainFrame = { url: 'app://recheck/index.html' }
    const page = Object.assign(new EventEmitter(), {
      mainFrame,
      isDestroyed: () => false,
      send: () => undefined,
    })
    const backend = {
      request: (_route: string, given: unknown, signal?: AbortSignal) =>
        held.handler(given, { signal: signal ?? AbortSignal.abort() }),
    }
    const slot = {
      target: () => ({ backend, server: null }),
      subscribe: () => () => undefined,
      onConnection: () => () => undefined,
    }
    const stop = serveIpc(page as unknown as WebContents, slot as unknown as BackendSlot)
    const ask = (requestId: number): void =>
      void invoke(requestChannel, mainFrame, ['plan.check', input, requestId])
    for (const requestId of [1, 2, 3]) ask(requestId)
    const [one, two, three] = await held.signals(3)
    await invoke(abandonChannel, { url: mainFrame.url }, [1])
    assert.equal(one?.aborted, false, 'another frame gives up nothing')
    await invoke(abandonChannel, mainFrame, ['1'])
    await invoke(abandonChannel, mainFrame, [1])
    await aborted(one)
    page.emit('did-start-navigation', { isMainFrame: true, isSameDocument: true })
    page.emit('did-start-navigation', { isMainFrame: false, isSameDocument: false })
    assert.deepEqual([two?.aborted, three?.aborted], [false, false])
    page.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false })
    await aborted(two)
    await aborted(three)
    ask(1) // ids begin anew with the page
    const [, , , four] = await held.signals(4)
    page.emit('render-process-gone')
    await aborted(four)
    ask(2)
    const [, , , , five] = await held.signals(5)
    stop()
    await aborted(five)
  },
)
