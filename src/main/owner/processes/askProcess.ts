import { spawn } from 'node:child_process'
import { z } from 'zod'
import { ReceivedErrorData } from '../../../shared/errors/receivedErrorData.ts'
import { receivedError } from '../../../shared/errors/recheckError.ts'
import { outOfMemoryKills } from '../../host/machine/outOfMemoryKills.ts'
import { childEnvironment } from '../../host/tensorflow/childEnvironment.ts'
import { exitProblem, type InquiryExit } from './inquiryExit.ts'

export interface ProcessQuestion {
  /** The Node 24 binary. */
  readonly nodePath: string
  readonly programPath: string
  readonly question: unknown
  /** Ends the process. */
  readonly signal: AbortSignal
  /** null = as long as it takes: its progress is seen, and it can be cancelled. */
  readonly withinMs: number | null
  /** What it tells before it answers, in order. */
  readonly onEvent?: (event: unknown) => void
}

const Event = z.object({ event: z.unknown() })
export const Answer = z.union([z.object({ data: z.unknown() }), z.object({ error: ReceivedErrorData })])

/** Beyond it a process writes no line of ours. */
export const longestLineChars = 64_000_000
const stderrTailChars = 8000

/**
 * Asks a process of its own one question: it is started, given a line, tells what happens line by line as
 * `{ event }`, and ends with one line `{ data }` or `{ error }`.
 *
 * @throws RecheckError what the process refuses, or `inquiry.*` where it gives no answer
 */
export async function askProcess(asked: ProcessQuestion): Promise<unknown> {
  const exit = await exchange(asked)
  const parsed = Answer.safeParse(parseJson(exit.output))
  if (!parsed.success) throw exitProblem(exit, asked.withinMs ?? 0)
  if ('error' in parsed.data) throw receivedError(parsed.data.error)
  return parsed.data.data
}

function exchange({ nodePath, programPath, ...asked }: ProcessQuestion): Promise<InquiryExit> {
  const killsBefore = outOfMemoryKills()
  const timeout = asked.withinMs === null ? null : AbortSignal.timeout(asked.withinMs)
  const child = spawn(nodePath, [programPath], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: childEnvironment(),
    signal: timeout === null ? asked.signal : AbortSignal.any([asked.signal, timeout]),
    killSignal: 'SIGKILL', // a process in the middle of reading a model hears no other
  })
  let output = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const [first = '', ...further] = text.split('\n')
    output += first
    for (const begun of further) {
      const event = eventOf(output)
      if (event !== null) asked.onEvent?.(event.event)
      // the last line that tells no event is the answer
      output = event === null && begun === '' ? output : begun
    }
    if (output.length > longestLineChars) child.kill('SIGKILL')
  })
  child.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => (stderr = (stderr + text).slice(-stderrTailChars)))
  child.stdin.on('error', () => undefined) // it ended before it had read the question: no answer comes
  child.stdin.write(`${jsonLine(asked.question)}\n`) // and stays open: its end tells the process that its owner is gone
  let startProblem: Error | null = null
  child.on('error', (error) => (startProblem = child.pid === undefined ? error : null)) // an abort is no problem
  return new Promise((resolve) => {
    child.on('close', (exitCode, signal) => {
      const kills = outOfMemoryKills()
      const systemRanOutOfMemory = kills !== null && killsBefore !== null && kills > killsBefore
      const isTimeout = timeout?.aborted === true
      resolve({ output, stderr, exitCode, signal, systemRanOutOfMemory, startProblem, isTimeout, nodePath })
    })
  })
}

function eventOf(line: string): z.infer<typeof Event> | null {
  if (!line.startsWith('{"event":')) return null
  const parsed = Event.safeParse(parseJson(line))
  return parsed.success ? parsed.data : null
}

/** Node reads lines that end at U+2028 and U+2029, too, and JSON leaves both as they are. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // told apart by the schema
  }
}
