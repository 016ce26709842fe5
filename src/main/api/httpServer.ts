import fastifyCookie from '@fastify/cookie'
import fastifyStatic from '@fastify/static'
import fastifyWebsocket from '@fastify/websocket'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { RecheckErrorCode } from '../../shared/errorCodes.ts'
import { RecheckError, type ErrorData } from '../../shared/recheckError.ts'
import type { Handlers, StoreEvent } from '../../shared/routes/contract.ts'
import { dispatch } from './dispatch.ts'
import { Sessions } from './sessions.ts'

export interface HttpServerSetup {
  readonly handlers: Handlers
  /** Registers a listener for store events; returns the way to end it. */
  readonly subscribe: (listener: (event: StoreEvent) => void) => () => void
  /** Folder of the built page (index.html and assets). */
  readonly pageFolder: string
  /** 0 = any free port. */
  readonly port: number
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
const loopbackHosts = new Set(['127.0.0.1', 'localhost', '[::1]'])
/** Styles may be inline (the UI kit sets them); scripts may not. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * The page and its routes on 127.0.0.1. Every request is checked: a loopback Host (against DNS rebinding), an Origin equal to
 * it (against other sites), a session cookie for everything but the page's own files and the token exchange.
 */
export async function startHttpServer(setup: HttpServerSetup): Promise<HttpServer> {
  const sessions = new Sessions()
  const server = fastify({
    bodyLimit: bodyLimitBytes,
    logger: false,
    requestTimeout: requestTimeoutMs,
    forceCloseConnections: true, // a client that says nothing must not keep it from closing
  })
  await server.register(fastifyCookie)
  await server.register(fastifyWebsocket, {
    options: { maxPayload: 65_536 },
    preClose(done) {
      for (const client of this.websocketServer.clients) client.terminate()
      this.websocketServer.close(() => done())
    },
  })
  addChecks(server)
  addSessionRoutes(server, sessions)
  addApiRoutes(server, sessions, setup)
  await server.register(fastifyStatic, { root: setup.pageFolder, index: 'index.html', dotfiles: 'deny' })
  const port = await listen(server, setup.port)
  return {
    port,
    newLink: () => `http://127.0.0.1:${port}/#token=${sessions.issueToken()}`,
    close: () => server.close(),
  }
}

function addChecks(server: FastifyInstance): void {
  server.addHook('onRequest', async (request, reply) => {
    if (!isLoopbackHost(request.headers.host)) {
      return reply
        .code(403)
        .send(refusal('request.host', 'This server answers only on 127.0.0.1 and localhost.'))
    }
    if (!isOwnOrigin(request)) {
      return reply.code(403).send(refusal('request.origin', 'Requests from other sites are refused.'))
    }
    return undefined
  })
  server.addHook('onSend', async (_request, reply) => {
    reply.headers({
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-frame-options': 'DENY',
    })
  })
  server.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500
    const message =
      status === 413
        ? `The request is larger than ${bodyLimitBytes} bytes.`
        : 'The request could not be read.'
    return reply.code(status).send(refusal('request.invalid', message))
  })
  server.setNotFoundHandler((_request, reply) =>
    reply.code(404).send(refusal('request.route', 'There is nothing at this address.')),
  )
}

function addSessionRoutes(server: FastifyInstance, sessions: Sessions): void {
  const Exchange = z.strictObject({ token: z.string().min(1).max(200) })
  server.post('/session', (request, reply) => {
    const parsed = Exchange.safeParse(request.body)
    const session = parsed.success ? sessions.exchange(parsed.data.token) : null
    if (session === null) {
      return reply
        .code(401)
        .send(
          refusal(
            'session.token',
            'This link was used before, or its server has been started anew since. For another, press Enter where `recheck serve` runs.',
          ),
        )
    }
    reply.setCookie(sessions.cookieName, session, { httpOnly: true, sameSite: 'strict', path: '/' })
    return reply.send({ ok: true, data: null })
  })
}

function addApiRoutes(server: FastifyInstance, sessions: Sessions, setup: HttpServerSetup): void {
  const requireSession = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    if (sessions.isOpen(request.cookies[sessions.cookieName])) return undefined
    return reply.code(401).send(refusal('session.missing', 'Open the link that `recheck serve` printed.'))
  }
  server.post<{ Params: { route: string } }>(
    '/api/:route',
    { preHandler: requireSession },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      return reply.send(
        await dispatch(setup.handlers, request.params.route, request.body, {
          signal: goneWith(reply),
        }),
      )
    },
  )
  server.register(async (scope) => {
    scope.get('/events', { websocket: true, preHandler: requireSession }, (socket) => {
      const unsubscribe = setup.subscribe((event) => {
        if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(event))
      })
      socket.on('close', unsubscribe)
      socket.on('error', unsubscribe)
    })
  })
}

/**
 * Aborted when the connection closes before the answer is out. (Fastify's own `request.signal` stays silent where a plugin
 * has an onResponse hook.)
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

function refusal(code: RecheckErrorCode, message: string): { ok: false; error: ErrorData } {
  return { ok: false, error: { code, message } }
}

function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && loopbackHosts.has(host.replace(/:\d+$/, '').toLowerCase())
}

/** Browsers send Origin with every POST and WebSocket; a page of ours has the origin of its Host. */
function isOwnOrigin(request: FastifyRequest): boolean {
  const origin = request.headers.origin
  if (origin === undefined) return request.method === 'GET' && request.headers.upgrade === undefined
  return origin === `http://${request.headers.host}`
}
