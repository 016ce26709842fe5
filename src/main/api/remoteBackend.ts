import { WebSocket } from 'ws'
import { z } from 'zod'
import { Listeners } from '../../shared/listeners.ts'
import { ReceivedErrorData } from '../../shared/receivedErrorData.ts'
import { errorData, RecheckError } from '../../shared/recheckError.ts'
import type { Connection, Result, StoreEvent } from '../../shared/routes/contract.ts'
import type { Backend } from './backend.ts'

const reconnectMs = 1000
/** A server answers a link and opens a socket at once; what accepts and says nothing is none. */
const openWithinMs = 10_000
const Answer = z.union([
  z.object({ ok: z.literal(true), data: z.unknown() }),
  z.object({ ok: z.literal(false), error: ReceivedErrorData }),
])

/**
 * Forwards to a running `recheck serve`, on this machine or at the near end of an SSH tunnel.
 *
 * @param link the address that `recheck serve` printed, one-time token included
 * @param withinMs  how long it may take to answer the link, and to open a socket
 * @throws RecheckError `connect.link`, `connect.refused`
 */
export async function connectRemote(link: string, withinMs = openWithinMs): Promise<Backend> {
  const { origin, token } = readLink(link)
  const cookie = await openSession(origin, token, withinMs)
  const headers = { 'content-type': 'application/json', origin, cookie }
  const events = new Listeners<StoreEvent>()
  const connections = new Listeners<Connection>()
  const stream = await openEventStream(
    { origin, cookie, withinMs },
    {
      onEvent: (event) => events.tell(event),
      onConnection: (connection) => connections.tell(connection),
    },
  )
  return {
    async request(route, input, signal): Promise<Result<unknown>> {
      try {
        const response = await fetch(`${origin}/api/${encodeURIComponent(route)}`, {
          method: 'POST',
          headers,
          body: JSON.stringify(input),
          signal: signal ?? null,
        })
        return Answer.parse(await response.json())
      } catch (thrown) {
        const lost = new RecheckError(
          'connect.lost',
          `${origin} does not answer: ${errorData(thrown).message}`,
        )
        return { ok: false, error: errorData(lost) }
      }
    },
    subscribe: (listener) => events.add(listener),
    onConnection: (listener) => connections.add(listener),
    async close() {
      stream.close()
    },
  }
}

function readLink(link: string): { origin: string; token: string } {
  const url = URL.canParse(link) ? new URL(link) : null
  const token = url === null ? null : new URLSearchParams(url.hash.slice(1)).get('token')
  const isLoopback = url !== null && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  if (url === null || token === null || url.protocol !== 'http:' || !isLoopback) {
    throw new RecheckError(
      'connect.link',
      'Expected the link that `recheck serve` prints, like http://127.0.0.1:7860/#token=…. ' +
        'For another machine, open an SSH tunnel first: ssh -L 7860:127.0.0.1:7860 HOST',
    )
  }
  return { origin: url.origin, token }
}

async function openSession(origin: string, token: string, withinMs: number): Promise<string> {
  const response = await fetch(`${origin}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ token }),
    signal: AbortSignal.timeout(withinMs),
  }).catch((thrown: unknown) => {
    throw new RecheckError(
      'connect.refused',
      `${origin} does not answer (${errorData(thrown).message}). Is it running?`,
    )
  })
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0]
  if (response.status !== 200 || cookie === undefined) {
    throw new RecheckError(
      'connect.refused',
      `${origin} refused the link; it may have been used before. For another, press Enter where \`recheck serve\` runs.`,
    )
  }
  return cookie
}

interface EventStream {
  close(): void
}

interface StreamPlace {
  readonly origin: string
  readonly cookie: string
  readonly withinMs: number
}

interface StreamListener {
  onEvent(event: StoreEvent): void
  onConnection(connection: Connection): void
}

/**
 * Keeps one socket open and opens it again when it breaks.
 *
 * @returns when it is open or has failed for the first time: nothing happens unheard between an answer and the first event
 */
function openEventStream(
  { origin, cookie, withinMs }: StreamPlace,
  listener: StreamListener,
): Promise<EventStream> {
  let isClosed = false
  let socket: WebSocket
  const stream = {
    close(): void {
      isClosed = true
      socket.terminate()
    },
  }
  return new Promise((resolve) => {
    const open = (): void => {
      socket = new WebSocket(`${origin.replace('http', 'ws')}/events`, {
        origin,
        headers: { cookie },
        handshakeTimeout: withinMs,
      })
      socket.on('message', (data: Buffer) => {
        const event = parseEvent(data.toString())
        if (event === null)
          socket.terminate() // no server of ours says that
        else listener.onEvent(event)
      })
      socket.on('open', () => {
        listener.onConnection('open')
        resolve(stream)
      })
      socket.on('error', () => socket.close())
      socket.on('close', () => {
        listener.onConnection('lost')
        resolve(stream)
        if (!isClosed) setTimeout(open, reconnectMs).unref()
      })
    }
    open()
  })
}

/** Events come from a server that the user chose, as its answers do; what is no event at all is null. */
function parseEvent(text: string): StoreEvent | null {
  const Event = z.object({ runId: z.string(), event: z.object({ type: z.string() }).loose() })
  try {
    return Event.parse(JSON.parse(text)) as unknown as StoreEvent
  } catch {
    return null
  }
}
