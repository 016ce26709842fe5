import type { WebSocket } from 'ws'
import { eventsMissed, type StoreEvent } from '../../shared/routes/contract.ts'

export interface EventSocketLimits {
  /** Open at the same time. */
  readonly perSession: number
  readonly inAll: number
  /** What may wait to be read by one client; beyond it, the client has to read everything again. */
  readonly waitingBytes: number
  readonly waitingEvents: number
  /** A socket that has not answered the last ping by the next one is taken for dead. */
  readonly pingEveryMs: number
}

export const eventSocketLimits: EventSocketLimits = {
  perSession: 32,
  inAll: 128,
  waitingBytes: 1_048_576,
  waitingEvents: 1000,
  pingEveryMs: 30_000,
}

/** Codes with which the server closes a socket; 4000 and above are an application's own (RFC 6455, 7.4.2). */
export const closeCodes = { tooMany: 1013, sessionEnded: 4001 } as const

interface Client {
  readonly socket: WebSocket
  readonly sessionId: string
  /** Events handed to the socket that the system has not taken yet. */
  waiting: number
  /** Events were dropped: once it has read what waits, it is to read everything again. */
  isBehind: boolean
  hasAnswered: boolean
}

type Subscribe = (listener: (event: StoreEvent) => void) => () => void

/**
 * Sends every store event to every open page. Events are hints, so a client that does not read costs no more
 * than its limit: what does not fit is dropped, and the client is told so when it reads again.
 */
export class EventSockets {
  readonly #subscribe: Subscribe
  readonly #limits: EventSocketLimits
  readonly #clients = new Set<Client>()
  #unsubscribe: (() => void) | null = null
  #pings: NodeJS.Timeout | null = null

  readonly #onPing: () => void

  /** @param onPing  called before each round of pings, while there are sockets */
  constructor(subscribe: Subscribe, limits: EventSocketLimits, onPing: () => void) {
    this.#subscribe = subscribe
    this.#limits = limits
    this.#onPing = onPing
  }

  /** Takes over a socket of this session; one too many is closed, with the reason. */
  add(socket: WebSocket, sessionId: string): void {
    const reason = this.#refusal(sessionId)
    if (reason !== null) return socket.close(closeCodes.tooMany, reason)
    const client: Client = { socket, sessionId, waiting: 0, isBehind: false, hasAnswered: true }
    this.#clients.add(client)
    this.#unsubscribe ??= this.#subscribe((event) => this.#tell(event))
    this.#pings ??= setInterval(() => this.#ping(), this.#limits.pingEveryMs).unref()
    socket.on('pong', () => (client.hasAnswered = true))
    socket.on('close', () => this.#remove(client))
  }

  /** Closes the sockets of a session that has ended. */
  closeSession(sessionId: string): void {
    for (const { socket } of this.#of(sessionId))
      socket.close(closeCodes.sessionEnded, 'the session has ended')
  }

  /** Closes the sockets of every session for which this holds. */
  closeThose(isOver: (sessionId: string) => boolean): void {
    const ended = new Set([...this.#clients].map(({ sessionId }) => sessionId).filter(isOver))
    for (const sessionId of ended) this.closeSession(sessionId)
  }

  /** Open sockets of a session. */
  countOf(sessionId: string): number {
    return this.#of(sessionId).length
  }

  #refusal(sessionId: string): string | null {
    const { perSession, inAll } = this.#limits
    if (this.countOf(sessionId) >= perSession)
      return `more than ${perSession} pages of one session; close some`
    return this.#clients.size >= inAll ? `more than ${inAll} pages; close some` : null
  }

  #of(sessionId: string): readonly Client[] {
    return [...this.#clients].filter((client) => client.sessionId === sessionId)
  }

  #remove(client: Client): void {
    this.#clients.delete(client)
    if (this.#clients.size > 0) return
    this.#unsubscribe?.()
    this.#unsubscribe = null
    if (this.#pings !== null) clearInterval(this.#pings)
    this.#pings = null
  }

  /** Encoded once: all clients share the bytes. */
  #tell(event: StoreEvent): void {
    const bytes = Buffer.from(JSON.stringify(event))
    for (const client of this.#clients) this.#send(client, bytes)
  }

  #send(client: Client, bytes: Buffer): void {
    const { socket } = client
    if (client.isBehind || socket.readyState !== socket.OPEN) return
    const { waitingBytes, waitingEvents } = this.#limits
    // without anything that waits there is no end of it to speak at
    if (
      client.waiting > 0 &&
      (socket.bufferedAmount + bytes.length > waitingBytes || client.waiting >= waitingEvents)
    ) {
      client.isBehind = true
      return
    }
    client.waiting++
    socket.send(bytes, { binary: false }, () => this.#onTaken(client))
  }

  #onTaken(client: Client): void {
    client.waiting--
    if (!client.isBehind || client.waiting > 0) return
    client.isBehind = false
    this.#send(client, Buffer.from(JSON.stringify(eventsMissed)))
  }

  #ping(): void {
    this.#onPing()
    for (const client of this.#clients) {
      if (!client.hasAnswered) {
        client.socket.terminate()
        continue
      }
      client.hasAnswered = false
      client.socket.ping()
    }
  }
}
