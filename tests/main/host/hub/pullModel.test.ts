import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { HubClientSetup, HubLimits } from '../../../../src/main/host/hub/hubClient.ts'
import { begunDownloads, partFolder } from '../../../../src/main/host/hub/partFolder.ts'
import { planModel, pullModel } from '../../../../src/main/host/hub/pullModel.ts'
import { pullText } from '../../../../src/main/host/hub/pullPlan.ts'
import { listModels, type LibraryModel } from '../../../../src/main/host/model/modelLibrary.ts'
import type { Progress } from '../../../../src/shared/runs/runEvent.ts'
import { hubServer, servedCommit, type HubServer, type ServedRepo } from './support/hubServer.ts'
import { tinyModelFiles } from './support/tinyRepos.ts'

const root = await mkdtemp(join(tmpdir(), 'recheck-hub-'))
after(() => rm(root, { recursive: true, force: true }))

const files = await modelFiles()
const weights = 'model.safetensors'

/** A model of random weights, with what repositories hold beside it. */
async function modelFiles(): Promise<Record<string, Uint8Array>> {
  return {
    ...(await tinyModelFiles()),
    'tokenizer.json': Buffer.from('{}'),
    'README.md': Buffer.from('# a model'),
    'pytorch_model.bin': Buffer.from('a pickle'),
    'onnx/model.onnx': Buffer.from('another format'),
  }
}

const little: ServedRepo = {
  type: 'model',
  name: 'tiny/model',
  files,
  large: [weights],
  card: { license: 'apache-2.0' },
}

const limits: Partial<HubLimits> = { firstWaitMs: 1, silentForMs: 300, answerWithinMs: 2_000 }

function setupOf(hub: Pick<HubServer, 'endpoint'>, token: string | null = null): HubClientSetup {
  const settings = { endpoint: hub.endpoint, token, isOffline: false }
  return { settings, limits, signal: new AbortController().signal }
}

async function newLibrary(): Promise<string> {
  return mkdtemp(join(root, 'models-'))
}

async function pull(
  setup: HubClientSetup,
  models: string,
  report: (progress: Progress) => void = () => undefined,
): Promise<LibraryModel> {
  const plan = await planModel('tiny/model', setup, models)
  return pullModel(plan, { ...setup, report }, models)
}

test('a model comes with its config, tokenizer and safetensors, and nothing else, each byte as it was', async () => {
  const hub = await hubServer([little])
  const models = await newLibrary()
  const plan = await planModel('tiny/model', setupOf(hub), models)
  assert.match(
    pullText(plan),
    /^\d+(\.\d)? KiB in 3 files, licence apache-2\.0, from http:\/\/127\.0\.0\.1:\d+\/tiny\/model$/,
  )
  const shown: Progress[] = []
  const model = await pull(setupOf(hub), models, (progress) => shown.push(progress))
  assert.deepEqual((await readdir(model.folder)).sort(), [
    'config.json',
    'model.safetensors',
    'recheck-source.json',
    'tokenizer.json',
  ])
  assert.deepEqual(await readFile(join(model.folder, weights)), files[weights])
  assert.equal(model.source?.revision, servedCommit)
  assert.equal(model.source.licence, 'apache-2.0')
  assert.equal(shown.at(-1)?.done, shown.at(-1)?.total)
  assert.deepEqual(await begunDownloads(models), [])
  assert.deepEqual(
    (await listModels(models)).map(({ name }) => name),
    ['tiny/model'],
  )
})

test('the token goes to the hub and not to the store that it redirects to', async () => {
  const hub = await hubServer([little])
  await pull(setupOf(hub, 'hf_secret'), await newLibrary())
  const tokens = (server: 'hub' | 'store'): unknown[] => [
    ...new Set(hub.seen.filter((one) => one.server === server).map(({ authorization }) => authorization)),
  ]
  assert.deepEqual(tokens('hub'), ['Bearer hf_secret'])
  assert.deepEqual(tokens('store'), [null])
})

test('a connection that is cut goes on from where it was cut, however often', async () => {
  const hub = await hubServer([little])
  let sent = 0
  hub.react = ({ server }) =>
    server === 'store' && ++sent <= 8 ? { kind: 'silence', afterBytes: 5_000 } : null
  const shown = { bytes: 0 }
  const patient = { ...setupOf(hub), limits: { ...limits, silentForMs: 60_000 } }
  const model = await pull(patient, await newLibrary(), ({ done }) => {
    if (done > shown.bytes && sent > 0) hub.cut()
    shown.bytes = done
  })
  assert.deepEqual(await readFile(join(model.folder, weights)), files[weights])
  const ranges = hub.seen.filter(({ server }) => server === 'store').map(({ range }) => range)
  assert.equal(ranges.length, 9)
  assert.equal(ranges[0], null)
  assert.match(ranges.at(-1) ?? '', /^bytes=[1-9]\d*-$/)
})

test('a server that falls silent is asked again, one without content-length is read to its end', async () => {
  const hub = await hubServer([little])
  let asked = 0
  hub.react = ({ server }) => {
    if (server !== 'store') return null
    return ++asked === 1 ? { kind: 'silence', afterBytes: 4_000 } : { kind: 'no-length' }
  }
  const model = await pull(setupOf(hub), await newLibrary())
  assert.deepEqual(await readFile(join(model.folder, weights)), files[weights])
  assert.equal(asked, 2)
})

