import fastifyCookie from '@fastify/cookie'
import fastifyStatic from '@fastify/static'
import fastifyWebsocket from '@fastify/websocket'
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import type { Socket } from 'node:net'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { OwnerHandlers, StoreEvent } from '../../shared/routes/contract.ts'
import { dispatch } from './dispatch.ts'
import { EventSockets, eventSocketLimits, type EventSocketLimits } from './eventSockets.ts'
import { answerLowLevelErrors, refusal, refuseAddress, securityHeaders, statusRefusal } from './httpErrors.ts'
import { addRequestChecks } from './requestChecks.ts'
import {
  askerOf,
  exchangeToken,
  isRevoked,
  refuseAsker,
  sessionHandlers,
  type Tokens,
} from './sessionAccess.ts'
import { Sessions, type SessionClock } from './sessions.ts'

export interface HttpServerSetup {
  readonly handlers: OwnerHandlers
  /** Registers a listener for store events; returns the way to end it. */
  readonly subscribe: (listener: (event: StoreEvent) => void) => () => void
  /** Folder of the built page (index.html and assets). */
  readonly pageFolder: string
  /** 0 = any free port. */
  readonly port: number
  readonly clock: SessionClock
  /** Of scripts and notebooks; left out: only pages with a session are answered. */
  readonly tokens?: Tokens
  /** Other ones in tests. */
  readonly limits?: Partial<EventSocketLimits>
}

export interface HttpServer {
  readonly port: number
  /** A link that opens the page once; every call makes a new one. */
  newLink(): string
  close(): Promise<void>
}

const bodyLimitBytes = 1_048_576
/** For a request to come in whole; what it asks for may take longer. */
const requestTimeoutMs = 60_000

/** What requests of pages need. */
interface PageAccess {
  readonly sessions: Sessions
  readonly tokens: Tokens | undefined
  readonly sockets: EventSockets
  readonly handlers: OwnerHandlers
}

/**
 * The page and its routes on 127.0.0.1. Every request is checked: a loopback Host, an Origin equal to it, a
 * session cookie for everything but the page's own files and the token exchange; or, in the place of Origin
 * and cookie, a script's token.
 */
export async function startHttpServer(setup: HttpServerSetup): Promise<HttpServer> {
  const { handlers, tokens } = setup
  const limits = { ...eventSocketLimits, ...setup.limits }
  const sockets = new EventSockets(setup.subscribe, limits, () => {
    sessions.endExpired()
    sockets.closeThose((asker) => isRevoked(tokens, asker))
  })
  const sessions = new Sessions(setup.clock, (sessionId) => sockets.closeSession(sessionId))
  let onClientError = (_error: NodeJS.ErrnoException, socket: Socket): void => void socket.destroy()
  const server = fastify({
    bodyLimit: bodyLimitBytes,
    logger: false,
    requestTimeout: requestTimeoutMs,
    forceCloseConnections: true, // a client that says nothing must not keep it from closing
    return503OnClosing: false, // Fastify's own words, which no page reads
    frameworkErrors: (error, _request, reply) => refuseAddress(error, reply),
    clientErrorHandler: (error, socket) => onClientError(error, socket),
    http: { requireHostHeader: false }, // a missing one is refused by our own check
  })
  await server.register(fastifyCookie)
  await server.register(fastifyWebsocket, {
    options: { maxPayload: 65_536 },
    preClose(done) {
      for (const client of this.websocketServer.clients) client.terminate()
      this.websocketServer.close(() => done())
    },
  })
  onClientError = answerLowLevelErrors(server)
  addRequestChecks(server)
  addAnswers(server)
  addRoutes(server, { sessions, tokens, sockets, handlers })
  await server.register(fastifyStatic, { root: setup.pageFolder, index: 'index.html', dotfiles: 'deny' })
  const port = await listen(server, setup.port)
  return {
    port,
    newLink: () => `http://127.0.0.1:${port}/#token=${sessions.issueToken()}`,
    close: () => server.close(),
  }
}

/** Headers of every answer, and the form of every error. */
function addAnswers(server: FastifyInstance): void {
  server.addHook('onSend', async (_request, reply) => {
    reply.headers(securityHeaders)
  })
  server.setErrorHandler(({ statusCode = 500 }: { statusCode?: number }, _request, reply) =>
    reply.code(statusCode).send(statusRefusal(statusCode)),
  )
  server.setNotFoundHandler((_request, reply) =>
    reply.code(404).send(refusal('request.route', 'There is nothing at this address.')),
  )
}

function addRoutes(server: FastifyInstance, access: PageAccess): void {
  const { sessions, sockets, handlers } = access
  server.post('/session', (request, reply) => exchangeToken(sessions, request, reply))
  server.post<{ Params: { route: string } }>('/api/:route', async (request, reply) => {
    const own = askerOf(access, request)
    if (own === null) return refuseAsker(request, reply)
    const all = { ...handlers, ...sessionHandlers(sessions, sockets, own) }
    const context = { signal: goneWith(reply) }
    reply.header('cache-control', 'no-store')
    return reply.send(await dispatch(all, request.params.route, request.body, context))
  })
  server.register(async (scope) => {
    scope.get(
      '/events',
      {
        websocket: true,
        preHandler: async (request, reply) =>
          askerOf(access, request) === null ? refuseAsker(request, reply) : undefined,
      },
      (socket, request) => {
        const own = askerOf(access, request)
        if (own === null) socket.terminate()
        else sockets.add(socket, own)
      },
    )
  })
}

/**
 * Aborted when the connection closes before the answer is out. (Fastify's own `request.signal` stays silent
 * where a plugin has an onResponse hook.)
 */
function goneWith(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort()
  })
  return controller.signal
}

async function listen(server: FastifyInstance, port: number): Promise<number> {
  try {
    await server.listen({ host: '127.0.0.1', port })
  } catch (thrown) {
    await server.close()
    const code = (thrown as NodeJS.ErrnoException).code
    if (code === 'EADDRINUSE' || code === 'EACCES') {
      throw new RecheckError(
        'serve.port',
        `Port ${port} cannot be used (${code}). Choose another with --port, or 0 for any free one.`,
      )
    }
    throw thrown
  }
  const address = server.addresses()[0]
  if (address === undefined || typeof address === 'string')
    throw new RecheckError('serve.port', 'The server has no address after it began to listen.')
  return address.port
}
