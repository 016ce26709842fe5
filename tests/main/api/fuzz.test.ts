import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { z } from 'zod'
import { forkRandom, type Random } from '../../../src/core/random.ts'
import { startHttpServer } from '../../../src/main/api/httpServer.ts'
import { openOwnerBackend } from '../../../src/main/api/ownerBackend.ts'
import { systemClock } from '../../../src/main/host/machine/clock.ts'
import { recheckErrorCodes } from '../../../src/shared/errors/errorCodes.ts'
import { routes, type Route } from '../../../src/shared/routes/contract.ts'
import { addRun, temporaryFolder } from '../store/storeFixtures.ts'

const messages = 2000

/** Values that no schema of ours expects, or only a wrong one. */
const oddValues: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  1e308,
  -0,
  '',
  'x',
  '\u0000',
  '‮',
  '../../etc/passwd',
  'x'.repeat(100_000),
  '<img src=x>',
  [],
  [[]],
  {},
  { __proto__: 1 },
  { constructor: {} },
  { runId: [] },
  '’; DROP TABLE run; --',
  Number.MAX_SAFE_INTEGER,
]

/** An input that the schema does not take, made of the fields that it names. */
function malformed(route: Route, random: Random): unknown {
  const schema = z.toJSONSchema(routes[route].input, { io: 'input', unrepresentable: 'any' })
  const names = Object.keys(schema.properties ?? {}).concat('unknown', '__proto__')
  for (let tries = 0; tries < 50; tries++) {
    const odd = () => oddValues[random.nextInt(oddValues.length)]
    const input =
      random.nextInt(4) === 0
        ? odd()
        : (JSON.parse(
            `{${names
              .filter(() => random.nextInt(2) === 0)
              .map((name) => `${JSON.stringify(name)}:${JSON.stringify(odd())}`)
              .join()}}`,
          ) as unknown)
    if (!routes[route].input.safeParse(input).success) return input
  }
  return 'nothing that it takes'
}

interface Answer {
  readonly ok?: boolean
  readonly error?: { readonly code: string; readonly message: string }
}

/** Refused with a code of ours, in words that are not the program's own insides. */
function assertRefused(answer: Answer, what: string): void {
  assert.equal(answer.ok, false, what)
  assert.ok((recheckErrorCodes as readonly string[]).includes(answer.error?.code ?? ''), what)
  assert.notEqual(answer.error?.code, 'internal', `${what}: ${answer.error?.message}`)
  assert.ok((answer.error?.message.length ?? 0) < 13_000, what)
}

async function backendWithRun(t: TestContext) {
  const folder = temporaryFolder(t)
  const dataDir = join(folder, 'data')
  const backend = await openOwnerBackend({
    dataDir,
    shell: 'browser',
    address: 'a test',
    nodePath: process.execPath,
    nowMs: systemClock.nowMs,
  })
  t.after(() => backend.close())
  addRun(backend.owner.db, 'r')
  const { db } = backend.owner
  const changes = (): unknown => db.prepare('SELECT total_changes()').pluck().get()
  return { backend, folder, changes }
}

const names = Object.keys(routes) as Route[]

test(`${messages} malformed messages over the window’s channel: each is refused with a code, and nothing is written`, async (t) => {
  const { backend, changes } = await backendWithRun(t)
  const random = forkRandom(0, 'ipc fuzz')
  const before = changes()
  for (let index = 0; index < messages; index++) {
    const route = names[index % names.length] ?? assert.fail('no route')
    const input = malformed(route, random)
    const answer = (await backend.request(route, input)) as Answer
    assertRefused(answer, `${route} ${JSON.stringify(input)?.slice(0, 200)}`)
  }
  for (const route of [
    '',
    '__proto__',
    'constructor',
    'toString',
    'run.',
    'x'.repeat(10_000),
    'run.list\u0000',
  ])
    assertRefused((await backend.request(route, {})) as Answer, route.slice(0, 20))
  assert.equal(changes(), before)
})

test(`${messages} malformed messages over HTTP: bodies that are no JSON, too, are refused in the same form`, async (t) => {
  const { backend, folder, changes } = await backendWithRun(t)
  mkdirSync(join(folder, 'page'))
  writeFileSync(join(folder, 'page', 'index.html'), 'page')
  const server = await startHttpServer({
    handlers: backend.handlers,
    subscribe: backend.subscribe,
    pageFolder: join(folder, 'page'),
    port: 0,
    clock: systemClock,
    tokens: { holderOf: (offered) => (offered === 'good' ? 'fuzz' : null), names: () => ['fuzz'] },
  })
  t.after(() => server.close())
  const random = forkRandom(0, 'http fuzz')
  const before = changes()
  for (let index = 0; index < messages; index++) {
    const route = names[index % names.length] ?? assert.fail('no route')
    const whole = JSON.stringify(malformed(route, random))
    // one in three is cut, doubled or no JSON at all
    const body =
      [whole, whole, whole, whole, `${whole}${whole}`, `${whole.slice(0, -1)}\u0001{`][random.nextInt(6)] ??
      ''
    const response = await fetch(`http://127.0.0.1:${server.port}/api/${route}`, {
      method: 'POST',
      headers: { authorization: 'Bearer good', 'content-type': 'application/json' },
      body,
    })
    assertRefused((await response.json()) as Answer, `${route} ${body.slice(0, 200)}`)
  }
  assert.equal(changes(), before)
})
