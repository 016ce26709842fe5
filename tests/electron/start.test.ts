import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
// @ts-expect-error plain JavaScript, run before anything is built
import * as startPlan from '../../scripts/startPlan.mjs'

interface Machine {
  readonly args: readonly string[]
  readonly binary: string | null
  readonly platform: string
  readonly environment: Readonly<Record<string, string>>
}
const { planStart, planAfterWindow } = startPlan as {
  planStart(machine: Machine): { shell: string; args: readonly string[]; note: string | null }
  planAfterWindow(window: {
    readonly args: readonly string[]
    readonly code: number
    readonly wasAsked: boolean
    readonly ranMs: number
  }): { shell: string; args: readonly string[]; note: string } | null
}

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'recheck-start-'))
after(() => rmSync(folder, { recursive: true }))

test('the window where there is a binary and a display, else serve with one line that says why', () => {
  const machine = {
    args: ['--data-dir', '/d'],
    binary: '/e',
    platform: 'linux',
    environment: { DISPLAY: ':0' },
  }
  assert.equal(planStart(machine).shell, 'window')
  assert.equal(planStart({ ...machine, environment: { WAYLAND_DISPLAY: 'w' } }).shell, 'window')
  assert.equal(planStart({ ...machine, platform: 'darwin', environment: {} }).shell, 'window')
  const blind = planStart({ ...machine, environment: {} })
  assert.deepEqual([blind.shell, blind.args], ['serve', machine.args])
  assert.match(blind.note ?? '', /^There is no display [^\n]+$/)
  const bare = planStart({ ...machine, binary: null })
  assert.equal(bare.shell, 'serve')
  assert.match(bare.note ?? '', /^Electron’s binary is missing \(npx install-electron [^\n]+$/)
  for (const args of [['--connect', 'L'], ['--connect=L']]) {
    const plan = planStart({ ...machine, binary: null, args })
    assert.equal(plan.shell, 'none')
    assert.match(plan.note ?? '', /open the link in a browser instead/)
  }
})

test('a window that could not open gives way to serve; one that ended by itself, by a refusal or by a signal does not', () => {
  const window = { args: ['--data-dir', '/d'], code: 133, wasAsked: false, ranMs: 900 }
  const next = planAfterWindow(window)
  assert.deepEqual([next?.shell, next?.args], ['serve', window.args])
  assert.match(
    next?.note ?? '',
    /^The window could not be opened \(Electron ended with code 133\): starting [^\n]+$/,
  )
  assert.equal(planAfterWindow({ ...window, args: ['--connect', 'L'] })?.shell, 'none')
  for (const other of [{ code: 0 }, { code: 2 }, { wasAsked: true }, { ranMs: 60_000 }])
    assert.equal(planAfterWindow({ ...window, ...other }), null, JSON.stringify(other))
})

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  test(`npm start without a display says one line, serves the app and ends on a ${signal} of its own`, async () => {
    await startAndEnd(signal)
  })
}

async function startAndEnd(signal: NodeJS.Signals): Promise<void> {
  const environment = { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '' }
  const args = ['--port', '0', '--data-dir', join(folder, 'data')]
  const child = spawn(process.execPath, [join(root, 'scripts/start.mjs'), ...args], {
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = once(child, 'exit')
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stderr })) {
    lines.push(line)
    if (line.startsWith('Open ')) child.kill(signal)
  }
  await exited
  const first = lines.findIndex((line) => line.includes('starting "recheck serve"'))
  assert.ok(first >= 0, lines.join('\n'))
  const opened = lines.slice(first + 1).filter((line) => !isOfBuild(line))
  assert.match(opened[0] ?? '', /^Open http:\/\/127\.0\.0\.1:\d+\/#token=/)
}

/** Said before, where the page is missing or older than its sources. */
function isOfBuild(line: string): boolean {
  return /^(Building|Built) the page| modules, /.test(line)
}
