import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { HttpServer } from '../../../src/main/api/httpServer.ts'

export interface RawAnswer {
  /** 0 where the connection ended without an answer. */
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Sends bytes as they are, which no HTTP client would, and reads until the server has said all. */
export async function sendRaw(port: number, bytes: string): Promise<RawAnswer> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.on('error', () => undefined)
  let text = ''
  socket.setEncoding('utf8').on('data', (part: string) => (text += part))
  socket.write(bytes, 'latin1')
  const patience = setTimeout(() => socket.destroy(), 1000)
  const quiet = setInterval(() => {
    if (isWhole(text)) socket.destroy()
  }, 20)
  await once(socket, 'close')
  clearTimeout(patience)
  clearInterval(quiet)
  return parseAnswer(text)
}

function isWhole(text: string): boolean {
  const { headers, body, status } = parseAnswer(text)
  return status !== 0 && Buffer.byteLength(body) >= Number(headers['content-length'] ?? Infinity)
}

function parseAnswer(text: string): RawAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => {
      const [name = '', ...value] = line.split(': ')
      return [name.toLowerCase(), value.join(': ')]
    }),
  )
  return { status: Number(first.split(' ')[1] ?? 0), headers, body: rest.join('\r\n\r\n') }
}

/** Opens a link. @returns the cookie of the new session */
export async function openSession(server: HttpServer, userAgent = 'a test'): Promise<string> {
  const link = new URL(server.newLink())
  const answer = await fetch(`${link.origin}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: link.origin, 'user-agent': userAgent },
    body: JSON.stringify({ token: link.hash.replace('#token=', '') }),
  })
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

/** Calls a route as a page does. */
export async function ask(port: number, cookie: string, route: string, input: unknown): Promise<unknown> {
  const origin = `http://127.0.0.1:${port}`
  const answer = await fetch(`${origin}/api/${route}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin, cookie },
    body: JSON.stringify(input),
  })
  return answer.json()
}

/** A socket of events that reads nothing until it is told to. */
export async function openUnread(port: number, cookie: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.on('error', () => undefined)
  socket.pause()
  socket.write(
    `GET /events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:${port}\r\nCookie: ${cookie}\r\n` +
      `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
  )
  return socket
}
