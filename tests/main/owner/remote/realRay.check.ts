// Runs on a real Ray on this machine: a sweep of six trials, stage 1 in shards of which one is killed, a
// worker that is killed, a job that is stopped in Ray, a run that is stopped here, an evaluation whose command
// is killed, and one whose worker is.
//
//   node tests/main/owner/remote/realRay.check.ts [RAY]
//
// RAY is Ray's program, else .cache/ray/bin/ray
// (`python3 -m venv .cache/ray && .cache/ray/bin/pip install "ray[default]"`). Not part of `npm test`: it
// needs Python and 1 GB of packages. Without Ray it says that it did not run, and ends with code 2.
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { codePackage } from '../../../../src/main/owner/remote/codePackage.ts'
import { rayJobs } from '../../../../src/main/owner/remote/rayJobs.ts'
import { openForReading } from '../../../../src/main/store/database.ts'
import { listRuns, readRun } from '../../../../src/main/store/runs/runStore.ts'
import { readVStarSamples } from '../../../../src/main/store/vStarSampleStore.ts'
import { readVStarEstimates } from '../../../../src/main/store/vStarStore.ts'
import type { Run } from '../../../../src/shared/runs/records.ts'
import { endGroup, runBounded } from './boundedWait.ts'

const root = resolve(import.meta.dirname, '..', '..', '..', '..')
const ray = resolve(process.argv[2] ?? join(root, '.cache', 'ray', 'bin', 'ray'))
if (!existsSync(ray)) {
  process.stderr.write(`did not run: there is no Ray at ${ray}. Install it there, or name its program.\n`)
  process.exit(2)
}

const folder = mkdtempSync(join(tmpdir(), 'recheck-ray-'))
const dataDir = join(folder, 'data')
const shared = join(folder, 'shared')
const config = {
  method: 'grpo',
  groupSize: 2,
  steps: 2,
  problemsPerStep: 2,
  evalEvery: 'never',
  checkpointEvery: 2,
  data: { train: 8, validation: 4, test: 4 },
  onNoSignal: 'warn',
}
let head: ChildProcess
let address: string

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))))
  return ports
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 120_000
  while (!(await isSo())) {
    assert.ok(
      head.exitCode === null && head.signalCode === null,
      `Ray's head has ended: there will be no end of ${what}`,
    )
    assert.ok(Date.now() < deadline, `waited too long for ${what}`)
    await wait(200)
  }
}

