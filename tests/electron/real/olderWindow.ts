import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { openDevTools, type DevTools } from './devTools.ts'

/** How long a window may take until its page can be looked into. */
const patienceMs = 60_000

/** Where the window runs: Electron's binary, the lowered app, a folder for what it keeps, and a display. */
export interface WindowSetup {
  readonly binary: string
  readonly appFolder: string
  readonly configFolder: string
  readonly display: string
}

export interface OlderWindow {
  readonly page: DevTools
  /** The main process. */
  readonly main: DevTools
  readonly exited: Promise<number | null>
  /** Native modules and engines that the main process has loaded. */
  natives(): readonly string[]
  kill(): void
}

/** A display without a screen. */
export async function openDisplay(): Promise<{ readonly name: string; close(): Promise<void> }> {
  const args = ['-displayfd', '1', '-screen', '0', '1440x900x24', '-nolisten', 'tcp']
  const server = spawn('Xvfb', args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const exited = once(server, 'exit')
  const ended = exited.then(() => {
    throw new Error('Xvfb ended before it had a display')
  })
  const [number] = (await Promise.race([once(server.stdout, 'data'), ended])) as [Buffer]
  ended.catch(() => undefined)
  return {
    name: `:${number.toString().trim()}`,
    close: async () => {
      server.kill()
      await exited
    },
  }
}

/** Whose runs a window shows: those of the server that it drives, or its own, for which a server stands. */
export type Place = { readonly connect: string } | { readonly home: string }

export async function openWindow(setup: WindowSetup, place: Place): Promise<OlderWindow> {
  const args = ['--inspect=0', '--remote-debugging-port=0', setup.appFolder]
  const child =
    'connect' in place
      ? start(setup, [...args, `--connect=${place.connect}`])
      : start(setup, args, { RECHECK_HOME: place.home })
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  const { page, main } = await lookInto(child).catch((cause: unknown) => {
    child.kill('SIGKILL') // its box waits for a click
    throw cause
  })
  return {
    page,
    main,
    exited,
    natives: () => nativesOf(child.pid),
    kill: () => {
      page.close()
      main.close()
      child.kill('SIGKILL')
    },
  }
}

/** A second start of the app, for as long as it lasts. */
export async function startAgain(setup: WindowSetup): Promise<number | null> {
  const child = start(setup, [setup.appFolder])
  child.stderr?.resume()
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}

function start(
  setup: WindowSetup,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ChildProcess {
  // root may not use Chromium's sandbox of processes; the page is sandboxed and isolated as everywhere else
  const noRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return spawn(setup.binary, [...noRoot, ...args], {
    env: { ...process.env, DISPLAY: setup.display, XDG_CONFIG_HOME: setup.configFolder, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
}

/** The developer tools of page and main process, or what the window says instead of opening. */
async function lookInto(child: ChildProcess): Promise<Pick<OlderWindow, 'page' | 'main'>> {
  if (child.stderr === null) throw new Error('the window has no stderr')
  const said: string[] = []
  const lines = createInterface({ input: child.stderr })
  const refused = new Promise<never>((_, reject) => {
    lines.on('close', () => reject(new Error(`the window ended:\n${said.join('\n')}`)))
    lines.on('line', (line) => {
      said.push(line)
      if (line.startsWith('Recheck cannot start')) reject(new Error(line))
    })
    setTimeout(() => reject(new Error(`no page within a minute:\n${said.join('\n')}`)), patienceMs).unref()
  })
  refused.catch(() => undefined)
  return Promise.race([refused, openBoth(lines)])
}

async function openBoth(lines: Interface): Promise<Pick<OlderWindow, 'page' | 'main'>> {
  const { inspector, debugging } = await readPorts(lines)
  return { page: await openDevTools(debugging), main: await openDevTools(inspector) }
}

/** Electron says on stderr where it can be looked into: main first, then the pages. */
async function readPorts(lines: Interface): Promise<{ inspector: number; debugging: number }> {
  const ports: Record<string, number> = {}
  return new Promise((resolve) => {
    lines.on('line', (line) => {
      const found = /^(Debugger|DevTools) listening on ws:\/\/127\.0\.0\.1:(\d+)\//.exec(line)
      if (found?.[1] !== undefined) ports[found[1]] ??= Number(found[2])
      const { Debugger: inspector, DevTools: debugging } = ports
      if (inspector !== undefined && debugging !== undefined) resolve({ inspector, debugging })
    })
  })
}

function nativesOf(pid: number | undefined): readonly string[] {
  const maps = readFileSync(join('/proc', String(pid), 'maps'), 'utf8')
  const files = maps.split('\n').map((line) => line.slice(73).trim())
  return [...new Set(files)].filter((file) => file.endsWith('.node') || /onnxruntime|tensorflow/.test(file))
}
