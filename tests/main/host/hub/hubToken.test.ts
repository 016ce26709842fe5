import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { putHubToken, readHubAccess, removeHubToken } from '../../../../src/main/host/hub/hubAccess.ts'
import { hubSettings } from '../../../../src/main/host/hub/hubSettings.ts'
import { keyStoreOf, type KeyStore } from '../../../../src/main/host/hub/keyStore.ts'
import { hubAccessText } from '../../../../src/shared/text/hubAccessText.ts'

const root = await mkdtemp(join(tmpdir(), 'recheck-hub-token-'))
after(() => rm(root, { recursive: true, force: true }))
const none = { HF_HOME: join(root, 'nothing') }
const hub = 'https://huggingface.co'

/** A key store in memory, and the origins that it was asked about. */
function memoryStore(): { readonly store: KeyStore; readonly kept: Map<string, string>; asked: string[] } {
  const kept = new Map<string, string>()
  const asked: string[] = []
  const store = keyStoreOf((origin) => {
    asked.push(origin)
    return Promise.resolve({
      getPassword: () => Promise.resolve(kept.get(origin)),
      setPassword: (secret: string) => Promise.resolve(void kept.set(origin, secret)),
      deletePassword: () => Promise.resolve(kept.delete(origin)),
    })
  }, 1000)
  return { store, kept, asked }
}

const headless = keyStoreOf(() => Promise.reject(new Error('DBus error: no session')), 1000)
const locked = keyStoreOf(() => {
  const refuse = (): Promise<never> => Promise.reject(new Error('the collection is locked'))
  return Promise.resolve({ getPassword: refuse, setPassword: refuse, deletePassword: refuse })
}, 1000)
const silent = keyStoreOf(() => {
  const wait = (): Promise<never> => new Promise(() => undefined)
  return Promise.resolve({ getPassword: wait, setPassword: wait, deletePassword: wait })
}, 20)

