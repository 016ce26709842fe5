import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { HubClientSetup, HubLimits } from '../../../../src/main/host/hub/hubClient.ts'
import { planModel, pullModel } from '../../../../src/main/host/hub/pullModel.ts'
import { requireDiskRoom } from '../../../../src/main/host/hub/pullPlan.ts'
import { isSafePath } from '../../../../src/main/host/hub/safePath.ts'
import { askedWaitMs } from '../../../../src/main/host/hub/tryAgain.ts'
import { closedEndpoint, hubServer, type HubServer, type ServedRepo } from './support/hubServer.ts'

const root = await mkdtemp(join(tmpdir(), 'recheck-hub-refusals-'))
after(() => rm(root, { recursive: true, force: true }))

const tiny: ServedRepo = {
  type: 'model',
  name: 'tiny/model',
  files: { 'config.json': '{}', 'model.safetensors': 'weights' },
}

interface Given {
  readonly token?: string
  readonly limits?: Partial<HubLimits>
  readonly onWait?: (line: string) => void
}

function setupOf(
  { endpoint }: Pick<HubServer, 'endpoint'>,
  { token, limits, onWait }: Given = {},
): HubClientSetup {
  return {
    settings: { endpoint, token: token ?? null, isOffline: false },
    limits: { firstWaitMs: 1, answerWithinMs: 2_000, silentForMs: 500, ...limits },
    signal: new AbortController().signal,
    ...(onWait === undefined ? {} : { onWait }),
  }
}

function plan(hub: Pick<HubServer, 'endpoint'>, name = 'tiny/model', given: Given = {}): Promise<unknown> {
  return planModel(name, setupOf(hub, given), root)
}

test('no such repository, no such revision: each is named, with what to do', async () => {
  const hub = await hubServer([tiny])
  await assert.rejects(plan(hub, 'no/such'), {
    code: 'hub.not-found',
    message:
      'the hub shows no model "no/such" to whoever is not signed in: there is none of this name, or it is private. Check the ' +
      `name; for a private one give a token (recheck models login, or HF_TOKEN). Its page would be ${hub.endpoint}/no/such.`,
  })
  await assert.rejects(
    plan(hub, 'no/such', { token: 'hf_old' }),
    /the hub refuses the token for the model "no\/such"/,
  )
  await assert.rejects(plan(hub, 'tiny/model@v9'), {
    code: 'hub.revision',
    message: /"tiny\/model" has no revision "v9"/,
  })
  await assert.rejects(plan(hub, '../../etc'), { code: 'hub.name' })
  await assert.rejects(plan(hub, 'a/b/c'), { code: 'hub.name' })
})

test('a gated repository names the page on which its terms are accepted, with a token and without', async () => {
  const hub = await hubServer([{ ...tiny, gated: 'manual' }])
  const page = `${hub.endpoint}/tiny/model`
  await assert.rejects(plan(hub), {
    code: 'hub.gated',
    message: new RegExp(`accept them at ${page}, then give a token of that account`),
  })
  hub.react = ({ path }) =>
    path.includes('/resolve/')
      ? { kind: 'status', status: 403, headers: { 'x-error-code': 'GatedRepo' } }
      : null
  const setup = setupOf(hub, { token: 'hf_known' })
  const known = await planModel('tiny/model', setup, root)
  await assert.rejects(
    pullModel(known, { ...setup, report: () => undefined }, root),
    (error: Error & { code: string }) => {
      assert.equal(error.code, 'hub.gated')
      assert.match(error.message, new RegExp(`accept them at ${page}, .*no access yet`))
      assert.ok(!error.message.includes('hf_known'))
      return true
    },
  )
})

test('too many requests: waited for as long as the server asks, given up where that is too long', async () => {
  const hub = await hubServer([tiny])
  let refused = 0
  hub.react = () => (++refused <= 2 ? { kind: 'status', status: 429, headers: { 'retry-after': '0' } } : null)
  await plan(hub)
  assert.ok(refused > 2)
  hub.react = () => ({ kind: 'status', status: 429, headers: { 'retry-after': '3600' } })
  await assert.rejects(plan(hub), { code: 'hub.rate-limit', message: /asks to wait 3600 s/ })
  hub.react = () => ({ kind: 'status', status: 429, headers: { ratelimit: '"api";r=0;t=7200' } })
  await assert.rejects(plan(hub), { code: 'hub.rate-limit', data: { waitSeconds: 7200 } })
  const nowMs = Date.parse('2026-11-27T12:00:00Z')
  assert.equal(askedWaitMs(new Headers({ 'retry-after': 'Fri, 27 Nov 2026 12:00:30 GMT' }), nowMs), 30_000)
  assert.equal(askedWaitMs(new Headers({ 'retry-after': 'soon' }), nowMs), null)
})

test('a server that is broken for a moment is asked again, one that stays so is given up', async () => {
  const hub = await hubServer([tiny])
  let asked = 0
  hub.react = () => (++asked <= 3 ? { kind: 'status', status: 503 } : null)
  await plan(hub)
  hub.react = () => ({ kind: 'status', status: 500 })
  await assert.rejects(plan(hub), {
    code: 'hub.unreachable',
    message: /the server is busy or broken \(500\)/,
  })
})

