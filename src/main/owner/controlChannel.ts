import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { ReceivedErrorData } from '../../shared/receivedErrorData.ts'
import { errorData, receivedError, RecheckError, type ErrorData } from '../../shared/recheckError.ts'
import { systemCodeOf } from '../../shared/systemErrors.ts'
import { fileError } from '../disk/fileError.ts'
import { readOwnerCard } from './ownership.ts'

/** What another process may ask of the owner of a data folder. */
export const ControlCommand = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('stop'), runId: z.string(), when: z.enum(['after-step', 'now']) }),
  z.strictObject({ command: z.literal('pause'), runId: z.string(), freeDevice: z.boolean() }),
  z.strictObject({ command: z.literal('resume'), runId: z.string() }),
])
export type ControlCommand = z.infer<typeof ControlCommand>

type Reply = { readonly ok: true } | { readonly ok: false; readonly error: ErrorData }
const ReceivedReply = z.union([
  z.object({ ok: z.literal(true) }),
  z.object({ ok: z.literal(false), error: ReceivedErrorData }),
])

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
    answer(socket, handle).catch(() => socket.destroy()) // it left before its answer
  })
  await listen(server, address)
  return {
    address,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** The socket is its user's alone from the moment it is there, whatever folder it lies in. */
async function listen(server: Server, address: string): Promise<void> {
  const mask = process.umask(0o177)
  try {
    const isListening = new Promise<void>((resolve, reject) =>
      server.once('error', reject).once('listening', resolve),
    )
    server.listen(address) // makes the socket before it returns
    await isListening
  } catch (thrown) {
    // the socket is a file: what keeps it from being made keeps any file from it
    throw fileError(
      Object.assign(new Error(errorData(thrown).message), { code: systemCodeOf(thrown) }),
      address,
    )
  } finally {
    process.umask(mask)
  }
}

async function answer(socket: Socket, handle: (command: ControlCommand) => Promise<void>): Promise<void> {
  let pending = ''
  for await (const text of socket.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (pending + text).split('\n')
    pending = lines.pop() ?? ''
    if ([...lines, pending].some((line) => line.length > longestLine)) return void socket.destroy()
    for (const line of lines) socket.write(`${JSON.stringify(await replyTo(line, handle))}\n`)
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

/** An owner answers at once, or says that it is busy; one that was suspended does neither. */
const answerWithinMs = 30_000

/**
 * Asks the owner of a data folder to do something.
 *
 * @param signal  gives the waiting up; the owner may do it all the same
 * @throws RecheckError `owner.none` when nobody owns it, `owner.silent`, or the owner's own refusal
 */
export async function askOwner(
  dataDir: string,
  command: ControlCommand,
  { signal, withinMs = answerWithinMs }: { readonly signal?: AbortSignal; readonly withinMs?: number } = {},
): Promise<void> {
  const card = readOwnerCard(dataDir)
  if (card === null) throw noOwner(dataDir)
  const limit = AbortSignal.timeout(withinMs)
  const waiting = signal === undefined ? limit : AbortSignal.any([signal, limit])
  const reply = await exchange(card.control, command, waiting).catch(() => {
    if (waiting.aborted) throw silentOwner(dataDir, card.processId)
    throw noOwner(dataDir)
  })
  if (!reply.ok) throw receivedError(reply.error)
}

function noOwner(dataDir: string): RecheckError {
  return new RecheckError('owner.none', `no Recheck process owns ${dataDir}: no run of it is active.`)
}

function silentOwner(dataDir: string, processId: number): RecheckError {
  return new RecheckError(
    'owner.silent',
    `process ${processId} owns ${dataDir} and has not answered. Is it suspended? "kill -CONT ${processId}" lets it go on.`,
  )
}

async function exchange(address: string, command: ControlCommand, waiting: AbortSignal): Promise<Reply> {
  waiting.throwIfAborted()
  const socket = connect(address)
  waiting.addEventListener('abort', () => socket.destroy(new Error('waited long enough')), { once: true })
  try {
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    socket.write(`${JSON.stringify(command)}\n`)
    for await (const line of createInterface({ input: socket })) return ReceivedReply.parse(JSON.parse(line))
    throw new Error('the owner closed the connection without an answer')
  } finally {
    socket.destroy()
  }
}
