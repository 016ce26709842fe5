import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import {
  addModel,
  findModel,
  isModelName,
  libraryFolder,
  listModels,
  modelsFolder,
  removeModel,
  requireRoom,
  type FilledModel,
} from '../../../../src/main/host/model/modelLibrary.ts'
import { RecheckError } from '../../../../src/shared/errors/recheckError.ts'
import { BUILTIN_FOLDER } from '../../../tokenizerFolders.ts'

const facts: FilledModel = {
  source: 'somewhere',
  revision: 'abc',
  licence: 'Apache-2.0',
  sha256: null,
  importedAt: '2026-11-27T12:00:00.000Z',
}

function emptyLibrary(t: TestContext): string {
  const parent = mkdtempSync(join(tmpdir(), 'recheck-library-'))
  t.after(() => rmSync(parent, { recursive: true, force: true }))
  return join(parent, 'models')
}

async function fillFromBuiltin(folder: string): Promise<FilledModel> {
  cpSync(BUILTIN_FOLDER, folder, { recursive: true })
  return facts
}

const hasCode = (code: string) => (error: unknown) => error instanceof RecheckError && error.code === code

test('a model that was added is found by its name, listed with its source, and gone when removed', async (t) => {
  const models = emptyLibrary(t)
  assert.deepEqual(await listModels(models), [])
  const added = await addModel('org/tiny@v1', fillFromBuiltin, models)
  assert.equal(added.folder, join(models, 'org--tiny@v1'))
  assert.equal(findModel('org/tiny@v1', models), added.folder)
  assert.equal(findModel('org/tiny', models), null)
  const [listed] = await listModels(models)
  assert.equal(listed?.name, 'org/tiny@v1')
  assert.equal(listed.source?.licence, 'Apache-2.0')
  assert.ok((listed.source?.bytes ?? 0) > 1_000_000)
  await assert.rejects(addModel('org/tiny@v1', fillFromBuiltin, models), hasCode('model.exists'))
  await removeModel('org/tiny@v1', models)
  assert.deepEqual(readdirSync(models), [])
  await assert.rejects(removeModel('org/tiny@v1', models), hasCode('model.unknown'))
})

test('a model whose making fails leaves nothing behind', async (t) => {
  const models = emptyLibrary(t)
  const failing = addModel(
    'broken',
    (folder) => {
      writeFileSync(join(folder, 'config.json'), '{}')
      return Promise.reject(new Error('cut off'))
    },
    models,
  )
  await assert.rejects(failing, /cut off/)
  assert.deepEqual(readdirSync(models), [])
})

test('a folder that a person has put there counts, and a damaged source file says nothing', async (t) => {
  const models = emptyLibrary(t)
  mkdirSync(models)
  cpSync(BUILTIN_FOLDER, join(models, 'by-hand'), { recursive: true })
  writeFileSync(join(models, 'by-hand', 'recheck-source.json'), '{"source": 3')
  mkdirSync(join(models, 'no-model'))
  assert.deepEqual(
    (await listModels(models)).map(({ name, source }) => [name, source]),
    [['by-hand', null]],
  )
})

test('what is no name of a model is no path either', () => {
  for (const name of ['a', 'a/b', 'a/b@main', 'smollm2-135m-instruct', 'Qwen/Qwen2.5-0.5B'])
    assert.ok(isModelName(name), name)
  const wrong = [
    '',
    '../x',
    'a/../b',
    '/etc',
    'a/b/c',
    '..',
    '.a',
    'a.',
    'a--b',
    '..\\x/y',
    'a b',
    'builtin',
    'a\0b',
  ]
  for (const name of [...wrong, 'x'.repeat(97)]) {
    assert.equal(isModelName(name), false, name)
    assert.equal(findModel(name), null)
    assert.throws(() => libraryFolder(name), hasCode('model.name'))
  }
})

test('the folder of the library follows RECHECK_MODELS, then the data folder', () => {
  assert.equal(modelsFolder({ RECHECK_MODELS: '/m', RECHECK_HOME: '/h' }), '/m')
  assert.equal(modelsFolder({ RECHECK_HOME: '/h' }), join('/h', 'models'))
})

test('what a disk has no room for is refused before it is begun', (t) => {
  const models = emptyLibrary(t)
  requireRoom(1, 'a byte', models)
  assert.throws(() => requireRoom(1e18, 'this model', models), /this model needs .* RECHECK_MODELS/)
  assert.equal(existsSync(models), false)
})