test('nobody there, an address of something else, offline: said at once, in one line', async () => {
  await assert.rejects(plan({ endpoint: await closedEndpoint() }), {
    code: 'hub.unreachable',
    message: /^127\.0\.0\.1:\d+ cannot be reached: it refuses the connection/,
  })
  const hub = await hubServer([tiny])
  hub.react = () => ({
    kind: 'status',
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: '<html>Sign in</html>',
  })
  await assert.rejects(plan(hub), { code: 'hub.answer', message: /gave an answer that is not understood/ })
  hub.react = () => ({ kind: 'status', status: 302, headers: { location: 'file:///etc/passwd' } })
  await assert.rejects(plan(hub), { code: 'hub.answer', message: /a redirect to no address/ })
  hub.react = ({ path }) => ({ kind: 'status', status: 307, headers: { location: path } })
  await assert.rejects(plan(hub), { code: 'hub.answer', message: /more than 6 redirects/ })
  const offline = { ...setupOf(hub), settings: { endpoint: hub.endpoint, token: null, isOffline: true } }
  hub.seen.length = 0
  await assert.rejects(planModel('tiny/model', offline, root), { code: 'hub.offline' })
  assert.deepEqual(hub.seen, [])
})

test('lists without end are cut: too many files, pages that lead to themselves, a body that does not stop', async () => {
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`file-${index}`, 'x']))
  const hub = await hubServer([{ ...tiny, files: many }])
  await assert.rejects(plan(hub, 'tiny/model', { limits: { files: 20 } }), {
    code: 'hub.too-large',
    message: /more than 20 files/,
  })
  await assert.rejects(plan(hub, 'tiny/model', { limits: { pages: 5 } }), {
    code: 'hub.too-large',
    message: /more than 5 pages/,
  })
  await assert.rejects(plan(hub, 'tiny/model', { limits: { answerBytes: 100 } }), { code: 'hub.too-large' })
})

test('names that would lead elsewhere are refused before anything is written', async () => {
  for (const path of [
    '../config.json',
    '/config.json',
    'a/../../x',
    'C:\\x',
    'a//b',
    './x',
    'x.part',
    '.ssh/key',
    'a\u001b[2J',
    'a\u202eb',
    `${'a'.repeat(300)}`,
    'NUL:',
    'recheck-source.json',
  ])
    assert.equal(isSafePath(path), false, JSON.stringify(path))
  for (const path of ['config.json', 'main/train-00000-of-00001.parquet', 'Ünï codé/x.csv'])
    assert.ok(isSafePath(path), path)
  // chosen by its ending alone, as data is
  const { planData, pullData } = await import('../../../../src/main/host/hub/pullData.ts')
  for (const names of [['../../evil.jsonl'], ['A.jsonl', 'a.jsonl']]) {
    const hub = await hubServer([
      { type: 'dataset', name: 'bad/data', files: Object.fromEntries(names.map((name) => [name, '{}'])) },
    ])
    const datasets = await mkdtemp(join(root, 'datasets-'))
    const setup = setupOf(hub)
    const planned = await planData({ name: 'bad/data', subset: null }, setup, datasets)
    await assert.rejects(pullData(planned, { ...setup, report: () => undefined }, datasets), {
      code: 'hub.file-name',
    })
    assert.deepEqual(
      (await readdir(datasets, { recursive: true })).filter((name) => name.endsWith('jsonl')),
      [],
    )
  }
})

test('more bytes than listed, another size, a list without checksums: refused', async () => {
  const { planData, pullData } = await import('../../../../src/main/host/hub/pullData.ts')
  const served = (listed: ServedRepo['listed']): ServedRepo => ({
    type: 'dataset',
    name: 'odd/data',
    files: { 'a.jsonl': '{"question":"1","answer":"2"}\n' },
    ...(listed === undefined ? {} : { listed }),
  })
  for (const size of [3, 3_000]) {
    const hub = await hubServer([served({ 'a.jsonl': { size } })])
    const setup = setupOf(hub)
    const planned = await planData({ name: 'odd/data', subset: null }, setup, root)
    await assert.rejects(pullData(planned, { ...setup, report: () => undefined }, root), {
      code: 'hub.answer',
      message: new RegExp(`"a.jsonl" has 30 bytes there, and ${size} in the repository's list`),
    })
    hub.react = ({ path }) => (path.includes('/resolve/') ? { kind: 'no-length' } : null)
    const error = { code: size === 3 ? 'hub.answer' : 'hub.unreachable' }
    await assert.rejects(pullData(planned, { ...setup, report: () => undefined }, root), error)
  }
  const hub = await hubServer([served({ 'a.jsonl': { oid: 'none' } })])
  await assert.rejects(planData({ name: 'odd/data', subset: null }, setupOf(hub), root), {
    code: 'hub.answer',
  })
})

test('a repository of another kind says what it holds and what to do', async () => {
  const cases: readonly (readonly [Record<string, string>, RegExp])[] = [
    [{ 'config.json': '{}', 'pytorch_model.bin': 'x' }, /holds PyTorch pickles, which can run code/],
    [{ 'model-Q4.gguf': 'x' }, /holds GGUF files \("model-Q4.gguf"\); .*recheck models import/],
    [
      { 'adapter_config.json': '{}', 'adapter_model.safetensors': 'x' },
      /is an adapter without its base model/,
    ],
    [{ 'README.md': 'x' }, /holds "README.md"/],
  ]
  for (const [files, message] of cases) {
    const hub = await hubServer([{ ...tiny, files }])
    await assert.rejects(plan(hub), { code: 'hub.no-model', message })
  }
})

test('a disk without room is said before a byte is written', async () => {
  const huge = {
    kind: 'model',
    name: 'huge/model',
    parts: [],
    licence: null,
    files: 1,
    bytes: 1e18,
    missingBytes: 1e18,
  } as const
  await assert.rejects(requireDiskRoom(root, huge), {
    code: 'file.disk-full',
    message: /huge\/model needs .* more/,
  })
})
