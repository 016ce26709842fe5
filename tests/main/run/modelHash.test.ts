import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { modelHash } from '../../../src/main/run/modelHash.ts'

interface Fixture {
  readonly folder: string
  readonly cache: string
  /** The hash, an hour later unless said otherwise, and the names of the files that were read for it. */
  readonly hash: (laterMs?: number) => Promise<readonly [string, readonly string[]]>
}

function fixture(t: TestContext): Fixture {
  const root = mkdtempSync(join(tmpdir(), 'recheck-hash-'))
  t.after(() => rmSync(root, { recursive: true }))
  const [folder, cache] = [join(root, 'model'), join(root, 'cache')]
  mkdirSync(folder)
  writeFileSync(join(folder, 'config.json'), '{}')
  writeFileSync(join(folder, 'model.safetensors'), 'weights')
  writeFileSync(join(folder, 'README.md'), 'not part of the model')
  const hash = async (laterMs = 3_600_000): Promise<readonly [string, readonly string[]]> => {
    const read: string[] = []
    const nowMs = performance.timeOrigin + performance.now() + laterMs
    const found = await modelHash(folder, {
      cache,
      nowMs,
      onRead: (path) => read.push(path.slice(folder.length + 1)),
    })
    return [found, read]
  }
  return { folder, cache, hash }
}

const expected = createHash('sha256').update('config.json\n{}model.safetensors\nweights').digest('hex')

test('the files of a model are read once, by whichever process comes first', async (t) => {
  const { hash } = fixture(t)
  assert.deepEqual(await hash(), [expected, ['config.json', 'model.safetensors']])
  assert.deepEqual(await hash(), [expected, []])
})

test('a file that changes is seen, also where its size and its time of change are made the same again', async (t) => {
  const { folder, hash } = fixture(t)
  await hash()
  const path = join(folder, 'model.safetensors')
  const { atime, mtime } = statSync(path)
  writeFileSync(path, 'WEIGHTS')
  utimesSync(path, atime, mtime)
  const [changed, read] = await hash()
  assert.notEqual(changed, expected)
  assert.equal(read.length, 2)
})

test('a folder written a moment ago is not remembered yet: it may still change within the same tick', async (t) => {
  const { cache, hash } = fixture(t)
  await hash(0)
  assert.throws(() => readdirSync(cache), { code: 'ENOENT' })
  assert.equal((await hash())[1].length, 2)
})

test('a damaged memory, or one that cannot be written, is no hindrance', async (t) => {
  const { cache, hash } = fixture(t)
  await hash()
  const [name = ''] = readdirSync(cache)
  writeFileSync(join(cache, name), '{"files":')
  assert.deepEqual((await hash())[0], expected)
  rmSync(cache, { recursive: true })
  writeFileSync(cache, 'a file where the folder should be')
  assert.deepEqual(await hash(), [expected, ['config.json', 'model.safetensors']])
})
