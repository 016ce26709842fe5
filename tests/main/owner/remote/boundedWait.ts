import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** How a command has ended. */
export interface CommandEnd {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Bounds {
  /** Without it nothing that is waited for can come: the head of the cluster. */
  readonly head: ChildProcess
  readonly withinMs: number
}

const lastChars = 2000

/**
 * Runs a command to its end, while the head lives and the time lasts; else the command is ended with all that
 * it has started.
 *
 * @throws Error that says which of the two it was, and what the command wrote last
 */
export async function runBounded(
  words: readonly [string, ...string[]],
  { head, withinMs }: Bounds,
): Promise<CommandEnd> {
  const [program, ...rest] = words
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const over = new AbortController()
  const closed = once(child, 'close').then(() => null)
  const late = wait(withinMs, over.signal, `was not over after ${Math.round(withinMs / 1000)} s`)
  const gone = whenGone(head, over.signal)
  const problem = await Promise.race([closed, late, gone])
  over.abort()
  if (problem === null) return { code: child.exitCode, stdout, stderr }
  endGroup(child)
  await closed
  throw new Error(`"${words.join(' ')}" ${problem}. It wrote last:\n${stderr.slice(-lastChars)}`)
}

/** Whatever a process that leads a group has started ends with it. */
export function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ESRCH') throw thrown // all of it has ended
  }
}

function wait(ms: number, signal: AbortSignal, problem: string): Promise<string> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(problem), ms)
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
  })
}

async function whenGone(head: ChildProcess, signal: AbortSignal): Promise<string> {
  if (head.exitCode === null && head.signalCode === null)
    await once(head, 'exit', { signal }).catch(() => undefined) // the command has ended before
  return `can come to no end: the head of the cluster has ended (${head.signalCode ?? `exit code ${head.exitCode}`})`
}