test('variables go before the key store, the key store before what the hub’s own tools wrote', async () => {
  const file = join(root, 'token')
  await writeFile(file, 'hf_of_file\n')
  const { store, kept, asked } = memoryStore()
  kept.set(hub, 'hf_kept')
  const sourceOf = async (environment: Record<string, string>, keyStore = store): Promise<unknown[]> => {
    const { token, tokenFrom } = await hubSettings(environment, keyStore)
    return [token, tokenFrom]
  }
  const both = { ...none, HF_TOKEN: ' hf_x ', HF_TOKEN_PATH: file }
  assert.deepEqual(await sourceOf(both), ['hf_x', 'HF_TOKEN'])
  assert.deepEqual(await sourceOf({ ...none, HF_TOKEN_PATH: file }), ['hf_of_file', 'HF_TOKEN_PATH'])
  assert.deepEqual(asked, [], 'the key store is not asked where a variable counts')
  assert.deepEqual(await sourceOf({ HF_HOME: root }), ['hf_kept', 'key store'])
  assert.deepEqual(await sourceOf({ HF_HOME: root }, headless), ['hf_of_file', 'hf auth login'])
  assert.deepEqual(await sourceOf({ HF_HOME: root, HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' }), [null, null])
  assert.deepEqual(await sourceOf({ ...none, HF_HUB_OFFLINE: '1' }), [null, null])
  assert.deepEqual(await sourceOf(none, headless), [null, null])
  assert.deepEqual(asked, [hub])
})

test('a token goes to the origin that it was stored for and to no mirror', async () => {
  const { store, kept } = memoryStore()
  const access = await putHubToken(' hf_kept\n', { environment: none, keyStore: store })
  assert.deepEqual(access, {
    endpoint: hub,
    tokenFrom: 'key store',
    keyStore: 'holds a token',
    problem: null,
  })
  assert.deepEqual([...kept], [[hub, 'hf_kept']])
  const mirror = { ...none, HF_ENDPOINT: 'https://mirror.example/hub/' }
  const settings = await hubSettings(mirror, store)
  assert.equal(settings.endpoint, 'https://mirror.example/hub')
  assert.equal(settings.token, null)
  assert.deepEqual(await removeHubToken({ environment: mirror, keyStore: store }), {
    wasThere: false,
    access: { endpoint: settings.endpoint, tokenFrom: null, keyStore: 'holds none', problem: null },
  })
  assert.equal((await removeHubToken({ environment: none, keyStore: store })).wasThere, true)
  assert.equal(kept.size, 0)
})

test('no key store: said as such, nothing is stored, and the variables still count', async () => {
  const place = { environment: none, keyStore: headless }
  const access = await readHubAccess(place)
  assert.deepEqual(access, {
    endpoint: hub,
    tokenFrom: null,
    keyStore: 'none here',
    problem: '"DBus error: no session"',
  })
  assert.equal(hubAccessText(access), `no token for ${hub}; no key store here: "DBus error: no session"`)
  const refused = {
    code: 'hub.key-store',
    message: /has no key store .*no session.*Nothing was stored; set HF_TOKEN/,
  }
  await assert.rejects(putHubToken('hf_x', place), refused)
  await assert.rejects(removeHubToken(place), refused)
  const given = await readHubAccess({ ...place, environment: { ...none, HF_TOKEN: 'hf_x' } })
  assert.equal(given.tokenFrom, 'HF_TOKEN')
  assert.doesNotMatch(JSON.stringify(given) + hubAccessText(given), /hf_x/)
})

test('a key store that is locked or silent is told, and downloads of what is public go on', async () => {
  for (const [keyStore, reason] of [
    [locked, /locked/],
    [silent, /no answer within 0\.02 s/],
  ] as const) {
    const settings = await hubSettings(none, keyStore)
    assert.equal(settings.token, null)
    assert.ok(settings.keyStore?.kind === 'refused' && reason.test(settings.keyStore.reason))
    const access = await readHubAccess({ environment: none, keyStore })
    assert.equal(access.keyStore, 'does not answer')
    assert.match(hubAccessText(access), reason)
    await assert.rejects(putHubToken('hf_x', { environment: none, keyStore }), {
      code: 'hub.key-store',
      message: /refuses: .*Unlock it/,
    })
  }
})

test('what is no token or no endpoint is refused without being repeated', async () => {
  const { store, kept } = memoryStore()
  const isHidden = (code: string, hidden: string) => (error: Error & { code: string }) =>
    error.code === code && !error.message.includes(hidden)
  for (const token of ['hf_a\nX: y', 'two hf_a words', '', 'hf_a'.repeat(200)]) {
    const place = { environment: none, keyStore: store }
    await assert.rejects(putHubToken(token, place), isHidden('hub.token', 'hf_a'))
  }
  assert.equal(kept.size, 0)
  await assert.rejects(hubSettings({ ...none, HF_TOKEN: 'hf_a\nX: y' }, store), isHidden('hub.token', 'hf_a'))
  await assert.rejects(hubSettings({ ...none, HF_TOKEN_PATH: join(root, 'none') }, store), {
    code: 'hub.token',
  })
  kept.set(hub, 'hf_a b')
  await assert.rejects(hubSettings(none, store), isHidden('hub.token', 'hf_a'))
  const access = await readHubAccess({ environment: none, keyStore: store })
  assert.match(access.problem ?? '', /the key store of this machine: expected one token/)
  for (const HF_ENDPOINT of ['ftp://x', 'huggingface.co', 'https://me:secret@mirror']) {
    await assert.rejects(hubSettings({ ...none, HF_ENDPOINT }, store), isHidden('hub.endpoint', 'secret'))
    const { problem } = await readHubAccess({ environment: { HF_ENDPOINT }, keyStore: store })
    assert.match(problem ?? '', /HF_ENDPOINT/)
  }
  assert.ok((await hubSettings({ ...none, HF_HUB_OFFLINE: '1' }, store)).isOffline)
})
