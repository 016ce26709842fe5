import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { WebSocket } from 'ws'
import { startHttpServer } from '../../../src/main/api/httpServer.ts'
import { systemClock } from '../../../src/main/host/machine/clock.ts'
import { createToken, listTokens, revokeToken, tokenHolder } from '../../../src/main/owner/accessTokens.ts'
import type { RecheckError } from '../../../src/shared/errors/recheckError.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'
import { echoHandlers } from './echoHandlers.ts'

const pingEveryMs = 20

/** A server of a data folder; `ask` sends as a script does: no Origin, no cookie. */
async function tokenServer(t: TestContext) {
  const folder = temporaryFolder(t)
  const dataDir = join(folder, 'data')
  mkdirSync(join(folder, 'page'))
  writeFileSync(join(folder, 'page', 'index.html'), 'page')
  const server = await startHttpServer({
    handlers: echoHandlers(),
    subscribe: () => () => undefined,
    pageFolder: join(folder, 'page'),
    port: 0,
    clock: systemClock,
    tokens: {
      holderOf: (offered) => tokenHolder(dataDir, offered),
      names: () => listTokens(dataDir).map(({ name }) => name),
    },
    limits: { pingEveryMs },
  })
  t.after(() => server.close())
  const ask = async (authorization: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`http://127.0.0.1:${server.port}/api/run.list`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization, ...headers },
      body: '{}',
    })
    const body = (await response.json()) as { ok: boolean; error?: { code: string; message: string } }
    return { status: response.status, code: body.error?.code ?? null, message: body.error?.message ?? '' }
  }
  return { dataDir, ask, port: server.port }
}

test('a token asks without session and Origin until it is revoked; who has none, or another, is refused', async (t) => {
  const { dataDir, ask } = await tokenServer(t)
  const token = createToken(dataDir, 'notebook', 5)
  assert.match(token, /^notebook\.[\w-]{43}$/)
  assert.equal((await ask(`Bearer ${token}`)).status, 200)
  const wrong = ['notebook.guess', 'notebook.', 'other' + token.slice(8), `${token}x`, `${token}.x`, '../a.b']
  for (const offered of wrong) {
    const { status, code, message } = await ask(`Bearer ${offered}`)
    assert.deepEqual([status, code], [401, 'token.unknown'], offered)
    assert.match(message, /recheck token create NAME/)
  }
  assert.equal((await ask('Basic eDp5')).status, 403, 'no Origin and no token')
  revokeToken(dataDir, 'notebook')
  assert.deepEqual((await ask(`Bearer ${token}`)).status, 401)
  createToken(dataDir, 'notebook', 6)
  assert.equal((await ask(`Bearer ${token}`)).status, 401, 'another of the same name')
})

test('another site’s request is refused, whatever token it has', async (t) => {
  const { dataDir, ask } = await tokenServer(t)
  const token = createToken(dataDir, 'ci', 5)
  const { status, code } = await ask(`Bearer ${token}`, { origin: 'http://evil.example' })
  assert.deepEqual([status, code], [403, 'request.origin'])
})

test('only a hash is kept, in files of the user alone; names are no paths, and come once', (t) => {
  const dataDir = join(temporaryFolder(t), 'data')
  assert.deepEqual(listTokens(dataDir), [])
  const token = createToken(dataDir, 'b-2', 7)
  createToken(dataDir, 'a', 8)
  const path = join(dataDir, 'tokens', 'b-2.json')
  assert.doesNotMatch(readFileSync(path, 'utf8'), new RegExp(token.split('.')[1] ?? ''))
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal(statSync(join(dataDir, 'tokens')).mode & 0o777, 0o700)
  assert.deepEqual(listTokens(dataDir), [
    { name: 'a', createdAtMs: 8 },
    { name: 'b-2', createdAtMs: 7 },
  ])
  const refused = (work: () => unknown, code: string): void =>
    assert.throws(work, (thrown: RecheckError) => thrown.code === code, code)
  refused(() => createToken(dataDir, 'a', 9), 'token.exists')
  for (const name of ['', '../a', 'A', 'a b', 'a/b', '.', '-a', 'a'.repeat(61)])
    refused(() => createToken(dataDir, name, 9), 'token.name')
  refused(() => revokeToken(dataDir, '../tokens/a'), 'token.unknown')
  writeFileSync(path, '{"sha256":')
  assert.equal(tokenHolder(dataDir, token), null, 'a damaged file opens nothing')
})

test('events reach a token’s socket, which is closed once it is revoked', { timeout: 20_000 }, async (t) => {
  const { dataDir, port } = await tokenServer(t)
  const headers = { authorization: `Bearer ${createToken(dataDir, 'live', 5)}` }
  const socket = new WebSocket(`ws://127.0.0.1:${port}/events`, { headers })
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject))
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  revokeToken(dataDir, 'live')
  assert.equal(await closed, 4001)
})
