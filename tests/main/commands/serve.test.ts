import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { before, test, type TestContext } from 'node:test'
import { connectRemote } from '../../../src/main/api/remoteBackend.ts'
import { buildServedPage } from '../../renderer/support/pageBuild.ts'
import { linesOf, type OwnerProcess } from '../owner/support/speakingOwner.ts'
import { asOlderNode } from '../olderNode.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'

const cli = resolve(import.meta.dirname, '../../../src/main/cli.ts')
const bin = resolve(import.meta.dirname, '../../../resources/bin/recheck.mjs')

before(() => buildServedPage())

/** `recheck serve --open` on a desktop whose programs are those of one folder. */
function serveOpening(t: TestContext, dataDir: string, programs: string): OwnerProcess {
  const child = spawn(process.execPath, [cli, 'serve', '--port', '0', '--open', '--data-dir', dataDir], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PATH: programs },
  })
  t.after(() => void child.kill('SIGKILL'))
  return { process: child, line: linesOf(child.stderr) }
}

async function ended({ process: child }: OwnerProcess): Promise<number | null> {
  child.kill('SIGINT')
  const [code] = (await once(child, 'exit')) as [number | null]
  return code
}

/** A folder with an `xdg-open` of this script. */
function programsWith(folder: string, script: string): string {
  const programs = join(folder, 'programs')
  mkdirSync(programs)
  writeFileSync(join(programs, 'xdg-open'), script)
  chmodSync(join(programs, 'xdg-open'), 0o755)
  return programs
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`a ${signal} for the process in between reaches the server`, { timeout: 60_000 }, async (t) => {
    const args = ['serve', '--port', '0', '--data-dir', join(temporaryFolder(t), 'data')]
    const child = spawn(process.execPath, [...asOlderNode, bin, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true, // a group of its own: nobody else is told
    })
    t.after(() => void child.kill('SIGKILL'))
    await linesOf(child.stderr)('Open ')
    child.kill(signal)
    assert.deepEqual(await once(child, 'exit'), [0, null])
  })
}

test('--open gives the printed link to the desktop’s opener', async (t) => {
  const folder = temporaryFolder(t)
  const opened = join(folder, 'opened')
  const programs = programsWith(
    folder,
    `#!/bin/sh\nprintf '%s\\n' "$@" > '${opened}.part'\n/bin/mv '${opened}.part' '${opened}'\n`,
  )
  const served = serveOpening(t, join(folder, 'data'), programs)
  const link = await served.line('Open ')
  const given = await untilWritten(opened)
  assert.equal(given, `${link}\n`)
  assert.match(link, /^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/)
  assert.equal(await ended(served), 0)
})

for (const [what, script, reason] of [
  ['a missing opener', null, 'xdg-open: not found'],
  ['an opener that finds no browser', '#!/bin/sh\nexit 3\n', 'xdg-open: exit code 3'],
] as const) {
  test(`--open with ${what}: it is said, and the server goes on`, { timeout: 60_000 }, async (t) => {
    const folder = temporaryFolder(t)
    const programs = script === null ? join(folder, 'nothing') : programsWith(folder, script)
    const served = serveOpening(t, join(folder, 'data'), programs)
    const link = await served.line('Open ')
    const said = await served.line('No browser could be opened ')
    assert.equal(said, `(${reason}). Open the link above yourself.`)
    const backend = await connectRemote(link)
    assert.deepEqual(await backend.request('run.list', {}), { ok: true, data: [] })
    await backend.close()
    assert.equal(await ended(served), 0)
  })
}

async function untilWritten(path: string): Promise<string> {
  for (let waits = 0; waits < 200; waits++) {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      await new Promise((done) => setTimeout(done, 25))
    }
  }
  throw new Error(`${path} was never written`)
}

test('--new-link: a link to the server that runs is alone on stdout; without one it is refused', async (t) => {
  const dataDir = join(temporaryFolder(t), 'data')
  const ask = async (): Promise<{
    readonly stdout: string
    readonly stderr: string
    readonly code: number | null
  }> => {
    const child = spawn(process.execPath, [cli, 'serve', '--new-link', '--data-dir', dataDir])
    const said = { stdout: '', stderr: '' }
    child.stdout.on('data', (text: Buffer) => (said.stdout += text.toString()))
    child.stderr.on('data', (text: Buffer) => (said.stderr += text.toString()))
    const [code] = (await once(child, 'close')) as [number | null]
    return { stdout: said.stdout, stderr: said.stderr, code }
  }
  const none = await ask()
  assert.equal(none.code, 2)
  assert.match(none.stderr, /no Recheck process owns .*"recheck serve" starts one/)
  // what lies under --data-dir is what its pages show, not what lies under RECHECK_HOME
  mkdirSync(join(dataDir, 'models', 'mine'), { recursive: true })
  writeFileSync(join(dataDir, 'models', 'mine', 'config.json'), '{}')
  mkdirSync(join(dataDir, 'datasets', 'exercises'), { recursive: true })
  const { RECHECK_MODELS: _, RECHECK_DATASETS: __, ...environment } = process.env
  const child = spawn(process.execPath, [cli, 'serve', '--port', '0', '--data-dir', dataDir], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...environment, RECHECK_HOME: join(temporaryFolder(t), 'elsewhere') },
  })
  t.after(() => void child.kill('SIGKILL'))
  await linesOf(child.stderr)('Open ')
  const { code, stdout } = await ask()
  assert.equal(code, 0)
  const backend = await connectRemote(stdout.trim())
  assert.deepEqual(await backend.request('run.list', {}), { ok: true, data: [] })
  const namesIn = async (route: 'models.list' | 'data.list'): Promise<readonly string[]> => {
    const answer = await backend.request(route, {})
    assert.ok(answer.ok, route)
    return (answer.data as readonly { readonly name: string }[]).map(({ name }) => name)
  }
  assert.deepEqual(await namesIn('models.list'), ['builtin', 'mine'])
  assert.deepEqual(await namesIn('data.list'), ['exercises'])
  await backend.close()
})
