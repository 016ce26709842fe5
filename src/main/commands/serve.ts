import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { addCommand, type CommandCall, type CommandResult, type Register } from './command.ts'

const Input = z.object({
  port: z.coerce.number().int().min(0).max(65_535).default(7860),
  open: z.boolean().default(false),
  newLink: z.boolean().default(false),
  notify: z.string().optional(),
})
type Input = z.infer<typeof Input>
const Output = z.object({
  port: z.number(),
  stopped: z.boolean().describe('false: another process serves the folder, and goes on'),
  link: z.string().nullable().describe('opens its page once; null where this process has served it'),
})
type Output = z.infer<typeof Output>

/** Exit code of scripts/buildApp.mjs where nothing is built and nothing can be. */
const cannotBuild = 3

export const register: Register = (program, context) => {
  addCommand(program, context, {
    name: 'serve',
    summary: 'show the app in a browser on this machine; runs until Ctrl-C',
    examples: [
      'recheck serve',
      'recheck serve --port 0 --open',
      'recheck serve --new-link   # to a server that runs already, in the background or as a service',
      'recheck serve --notify https://chat.example/hook',
      'ssh -L 7860:127.0.0.1:7860 gpu-box   # then open the printed link here',
    ],
    input: Input,
    output: Output,
    run: async (input, call) => {
      const other = await linkOfOwner(call)
      if (other !== null) return showOther(other, input, call)
      if (input.newLink) throw nothingServed(call)
      await buildPage(call)
      return serveUntilInterrupted(input, call)
    },
  })
    .option('--port <n>', 'port on 127.0.0.1; 0 = any free one (default 7860)')
    .option('--open', 'open the page in the default browser')
    .option('--notify <url>', 'post alarms and the ends of runs there, as JSON (docs/window.md)')
    .option('--new-link', 'print a link to the server that runs already, and start none')
}

async function serveUntilInterrupted(input: Input, call: CommandCall): Promise<CommandResult<Output>> {
  const { serve } = await import('../api/serve.ts')
  const { projectFolder } = await import('../host/machine/paths.ts')
  const { systemClock } = await import('../host/machine/clock.ts')
  const server = await serve({
    dataDir: call.dataFolder,
    port: input.port,
    pageFolder: join(projectFolder, 'out', 'renderer'),
    nodePath: process.execPath,
    clock: systemClock,
    ...(input.notify === undefined ? {} : { notify: { url: input.notify, onFailure: call.note } }),
  })
  const link = server.newLink()
  call.note(`Open ${link}`)
  const isAttended = isTerminal(call.stdin)
  const another = isAttended ? 'press Enter for another' : '"recheck serve" in another terminal makes another'
  call.note(`The link works once, within a day; ${another}. Ctrl-C stops after the step in hand.`)
  if (input.open) openBrowser(link, call.note)
  await untilInterrupted(call, isAttended ? () => call.note(`Open ${server.newLink()}`) : null)
  call.note('Stopping; a run writes a checkpoint first.')
  await server.close()
  return { output: { port: server.port, stopped: true, link: null }, text: '', exitCode: 0 }
}

/**
 * A link to the page of the process that owns the data folder already; null where nobody owns it.
 *
 * @throws RecheckError `owner.busy` where its owner shows no page in a browser
 */
async function linkOfOwner(call: CommandCall): Promise<string | null> {
  const { takeOwnership } = await import('../owner/ownership.ts')
  const { askOwner } = await import('../owner/processes/controlChannel.ts')
  const { isAnotherOwner } = await import('./runAccess.ts')
  try {
    takeOwnership(call.dataFolder).release()
    return null
  } catch (busy) {
    if (!(await isAnotherOwner(busy, call))) throw busy
    return String(
      await askOwner(call.dataFolder, { command: 'link' }, { signal: call.signal }).catch(() => {
        throw busy
      }),
    )
  }
}

/** The link alone is on stdout where it is asked for: a script takes it from there. */
function showOther(link: string, { open, newLink }: Input, call: CommandCall): CommandResult<Output> {
  if (!newLink) call.note(`Open ${link}`)
  call.note('The folder is served already: the link leads there, works once, and this command is done.')
  if (open) openBrowser(link, call.note)
  const output = { port: Number(new URL(link).port), stopped: false, link }
  return { output, text: newLink ? link : '' }
}

function nothingServed({ dataFolder }: CommandCall): RecheckError {
  return new RecheckError(
    'owner.none',
    `no Recheck process owns ${dataFolder}, so there is no page to link to: "recheck serve" starts one.`,
  )
}

/** Builds the page where it is missing or older than its sources; an app that was packed has no sources. */
async function buildPage(call: CommandCall): Promise<void> {
  const { projectFolder } = await import('../host/machine/paths.ts')
  const script = join(projectFolder, 'scripts', 'buildApp.mjs')
  if (!existsSync(script)) return
  // no terminal for its stdout: the bundler would draw its own progress there
  const child = spawn(process.execPath, [script, 'page'], { stdio: ['ignore', 'ignore', 'inherit'] })
  const interrupt = (): void => void child.kill()
  call.signal.addEventListener('abort', interrupt, { once: true })
  const [code] = (await once(child, 'exit')) as [number | null]
  call.signal.removeEventListener('abort', interrupt)
  if (call.signal.aborted) throw new RecheckError('serve.interrupted', 'recheck serve: interrupted')
  if (code === 0) return
  throw code === cannotBuild
    ? new RecheckError('serve.no-page', 'There is no page to serve: see above.')
    : new RecheckError('serve.build-failed', 'The page could not be built: see above.')
}

/**
 * @param onEnter null where nobody is at the keys: a pipe or a closed input must end nothing and make no
 *   links
 */
async function untilInterrupted(call: CommandCall, onEnter: (() => void) | null): Promise<void> {
  const lines = onEnter === null ? null : createInterface({ input: call.stdin })
  if (onEnter !== null) lines?.on('line', onEnter)
  if (!call.signal.aborted) await once(call.signal, 'abort')
  lines?.close()
}

/**
 * A terminal whose keys come to this process: reading it from the background (`recheck serve &`) would
 * suspend both.
 */
function isTerminal(input: CommandCall['stdin']): boolean {
  return 'isTTY' in input && input.isTTY === true && isInForeground()
}

function isInForeground(): boolean {
  if (process.platform !== 'linux') return true
  // pid (name) state ppid pgrp session tty_nr tpgid; a name may hold anything
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  const [, , group, , , foreground] = fields
  return group === foreground
}

/**
 * With the program that opens links on this desktop. Where there is none, or it fails, that is said and the
 * server goes on.
 */
function openBrowser(link: string, note: (line: string) => void): void {
  const program =
    process.platform === 'darwin' ? 'open' : process.platform === 'win32' ? 'explorer' : 'xdg-open'
  const child = spawn(program, [link], { stdio: 'ignore', detached: true })
  const tellFailure = (reason: string): void =>
    note(`No browser could be opened (${program}: ${reason}). Open the link above yourself.`)
  child.on('error', (error: NodeJS.ErrnoException) =>
    tellFailure(error.code === 'ENOENT' ? 'not found' : error.message),
  )
  child.on('exit', (code) => {
    // explorer ends with 1 when all went well
    if (code !== 0 && code !== null && program !== 'explorer') tellFailure(`exit code ${code}`)
  })
  child.unref()
}
