import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readJsonFile } from '../../../../src/main/host/machine/jsonFiles.ts'
import { RecheckError } from '../../../../src/shared/errors/recheckError.ts'

const folder = await mkdtemp(join(tmpdir(), 'recheck-json-'))
after(() => rm(folder, { recursive: true }))

async function fileWith(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

async function assertRefused(path: string, code: string, message: RegExp): Promise<void> {
  await assert.rejects(readJsonFile(path), (thrown) => {
    assert.ok(thrown instanceof RecheckError, String(thrown))
    assert.equal(thrown.code, code)
    assert.ok(thrown.message.startsWith(path))
    assert.match(thrown.message, message)
    return true
  })
}

test('objects as Python writes them are read; no file is null', async () => {
  const path = await fileWith('python.json', '\ufeff{"attention_dropout": NaN, "reach": [-Infinity]}\n')
  assert.deepEqual(await readJsonFile(path), { attention_dropout: NaN, reach: [-Infinity] })
  assert.equal(await readJsonFile(join(folder, 'none.json')), null)
  assert.equal(await readJsonFile(join(path, 'inside-a-file.json')), null)
  await symlink(path, join(folder, 'link.json'))
  assert.deepEqual(await readJsonFile(join(folder, 'link.json')), {
    attention_dropout: NaN,
    reach: [-Infinity],
  })
})

test('what is no JSON object is named with what it is', async () => {
  await assertRefused(
    await fileWith('cut.json', '{"a": [1, '),
    'file.bad-json',
    /not valid JSON: .*Is the download complete\?/,
  )
  await assertRefused(
    await fileWith('list.json', '[1, 2]'),
    'file.bad-json',
    /expected a JSON object, got \[1,2\]/,
  )
  await assertRefused(
    await fileWith('long.json', JSON.stringify('x'.repeat(1e6))),
    'file.bad-json',
    /got "x+"… \(1000000 characters\)$/,
  )
  await assertRefused(
    await fileWith('twice.json', '{"a": 1, "a": 2}'),
    'file.bad-json',
    /the key "a" stands twice, with 1 and 2/,
  )
})

test('folders, pipes, broken links and files beyond the limit are refused without being read', async () => {
  const isFolder = join(folder, 'folder.json')
  await mkdir(isFolder)
  await assertRefused(isFolder, 'file.unreadable', /is a folder; expected a JSON file/)
  const broken = join(folder, 'broken.json')
  await symlink(join(folder, 'none'), broken)
  await assertRefused(broken, 'file.unreadable', /is a link to a file that is not there/)
  const loop = join(folder, 'loop.json')
  await symlink(loop, loop)
  await assertRefused(loop, 'file.unreadable', /cannot be read \(ELOOP/)
  const large = await fileWith('large.json', '{}')
  await truncate(large, 100_000_001)
  await assertRefused(large, 'file.unreadable', /has 100000001 bytes, more than 100000000/)
  if (process.platform === 'win32') return
  const pipe = join(folder, 'pipe.json')
  execFileSync('mkfifo', [pipe])
  await assertRefused(pipe, 'file.unreadable', /is no regular file/)
})
