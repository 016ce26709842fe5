import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { RemotePlace, Shards } from '../../../shared/runs/remotePlace.ts'
import { stages } from '../../../shared/runs/records.ts'
import { PlannedSweep } from '../../../shared/sweep/plannedSweep.ts'
import { ReceivedErrorData } from '../../../shared/errors/receivedErrorData.ts'
import {
  errorData,
  receivedError,
  RecheckError,
  type ErrorData,
} from '../../../shared/errors/recheckError.ts'
import { systemCodeOf } from '../../../shared/errors/systemErrors.ts'
import { fileError } from '../../disk/fileError.ts'
import type { RunEvent } from '../../../shared/runs/runEvent.ts'
import { readOwnerCard } from '../ownership.ts'

const settings = z.record(z.string(), z.unknown())
const stage = z.enum(stages)

/** What another process may ask of the owner of a data folder. */
export const ControlCommand = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('stop'), runId: z.string(), when: z.enum(['after-step', 'now']) }),
  z.strictObject({ command: z.literal('pause'), runId: z.string(), freeDevice: z.boolean() }),
  z.strictObject({
    command: z.literal('resume'),
    runId: z.string(),
    change: z
      .strictObject({ settings, fromStep: z.int().min(0).nullable() })
      .nullable()
      .default(null),
  }),
  z.strictObject({ command: z.literal('extend'), runId: z.string(), steps: z.int().min(1) }),
  /** Answered with the new run's id and the plan of its memory. */
  z.strictObject({
    command: z.literal('start'),
    plan: z.strictObject({
      stage,
      config: settings,
      source: z.string(),
      vStarId: z.string().nullable(),
      group: z.string().nullable(),
      force: z.boolean().default(false),
      place: RemotePlace.nullable().default(null),
      shards: Shards.nullable().default(null),
    }),
  }),
  /**
   * Answered when nothing executes or awaits the run any more; what it reports until then comes as events.
   */
  z.strictObject({ command: z.literal('follow'), runId: z.string() }),
  /** What a sweep is that another process runs. */
  z.strictObject({ command: z.literal('keep-sweep'), sweep: PlannedSweep }),
  /** Answered with what was found and the bytes given back. */
  z.strictObject({
    command: z.literal('collect-garbage'),
    deletedBeforeMs: z.number(),
    unknownRuns: z.boolean(),
  }),
  /** Answered with what became of each run; how far the reading is comes as events. */
  z.strictObject({
    command: z.literal('import-runs'),
    path: z.string(),
    name: z.string(),
    stepColumn: z.string().nullable(),
  }),
  /** Answered with a link that opens the page once. */
  z.strictObject({ command: z.literal('link') }),
  /** Answered at once, by an owner that can be asked. */
  z.strictObject({ command: z.literal('ping') }),
])
export type ControlCommand = z.infer<typeof ControlCommand>
/** As it is asked: what has a default may be left out. */
export type AskedCommand = z.input<typeof ControlCommand>

const ReceivedLine = z.union([
  z.object({ event: z.custom<FollowedEvent>() }),
  z.object({ ok: z.literal(true), data: z.unknown().optional() }),
  z.object({ ok: z.literal(false), error: ReceivedErrorData }),
])

/** What a terminal shows of a run that it follows. */
export type FollowedEvent = Extract<RunEvent, { readonly type: 'progress' | 'log' | 'evaluation' }>

/** Lines from the owner: events of a run that is followed, then one reply. */
type Line =
  | { readonly event: FollowedEvent }
  | { readonly ok: true; readonly data?: unknown }
  | { readonly ok: false; readonly error: ErrorData }

/** The one who asked. */
export interface ControlClient {
  /** Aborted when it has gone. */
  readonly gone: AbortSignal
  readonly send: (event: FollowedEvent) => void
}

export type ControlHandler = (command: ControlCommand, client: ControlClient) => Promise<unknown>

/** A config with its notes is the longest thing that is said. */
const longestLine = 1_000_000
/**
 * Events for a client that does not read (a suspended terminal) are dropped above this: the store has them.
 */
