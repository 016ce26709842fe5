import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { findDatasetFiles } from '../../../../src/main/host/datasets/folder.ts'

const root = await mkdtemp(join(tmpdir(), 'recheck-folder-'))
after(() => rm(root, { recursive: true }))

test('folders named like properties of every object name no split', async () => {
  for (const name of ['constructor', 'toString', 'valueOf', 'dev']) {
    await mkdir(join(root, name))
    await writeFile(join(root, name, 'a.jsonl'), '{}')
  }
  const found = await findDatasetFiles(root)
  assert.deepEqual(
    found.map(({ name, split }) => [name, split]),
    [
      ['constructor/a.jsonl', 'train'],
      ['dev/a.jsonl', 'validation'],
      ['toString/a.jsonl', 'train'],
      ['valueOf/a.jsonl', 'train'],
    ],
  )
})
