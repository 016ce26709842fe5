import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { errorData, RecheckError, type ErrorData } from '../../shared/recheckError.ts'
import { readOwnerCard } from './ownership.ts'

/** What another process may ask of the owner of a data folder. */
export const ControlCommand = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('stop'), runId: z.string(), when: z.enum(['after-step', 'now']) }),
  z.strictObject({ command: z.literal('pause'), runId: z.string(), freeDevice: z.boolean() }),
  z.strictObject({ command: z.literal('resume'), runId: z.string() }),
])
export type ControlCommand = z.infer<typeof ControlCommand>

type Reply = { readonly ok: true } | { readonly ok: false; readonly error: ErrorData }

const longestLine = 10_000
/** The longest path a Unix socket may have, with room for the zero at its end. */
const longestSocketPath = 100

/** A socket of the owner's user alone: in the data folder, or a named place for folders with long paths. */
export function controlAddress(dataDir: string): string {
  const name = `recheck-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`
  const inFolder = join(dataDir, 'owner.sock')
  return Buffer.byteLength(inFolder) <= longestSocketPath ? inFolder : join(tmpdir(), `${name}.sock`)
}

export interface ControlServer {
  readonly address: string
  close(): Promise<void>
}

/** One JSON command a line, one JSON reply a line. To be called by the holder of the folder's lock. */
export async function serveControl(
  dataDir: string,
  handle: (command: ControlCommand) => Promise<void>,
): Promise<ControlServer> {
  const address = controlAddress(dataDir)
  if (process.platform !== 'win32') rmSync(address, { force: true }) // of an owner that was killed
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket))
    void answer(socket, handle)
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(address, resolve))
  return {
    address,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

async function answer(socket: Socket, handle: (command: ControlCommand) => Promise<void>): Promise<void> {
  for await (const line of createInterface({ input: socket })) {
    if (line.length > longestLine) return void socket.destroy()
    socket.write(`${JSON.stringify(await replyTo(line, handle))}\n`)
  }
}

async function replyTo(line: string, handle: (command: ControlCommand) => Promise<void>): Promise<Reply> {
  try {
    await handle(ControlCommand.parse(JSON.parse(line)))
    return { ok: true }
  } catch (thrown) {
    return { ok: false, error: errorData(thrown) }
  }
}

/**
 * Asks the owner of a data folder to do something.
 *
 * @throws RecheckError `owner.none` when nobody owns it, or the owner's own refusal
 */
export async function askOwner(dataDir: string, command: ControlCommand): Promise<void> {
  const card = readOwnerCard(dataDir)
  if (card === null) throw noOwner(dataDir)
  const reply = await exchange(card.control, command).catch(() => {
    throw noOwner(dataDir)
  })
  if (!reply.ok) throw new RecheckError(reply.error.code, reply.error.message)
}

function noOwner(dataDir: string): RecheckError {
  return new RecheckError('owner.none', `no Recheck process owns ${dataDir}: no run of it is active.`)
}

async function exchange(address: string, command: ControlCommand): Promise<Reply> {
  const socket = connect(address)
  try {
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    socket.write(`${JSON.stringify(command)}\n`)
    for await (const line of createInterface({ input: socket })) return JSON.parse(line) as Reply
    throw new Error('the owner closed the connection without an answer')
  } finally {
    socket.destroy()
  }
}
