import { WebSocket } from 'ws'
import { z } from 'zod'
import { Listeners } from '../../shared/listeners.ts'
import { ReceivedErrorData } from '../../shared/errors/receivedErrorData.ts'
import { errorData, RecheckError } from '../../shared/errors/recheckError.ts'
import type { Connection, Result, StoreEvent } from '../../shared/routes/contract.ts'
import type { Backend } from './backend.ts'

const reconnectMs = 1000
/** An event names a hundred runs at most, or carries one log entry. */
const largestEventBytes = 4e6

export interface RemoteLimits {
  /** A server answers a link and opens a socket at once; what accepts and says nothing is none. */
  readonly openWithinMs: number
  /** A server pings every 30 s; one that is silent for longer than this is gone, or its tunnel is. */
  readonly silentForMs: number
  /** Far more than any answer of ours has: a server without end must not take this process with it. */
  readonly largestAnswerBytes: number
}

const usualLimits: RemoteLimits = { openWithinMs: 10_000, silentForMs: 100_000, largestAnswerBytes: 256e6 }
const Answer = z.union([
  z.object({ ok: z.literal(true), data: z.unknown() }),
  z.object({ ok: z.literal(false), error: ReceivedErrorData }),
])

/**
 * Forwards to a running `recheck serve`, on this machine or at the near end of an SSH tunnel.
 *
 * @param link the address that `recheck serve` printed, one-time token included
 * @throws RecheckError `connect.link`, `connect.refused`
 */
export async function connectRemote(link: string, limits: Partial<RemoteLimits> = {}): Promise<Backend> {
  const { origin, token } = readLink(link)
  const { openWithinMs, silentForMs, largestAnswerBytes } = { ...usualLimits, ...limits }
  const cookie = await openSession(origin, token, openWithinMs)
  const headers = { 'content-type': 'application/json', origin, cookie }
  const events = new Listeners<StoreEvent>()
  const connections = new Listeners<Connection>()
  const stream = await openEventStream(
    { origin, cookie, openWithinMs, silentForMs },
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
          redirect: 'error', // the session is for this server alone
        })
        return Answer.parse(JSON.parse(await readText(response, largestAnswerBytes)))
      } catch (thrown) {
        if (thrown instanceof RecheckError) return { ok: false, error: errorData(thrown) }
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
    headers: { 'content-type': 'application/json', 'user-agent': 'Recheck window', origin },
    body: JSON.stringify({ token }),
    signal: AbortSignal.timeout(withinMs),
    redirect: 'error',
  }).catch((thrown: unknown) => {
    throw new RecheckError(
      'connect.refused',
      `${origin} does not answer (${errorData(thrown).message}). Is it running?`,
    )
  })
  await response.body?.cancel()
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0]
  if (response.status !== 200 || cookie === undefined) {
    throw new RecheckError(
      'connect.refused',
      `${origin} refused the link; it may have been used before. For another, run \`recheck serve\` once more there, or press Enter where it runs.`,
    )
  }
  return cookie
}

/** @throws RecheckError `connect.too-large` */
async function readText(response: Response, largestBytes: number): Promise<string> {
  const decoder = new TextDecoder()
  let bytes = 0
  let text = ''
  for await (const piece of response.body ?? []) {
    bytes += piece.byteLength
    if (bytes > largestBytes) {
      throw new RecheckError(
        'connect.too-large',
        `${new URL(response.url).origin} answers with more than ${largestBytes / 1e6} MB, which no Recheck does.`,
      )
    }
    text += decoder.decode(piece, { stream: true })
  }
  return text + decoder.decode()
}

interface EventStream {
  close(): void
}

interface StreamTarget extends Pick<RemoteLimits, 'openWithinMs' | 'silentForMs'> {
  readonly origin: string
  readonly cookie: string
}

interface StreamListener {
  onEvent(event: StoreEvent): void
  onConnection(connection: Connection): void
}

/**
 * Keeps one socket open and opens it again when it breaks.
 *
 * @returns when it is open or has failed for the first time: nothing happens unheard between an answer and
 *   the first event
 */
function openEventStream(
  { origin, cookie, openWithinMs, silentForMs }: StreamTarget,
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
        handshakeTimeout: openWithinMs,
        maxPayload: largestEventBytes,
        followRedirects: false,
      })
      endWhenSilent(socket, silentForMs)
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

/** A tunnel whose far end is gone stays open as long as nothing is sent through it. */
function endWhenSilent(socket: WebSocket, silentForMs: number): void {
  let timer: NodeJS.Timeout | undefined
  const hear = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => socket.terminate(), silentForMs).unref()
  }
  for (const sign of ['open', 'ping', 'message'] as const) socket.on(sign, hear)
  socket.on('close', () => clearTimeout(timer))
}

/** Events come from a server that the user chose, as its answers do; what is no event at all is null. */
function parseEvent(text: string): StoreEvent | null {
  const Event = z.object({
    runIds: z.array(z.string()).nullable(),
    event: z.object({ type: z.string() }).loose(),
  })
  try {
    return Event.parse(JSON.parse(text)) as unknown as StoreEvent
  } catch {
    return null
  }
}
