import { STATUS_CODES, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { RecheckErrorCode } from '../../shared/errors/errorCodes.ts'
import type { ErrorData } from '../../shared/errors/recheckError.ts'

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

/** On every answer, whoever gives it. */
export const securityHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
} as const

export function refusal(code: RecheckErrorCode, message: string): { ok: false; error: ErrorData } {
  return { ok: false, error: { code, message } }
}

/** What HTTP itself finds wrong, by status; never a word of what was sent. */
const messages: Readonly<Record<number, string>> = {
  408: 'The request did not come in whole in time.',
  413: 'The request is larger than this server takes.',
  414: 'The address is longer than this server takes.',
  417: 'The request expects what this server does not do.',
  431: 'The head of the request is longer than this server takes. Clear the cookies of this address, or shorten it.',
}

export function statusRefusal(status: number): { ok: false; error: ErrorData } {
  return refusal('request.invalid', messages[status] ?? 'The request could not be read.')
}

/** For Fastify's `frameworkErrors`: addresses that it cannot read, before any hook. */
export function refuseAddress({ statusCode = 400 }: { statusCode?: number }, reply: FastifyReply): void {
  void reply.code(statusCode).headers(securityHeaders).send(statusRefusal(statusCode))
}

/** Of Node's parser: HPE_HEADER_OVERFLOW, HPE_INVALID_METHOD, … */
const statusOfParser: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
}

/**
 * Answers in the error form where Node's HTTP server and ws answer by themselves: before Fastify has a
 * request.
 */
export function answerLowLevelErrors(
  server: FastifyInstance,
): (error: NodeJS.ErrnoException, socket: Socket) => void {
  const open = new WeakMap<Socket, FastifyReply>()
  server.addHook('onRequest', async (request, reply) => {
    const { socket } = request.raw
    open.set(socket, reply)
    reply.raw.once('close', () => {
      if (open.get(socket) === reply) open.delete(socket)
    })
  })
  const http: Server = server.server
  http.on('checkExpectation', (_request, response: ServerResponse) => {
    const body = JSON.stringify(statusRefusal(417))
    response.writeHead(417, headersOf(body)).end(body)
  })
  http.on('connect', (_request, socket: Duplex) => endWith(socket, 400))
  server.websocketServer.on('wsClientError', (_error, socket: Duplex) => endWith(socket, 400))
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    const pending = open.get(socket)
    // an answer that is under way, or due to a request before this one, must not be mistaken for this one's
    if (pending !== undefined && (pending.request.raw.complete || pending.raw.headersSent))
      return void socket.destroy()
    endWith(socket, statusOfParser[error.code ?? ''] ?? 400)
  }
}

function headersOf(body: string): Readonly<Record<string, string>> {
  return {
    ...securityHeaders,
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }
}

/** A whole answer, written by hand; the connection ends with it. */
function endWith(socket: Duplex, status: number): void {
  const body = JSON.stringify(statusRefusal(status))
  const lines = Object.entries(headersOf(body)).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.on('error', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`)
}
