import { PassThrough } from 'node:stream'
import { Command } from 'commander'
import type { CommandContext } from '../../../src/main/commands/command.ts'
import type { ExitCode } from '../../../src/main/commands/exitCode.ts'
import { openProgress } from '../../../src/main/commands/progressDisplay.ts'

/** A command line whose streams, clock and exit code a test can look at. */
export interface CommandFixture {
  readonly program: Command
  readonly context: CommandContext
  readonly interruption: AbortController
  readonly stdout: () => string
  readonly stderr: () => string
  readonly exitCode: () => ExitCode | null
  /** Moves the clock on by so many ms. */
  readonly wait: (ms: number) => void
}

export function commandFixture(): CommandFixture {
  const written = { stdout: '', stderr: '' }
  const state: { nowMs: number; exitCode: ExitCode | null } = { nowMs: 0, exitCode: null }
  const stream = (name: 'stdout' | 'stderr'): PassThrough => {
    const through = new PassThrough()
    through.on('data', (chunk: Buffer) => (written[name] += chunk.toString()))
    return through
  }
  const interruption = new AbortController()
  const stderr = stream('stderr')
  const nowMs = (): number => state.nowMs
  const context: CommandContext = {
    stdin: new PassThrough().end(),
    stdout: stream('stdout'),
    stderr,
    nowMs,
    signal: interruption.signal,
    dataFolder: (chosen) => chosen ?? '/default',
    openProgress: () => openProgress({ stream: stderr, isTerminal: false, nowMs }),
    setExitCode: (exitCode) => {
      state.exitCode = exitCode
    },
  }
  return {
    context,
    interruption,
    program: new Command('recheck').exitOverride().configureOutput({ writeErr: () => {} }),
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    exitCode: () => state.exitCode,
    wait: (ms) => {
      state.nowMs += ms
    },
  }
}
