// A command that serves the page, as README names it: it is started in the working folder, the link that it
// prints is opened in a browser, the runs page has to come up without an error of its scripts, and Ctrl-C has
// to end all of it.
//
//   node tests/checks/opensPage.check.ts 'npx --no-install recheck serve' [PICTURE.png]
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { launchChromium } from '../renderer/support/chromium.ts'

const opensWithinMs = 300_000
const endsWithinMs = 60_000

const [command, picture] = process.argv.slice(2)
if (command === undefined)
  throw new Error("usage: node tests/checks/opensPage.check.ts 'COMMAND' [PICTURE.png]")

// without a display: `npm start` opens a window where there is one
const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...environment } = process.env
const server = spawn(command, {
  shell: true,
  detached: true,
  env: environment,
  stdio: ['ignore', 'inherit', 'pipe'],
})
process.on('exit', () => signalGroup(server, 'SIGKILL'))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))

const link = await printedLink(server)
await openPage(link)
// a terminal's Ctrl-C reaches every process of the group; npm and the shell before the server then end by
// that signal or with what stands for it, so that what counts is that nothing of the group is left and nobody
// listens
const isRunning = server.exitCode === null && server.signalCode === null
const ended: Promise<unknown> = isRunning ? once(server, 'exit') : Promise.resolve()
signalGroup(server, 'SIGINT')
await within(endsWithinMs, ended, 'its end')
assert.ok(
  [0, 130].includes(server.exitCode ?? 130) && [null, 'SIGINT'].includes(server.signalCode),
  `${command} ended with ${server.exitCode ?? server.signalCode} after Ctrl-C`,
)
await within(endsWithinMs, groupEnded(server), 'the end of its processes')
await assert.rejects(fetch(new URL('/', link)), `${link} still answers`)
process.stdout.write(`${command}: its page opened\n`)
process.exit(0)

async function printedLink({ stderr, exitCode }: ChildProcess): Promise<string> {
  assert.ok(stderr !== null && exitCode === null)
  const lines = createInterface({ input: stderr })
  const link = new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      process.stderr.write(`${line}\n`)
      const opened = /^Open (http:\S+)$/.exec(line)?.[1]
      if (opened !== undefined) resolve(opened)
    })
    server.on('exit', (ended) => reject(new Error(`${command} ended with ${ended} before it printed a link`)))
  })
  return within(opensWithinMs, link, 'a link')
}

async function openPage(link: string): Promise<void> {
  const browser = await launchChromium()
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('requestfailed', (request) => errors.push(`${request.url()}: ${request.failure()?.errorText}`))
    page.on('response', (response) => {
      if (response.status() >= 400) errors.push(`${response.url()}: ${response.status()}`)
    })
    await page.goto(link)
    // an empty folder offers the demo, another lists its runs
    const runs = page.getByRole('button', { name: 'Start the demo' }).or(page.getByRole('table')).first()
    await runs
      .waitFor()
      .catch((thrown: unknown) =>
        assert.fail(`${String(thrown)}\nof the page: ${errors.join('\n') || 'no error'}`),
      )
    if (picture !== undefined) await page.screenshot({ path: picture })
    assert.deepEqual(errors, [])
  } finally {
    await browser.close()
  }
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // it has ended
  }
}

async function groupEnded({ pid }: ChildProcess): Promise<void> {
  assert.ok(pid !== undefined)
  for (;;) {
    try {
      process.kill(-pid, 0)
    } catch {
      return // no such group: every process of it has ended
    }
    await wait(100)
  }
}

async function within<T>(ms: number, awaited: Promise<T>, what: string): Promise<T> {
  const given = new AbortController()
  const late = wait(ms, undefined, { signal: given.signal }).then(() => {
    throw new Error(`${command}: ${what} did not come within ${ms / 1000} s`)
  })
  late.catch(() => undefined) // given up when the other came
  return Promise.race([awaited, late]).finally(() => given.abort())
}