test('what was fetched before a stop is not fetched again; a server without ranges begins anew', async () => {
  for (const kind of ['resume', 'ignore-range'] as const) {
    const hub = await hubServer([little])
    const models = await newLibrary()
    const stop = new AbortController()
    hub.react = ({ server }) => (server === 'store' ? { kind: 'silence', afterBytes: 20_000 } : null)
    const stopping = { ...setupOf(hub), limits: { ...limits, silentForMs: 60_000 }, signal: stop.signal }
    const plan = await planModel('tiny/model', stopping, models)
    await assert.rejects(
      pullModel(plan, { ...stopping, report: ({ done }) => void (done > 18 && stop.abort()) }, models),
      { code: 'hub.stopped' },
    )
    const [left] = await begunDownloads(models)
    assert.equal(left?.name, 'tiny/model')
    assert.ok((left?.bytes ?? 0) > 18_000, String(left?.bytes))
    hub.react = () => (kind === 'ignore-range' ? { kind } : null)
    hub.seen.length = 0
    const again = await planModel('tiny/model', setupOf(hub), models)
    assert.ok(again.missingBytes < plan.missingBytes - 18_000)
    const model = await pullModel(again, { ...setupOf(hub), report: () => undefined }, models)
    assert.deepEqual(await readFile(join(model.folder, weights)), files[weights])
    const asked = hub.seen.filter(({ path }) => path.includes('/resolve/'))
    assert.ok(
      asked.every(({ path }) => path.includes(weights)),
      'small files are there already',
    )
    assert.match(asked[0]?.range ?? '', /^bytes=20000-$/)
  }
})

test('a part that is damaged on the disk is fetched once more from its start', async () => {
  const hub = await hubServer([little])
  const models = await newLibrary()
  const repo = { type: 'model', name: 'tiny/model', revision: 'main' } as const
  const folder = partFolder(models, repo, servedCommit)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, `${weights}.part`), Buffer.alloc(9_000, 7))
  const model = await pull(setupOf(hub), models)
  assert.deepEqual(await readFile(join(model.folder, weights)), files[weights])
  const ranges = hub.seen.filter(({ server }) => server === 'store').map(({ range }) => range)
  assert.deepEqual(ranges, ['bytes=9000-', null])
})

test('a file with another checksum is named and kept out; what is whole stays for the next try', async () => {
  for (const path of [weights, 'tokenizer.json']) {
    const hub = await hubServer([little])
    const models = await newLibrary()
    hub.react = (request) =>
      request.path.includes(`/${path}`) && (path !== weights || request.server === 'store')
        ? { kind: 'damage' }
        : null
    await assert.rejects(pull(setupOf(hub), models), (error: Error & { code: string }) => {
      assert.equal(error.code, 'hub.checksum')
      assert.match(
        error.message,
        new RegExp(
          `^"${path}" of "tiny/model": (sha256|git's SHA-1) is [0-9a-f]+, the repository names [0-9a-f]+\\.`,
        ),
      )
      return true
    })
    assert.deepEqual(await listModels(models), [])
    const folder = partFolder(models, { type: 'model', name: 'tiny/model', revision: 'main' }, servedCommit)
    assert.ok(!(await readdir(folder)).some((name) => name.startsWith(path)))
    hub.react = () => null
    await pull(setupOf(hub), models)
  }
})

test('weights in shards come with their index', async () => {
  const sharded = await tinyModelFiles(3)
  const large = Object.keys(sharded).filter((name) => name.endsWith('.safetensors'))
  const hub = await hubServer([{ type: 'model', name: 'tiny/model', files: sharded, large }])
  const model = await pull(setupOf(hub), await newLibrary())
  assert.equal((await readdir(model.folder)).filter((name) => name.endsWith('.safetensors')).length, 3)
  assert.equal(model.source?.licence, null)
})

test('files come side by side: while one is silent, the others are asked for', async () => {
  const sharded = await tinyModelFiles(3)
  const large = Object.keys(sharded).filter((name) => name.endsWith('.safetensors'))
  const hub = await hubServer([{ type: 'model', name: 'tiny/model', files: sharded, large }])
  const asked: string[] = []
  hub.react = ({ server, path }) => {
    if (server !== 'store') return null
    asked.push(path)
    return asked.length <= large.length ? { kind: 'silence', afterBytes: 100 } : null
  }
  await pull(setupOf(hub), await newLibrary())
  // one after the other, the first would be asked for until it answers
  assert.equal(new Set(asked.slice(0, large.length)).size, large.length, asked.join())
})

test('a model that Recheck cannot use is refused by its config, before its weights are asked for', async () => {
  const other = {
    ...files,
    'config.json': Buffer.from('{"model_type":"mamba","architectures":["MambaForCausalLM"]}'),
  }
  const hub = await hubServer([{ ...little, files: other }])
  const models = await newLibrary()
  await assert.rejects(pull(setupOf(hub), models), { code: 'config.architecture' })
  assert.equal(hub.seen.filter(({ server }) => server === 'store').length, 0)
  assert.deepEqual(await begunDownloads(models), [])
})

test('a model that is being fetched by another process is not fetched twice', async () => {
  const hub = await hubServer([little])
  const models = await newLibrary()
  const plan = await planModel('tiny/model', setupOf(hub), models)
  const setup = { ...setupOf(hub), report: () => undefined }
  const [first, second] = await Promise.allSettled([
    pullModel(plan, setup, models),
    pullModel(plan, setup, models),
  ])
  const failed = [first, second].filter((one) => one.status === 'rejected')
  assert.equal(failed.length, 1)
  assert.match(String(failed[0]?.reason), new RegExp(`being fetched already, by process ${process.pid}`))
})