before(async () => {
  mkdirSync(shared, { recursive: true })
  const [port, page] = await freePorts(2)
  address = `http://127.0.0.1:${page}`
  const options = `start --head --block --num-cpus 3 --port ${port} --dashboard-host 127.0.0.1 --dashboard-port ${page} --object-store-memory 100000000`
  head = spawn(ray, [...options.split(' '), '--temp-dir', join(folder, 'r')], {
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, RAY_USAGE_STATS_ENABLED: '0' },
  })
  const engine = rayJobs({ address, token: null })
  await until('the head', () => engine.check().then(Boolean, () => false))
})
after(async () => {
  const gone = head.exitCode === null && head.signalCode === null ? once(head, 'exit') : null
  endGroup(head) // with all that Ray has started, whether or not the head itself is there
  await gone
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

interface Ended {
  readonly code: number | null
  readonly document: {
    readonly ranked?: unknown
    readonly status?: string
    readonly runId?: string
    readonly vStarSha256?: string | null
  }
  readonly stderr: string
}

/** Every one ends: with the head, or when it has taken far longer than it takes on a busy machine. */
async function recheck(...args: readonly string[]): Promise<Ended> {
  const program = join(root, 'resources', 'bin', 'recheck.mjs')
  const { code, stdout, stderr } = await runBounded(
    [process.execPath, program, ...args, '--json', '--data-dir', dataDir],
    { head, withinMs: 300_000 },
  )
  const document = stdout === '' ? {} : (JSON.parse(stdout) as Ended['document'])
  return { code, document, stderr }
}

const travelling = ['--upload', '--modules', join(root, 'node_modules')] as const
const onRay = (): readonly string[] => ['--engine', 'ray', '--address', address, '--shared', shared]

function runs(): readonly Run[] {
  try {
    const db = openForReading(dataDir)
    if (db === null) return []
    const found = listRuns(db)
    db.close()
    return found
  } catch {
    return [] // it is just being made
  }
}

const latest = (name: string): Run | undefined => runs().find((run) => run.name === name)

test('a sweep of six trials, whose code travels: all end, several at a time, each one job', async () => {
  const file = join(folder, 'sweep.json')
  const sweep = {
    name: 'six',
    config,
    grid: { 'optimizer.learningRate': [1e-5, 5e-5] },
    seeds: [0, 1, 2],
    metric: 'accuracy/final',
  }
  writeFileSync(file, JSON.stringify(sweep))
  let mostAtOnce = 0
  const looking = setInterval(() => {
    mostAtOnce = Math.max(mostAtOnce, runs().filter(({ status }) => status === 'running').length)
  }, 250)
  const { code, stderr } = await recheck('sweep', '--config', file, ...onRay(), ...travelling)
  clearInterval(looking)
  assert.equal(code, 0, stderr)
  assert.deepEqual(
    runs().map(({ status, stepsDone, group }) => [status, stepsDone, group]),
    Array.from({ length: 6 }, () => ['finished', 2, 'six']),
  )
  assert.ok(mostAtOnce > 1, `at most ${mostAtOnce} at a time`)
  for (const { runId } of runs())
    assert.equal((await rayJobs({ address, token: null }).status(`${runId}.1`))?.state, 'succeeded')
  const listed = (await (
    await fetch(`${address}/api/jobs/`, { signal: AbortSignal.timeout(15_000) })
  ).json()) as readonly {
    readonly runtime_env: { readonly working_dir?: string }
  }[]
  const { name } = await codePackage()
  assert.deepEqual(
    listed.map(({ runtime_env: { working_dir: code } }) => code),
    Array.from({ length: 6 }, () => `gcs://${name}`),
  )
})

/** What the V* page shows of the problems of a stage 1, by problem. */
function samplesOf(runId: string): ReadonlyMap<string, unknown> {
  const db = openForReading(dataDir) ?? assert.fail('there is no store')
  const vStarId = readRun(db, runId).vStarId ?? assert.fail('it has no estimate')
  const found = readVStarEstimates(db, vStarId).map(({ problemId }) => problemId)
  const samples = new Map(found.map((id) => [id, readVStarSamples(db, vStarId, id)]))
  db.close()
  return samples
}

test('stage 1 in three shards, one of them killed, makes the estimate that one process makes here', async () => {
  const file = join(folder, 'estimate.json')
  const data = { train: 48, validation: 4, test: 4 }
  writeFileSync(file, JSON.stringify({ name: 'shards', data, vStar: { samples: 16 }, onNoSignal: 'warn' }))
  const ending = recheck('estimate', '--config', file, '--shards', '3', ...onRay())
  const records = (): string =>
    join(shared, 'runs', latest('shards')?.runId ?? '', 'shards', '2', '1', 'records.jsonl')
  await until('shard 2', () => existsSync(records()) && readFileSync(records(), 'utf8').includes('\n'))
  const [began = ''] = readFileSync(records(), 'utf8').split('\n')
  process.kill((JSON.parse(began) as { message: { processId: number } }).message.processId, 'SIGKILL')
  const there = await ending
  assert.equal(there.code, 0, there.stderr)
  assert.match(there.stderr, /Shard 2 of 3 has ended without a last word/)
  const here = await recheck('estimate', '--config', file)
  assert.equal(here.code, 0, here.stderr)
  assert.match(there.document.vStarSha256 ?? '', /^[0-9a-f]{64}$/)
  assert.equal(there.document.vStarSha256, here.document.vStarSha256)
  const runId = there.document.runId ?? ''
  const samples = samplesOf(runId)
  assert.ok(samples.size === 48 && [...samples.values()].every((kept) => kept !== null))
  assert.deepEqual(samples, samplesOf(here.document.runId ?? ''))
  const states = await Promise.all(
    ['1.1', '2.1', '2.2', '3.1'].map((job) =>
      rayJobs({ address, token: null }).status(`${runId}.shard-${job}`),
    ),
  )
  assert.deepEqual(
    states.map((status) => status?.state),
    ['succeeded', 'failed', 'succeeded', 'succeeded'],
  )
})

test('a worker that is killed leaves an interrupted run, which resumes as a second job', async () => {
  const file = join(folder, 'killed.json')
  writeFileSync(file, JSON.stringify({ ...config, name: 'killed', steps: 30 }))
  const ending = recheck('train', '--config', file, ...onRay())
  await until('a step', () => (latest('killed')?.stepsDone ?? 0) > 2)
  const { runId } = latest('killed') ?? assert.fail('no run')
  const [began = ''] = readFileSync(
    join(shared, 'runs', runId, 'attempts', '1', 'records.jsonl'),
    'utf8',
  ).split('\n')
  process.kill((JSON.parse(began) as { message: { processId: number } }).message.processId, 'SIGKILL')
  const { code, stderr } = await ending
  assert.equal(code, 1, stderr)
  assert.equal(latest('killed')?.status, 'interrupted')
  assert.equal(latest('killed')?.error?.code, 'remote.lost')
  const resumed = await recheck('resume', runId)
  assert.equal(resumed.code, 0, resumed.stderr)
  assert.deepEqual([latest('killed')?.status, latest('killed')?.stepsDone], ['finished', 30])
})

test('a job that somebody stops in Ray is a stopped run', async () => {
  const file = join(folder, 'stopped.json')
  writeFileSync(file, JSON.stringify({ ...config, name: 'stopped', steps: 300 }))
  const ending = recheck('train', '--config', file, ...onRay())
  await until('a step', () => (latest('stopped')?.stepsDone ?? 0) > 0)
  await rayJobs({ address, token: null }).stop(`${latest('stopped')?.runId}.1`)
  const { stderr } = await ending
  assert.equal(latest('stopped')?.status, 'stopped', stderr)
})

test('a run that is stopped here ends after its step with a checkpoint, and its job with it', async () => {
  const file = join(folder, 'stopping.json')
  writeFileSync(file, JSON.stringify({ ...config, name: 'stopping', steps: 300 }))
  const ending = recheck('train', '--config', file, ...onRay())
  await until('a step', () => (latest('stopping')?.stepsDone ?? 0) > 0)
  const { runId } = latest('stopping') ?? assert.fail('no run')
  const stopped = await recheck('stop', runId)
  assert.equal(stopped.code, 0, stopped.stderr)
  const { stderr } = await ending
  assert.equal(latest('stopping')?.status, 'stopped', stderr)
  await until('the job', async () => {
    const status = await rayJobs({ address, token: null }).status(`${runId}.1`)
    return status?.state === 'succeeded'
  })
})

/** The one evaluation that is at work: the process that its newest job has begun, once it has. */
function evaluator(tries: number): number | null {
  const home = join(shared, 'evaluations')
  const [id = ''] = existsSync(home) ? readdirSync(home) : []
  const records = join(home, id, String(tries), 'records.jsonl')
  const [line = ''] = existsSync(records) ? readFileSync(records, 'utf8').split('\n') : []
  return line === '' ? null : (JSON.parse(line) as { message: { processId: number } }).message.processId
}

test('an evaluation whose command is killed is taken up by the next; one whose worker is killed is begun again; both as here', async () => {
  const runId = latest('stopping')?.runId ?? assert.fail('no run')
  const asked = ['eval', '--run', runId, '--samples', '2', '--set', 'data.test=24']
  const here = await recheck(...asked)
  assert.equal(here.code, 0, here.stderr)
  const first = spawn(
    process.execPath,
    [join(root, 'resources', 'bin', 'recheck.mjs'), ...asked, ...onRay(), '--data-dir', dataDir],
    { stdio: 'ignore', detached: true },
  )
  await until('its worker', () => evaluator(1) !== null)
  const gone = once(first, 'exit')
  process.kill(-(first.pid ?? 0), 'SIGKILL')
  await gone
  const [id = ''] = readdirSync(join(shared, 'evaluations'))
  const taken = await recheck(...asked, ...onRay())
  assert.equal(taken.code, 0, taken.stderr)
  assert.deepEqual(taken.document, here.document)
  const engine = rayJobs({ address, token: null })
  assert.equal((await engine.status(`${id}.1`))?.state, 'succeeded')
  assert.equal(await engine.status(`${id}.2`), null)
  const ending = recheck(...asked, ...onRay())
  await until('its worker', () => evaluator(1) !== null)
  process.kill(evaluator(1) ?? assert.fail('no worker'), 'SIGKILL')
  const again = await ending
  assert.equal(again.code, 0, again.stderr)
  assert.match(again.stderr, /It is begun again: Job eval-\w+\.1 has ended without a last word/)
  assert.deepEqual(again.document, here.document)
  assert.deepEqual(readdirSync(join(shared, 'evaluations')), [])
})
