import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { findDatasetFiles } from '../../../../src/main/host/datasets/folder.ts'
import { checked, datasetFixture } from './datasetFixture.ts'

const { root, write } = await datasetFixture()

const row = (question: string): string => JSON.stringify({ question, answer: 1 })

test('hidden files and metadata are never data, and are said', async () => {
  const others = {
    '._train.jsonl': 'hidden',
    '.ipynb_checkpoints': 'hidden',
    '.cache.json': 'hidden',
    __MACOSX: 'hidden',
    'Thumbs.db': 'hidden',
    'desktop.ini': 'hidden',
    '~$train.csv': 'hidden',
    'train.jsonl.lock': 'hidden',
    'README.md': 'metadata',
    'README.json': 'metadata',
    'dataset_info.json': 'metadata',
    'dataset_infos.json': 'metadata',
    'dataset_dict.json': 'metadata',
    'state.json': 'metadata',
    'notes.txt': 'not a format of problem files',
    'train.jsonl~': 'not a format of problem files',
    'train.jsonl.gz': 'train.jsonl is beside it',
    'train.jsonl.bz2': 'train.jsonl is beside it',
  }
  const inFolders = ['.ipynb_checkpoints/train-checkpoint.jsonl', '__MACOSX/train.jsonl']
  const names = Object.keys(others).filter((name) => !inFolders.some((inner) => inner.startsWith(`${name}/`)))
  for (const name of names.concat(inFolders)) await write(`hidden/${name}`, row(`of ${name}`))
  await write('hidden/train.jsonl', row('Q?'))
  const { files, skipped } = await findDatasetFiles(join(root, 'hidden'))
  assert.deepEqual(
    files.map(({ name }) => name),
    ['train.jsonl'],
  )
  assert.deepEqual(Object.fromEntries(skipped.map(({ name, reason }) => [name, reason])), others)
  const report = await checked(join(root, 'hidden'))
  assert.deepEqual([report.rows, report.skippedFiles.length], [1, Object.keys(others).length])
})

test('a hidden file or folder that is named itself is read', async () => {
  assert.equal((await checked(await write('named/.mine.jsonl', row('Q?')))).used, 1)
  await write('named/.folder/a.jsonl', row('Q?'))
  assert.equal((await checked(join(root, 'named/.folder'))).used, 1)
})

test('links are followed, each file once; a circle of links ends', async () => {
  await write('blobs/one', row('From a blob?'))
  await mkdir(join(root, 'links/snapshot'), { recursive: true })
  await symlink(join(root, 'blobs/one'), join(root, 'links/snapshot/train.jsonl'))
  await symlink('train.jsonl', join(root, 'links/snapshot/train-again.jsonl'))
  await symlink('../snapshot', join(root, 'links/snapshot/circle'))
  await symlink('..', join(root, 'links/snapshot/around'))
  await symlink('../..', join(root, 'links/snapshot/above'))
  const { files, skipped } = await findDatasetFiles(join(root, 'links'))
  assert.equal(files.length, 1)
  assert.deepEqual(
    skipped.map(({ reason }) => reason),
    [
      'a link to a folder around it',
      'a link to a folder around it',
      'a link to snapshot',
      'a link to snapshot/train-again.jsonl',
    ],
  )
})

test('what cannot be opened is named with its path: a link to nothing, to itself, a pipe', async () => {
  await mkdir(join(root, 'broken'), { recursive: true })
  await symlink('nowhere', join(root, 'broken/train.jsonl'))
  await assert.rejects(
    findDatasetFiles(join(root, 'broken')),
    /broken\/train\.jsonl: cannot be opened: .*ENOENT/,
  )
  await rm(join(root, 'broken/train.jsonl'))
  await symlink('loop.csv', join(root, 'broken/loop.csv'))
  await assert.rejects(findDatasetFiles(join(root, 'broken')), /loop\.csv: cannot be opened: .*ELOOP/)
  await assert.rejects(findDatasetFiles(join(root, 'broken/loop.csv')), { code: 'data.unreadable' })
  execFileSync('mkfifo', [join(root, 'pipe.jsonl')])
  await assert.rejects(findDatasetFiles(join(root, 'pipe.jsonl')), /pipe\.jsonl: expected a file or a folder/)
  await write('packed/train.jsonl.xz', 'x')
  await assert.rejects(
    findDatasetFiles(join(root, 'packed')),
    /train\.jsonl\.xz: files packed as \.xz are not read/,
  )
})

test('a folder without problem files says what is there', async () => {
  await write('arrow/data-00000-of-00001.arrow', 'x')
  await write('arrow/state.json', '{}')
  await assert.rejects(
    findDatasetFiles(join(root, 'arrow')),
    /no file ending in .*; there are "data-00000-of-00001\.arrow \(not a format of problem files\)", "state\.json \(metadata\)"/,
  )
})

const splits: readonly (readonly [name: string, split: string])[] = [
  ['train.jsonl', 'train'],
  ['problems.jsonl', 'train'],
  ['constructor/toString.jsonl', 'train'],
  ['latest.jsonl', 'train'],
  ['train/test_prep/1.json', 'train'],
  ['test-00000-of-00001.parquet', 'test'],
  ['test2.jsonl', 'test'],
  ['gsm8k_test.jsonl', 'test'],
  ['my-problems.test.csv', 'test'],
  ['eval.jsonl', 'test'],
  ['Heldout.jsonl', 'test'],
  ['math500.jsonl', 'test'],
  ['dev.jsonl', 'validation'],
  ['gsm8k.validation.jsonl', 'validation'],
]

test('the split follows from a word of the name, wherever it stands', async () => {
  for (const [name, split] of splits) {
    const folder = `splits/${name.replaceAll('/', '_')}`
    await write(`${folder}/${name}`, row('Q?'))
    const { files } = await findDatasetFiles(join(root, folder))
    assert.equal(files[0]?.split, split, name)
  }
})