const mostUnreadBytes = 1_000_000
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

/**
 * One JSON command a line, answered by events where it follows a run and one JSON reply. To be called by the
 * holder of the folder's lock.
 */
export async function serveControl(dataDir: string, handle: ControlHandler): Promise<ControlServer> {
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

async function answer(socket: Socket, handle: ControlHandler): Promise<void> {
  const gone = new AbortController()
  socket.on('close', () => gone.abort())
  const write = (line: Line): void => void socket.write(`${JSON.stringify(line)}\n`)
  const client: ControlClient = {
    gone: gone.signal,
    send: (event) => {
      if (socket.writableLength < mostUnreadBytes) write({ event })
    },
  }
  for await (const line of linesOf(socket)) write(await replyTo(line, handle, client))
}

/**
 * JSON takes other line separators as they are: only line feeds end a line. A line that does not end closes
 * the socket.
 */
async function* linesOf(socket: Socket): AsyncGenerator<string> {
  let pending = ''
  for await (const text of socket.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (pending + text).split('\n')
    pending = lines.pop() ?? ''
    if ([...lines, pending].some((line) => line.length > longestLine)) return void socket.destroy()
    yield* lines
  }
}

async function replyTo(line: string, handle: ControlHandler, client: ControlClient): Promise<Line> {
  try {
    return { ok: true, data: await handle(commandOf(line), client) }
  } catch (thrown) {
    return { ok: false, error: errorData(thrown) }
  }
}

function commandOf(line: string): ControlCommand {
  const parsed = ControlCommand.safeParse(JSON.parse(line))
  if (parsed.success) return parsed.data
  throw new RecheckError(
    'owner.unknown-command',
    'the process that owns the folder does not know this command: it is of another version of Recheck. Restart it.',
  )
}

/** An owner answers at once, or says that it is busy; one that was suspended does neither. */
const answerWithinMs = 30_000

export interface Asking {
  /** Gives the waiting up; the owner may do it all the same. */
  readonly signal?: AbortSignal
  /** Longest wait for the reply; Infinity: as long as the owner lives. */
  readonly withinMs?: number
  readonly onEvent?: (event: FollowedEvent) => void
}

/**
 * Asks the owner of a data folder to do something.
 *
 * @returns what the command is answered with
 * @throws RecheckError `owner.none` when nobody owns it, `owner.silent`, or the owner's own refusal
 */
export async function askOwner(
  dataDir: string,
  command: AskedCommand,
  { signal, withinMs = answerWithinMs, onEvent }: Asking = {},
): Promise<unknown> {
  const card = readOwnerCard(dataDir)
  if (card === null) throw noOwner(dataDir)
  const limits = [
    ...(signal === undefined ? [] : [signal]),
    ...(withinMs === Infinity ? [] : [AbortSignal.timeout(withinMs)]),
  ]
  const waiting = AbortSignal.any(limits)
  const reply = await exchange(card.control, { command, onEvent }, waiting).catch(() => {
    if (waiting.aborted) throw silentOwner(dataDir, card.processId)
    throw noOwner(dataDir)
  })
  if (!reply.ok) throw receivedError(reply.error)
  return reply.data
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

async function exchange(
  address: string,
  { command, onEvent }: { readonly command: AskedCommand; readonly onEvent: Asking['onEvent'] },
  waiting: AbortSignal,
): Promise<Exclude<Line, { event: unknown }>> {
  waiting.throwIfAborted()
  const socket = connect(address)
  const giveUp = (): void => void socket.destroy(new Error('waited long enough'))
  waiting.addEventListener('abort', giveUp, { once: true })
  try {
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    socket.write(`${JSON.stringify(command)}\n`)
    for await (const text of linesOf(socket)) {
      const line = ReceivedLine.parse(JSON.parse(text))
      if (!('event' in line)) return line
      onEvent?.(line.event)
    }
    throw new Error('the owner closed the connection without an answer')
  } finally {
    waiting.removeEventListener('abort', giveUp)
    socket.destroy()
  }
}
