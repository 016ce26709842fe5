import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { folderChoices } from '../../../../src/main/host/machine/folderChoices.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'

test('the folders of the last whole one that begin as typed, with what they hold; no files, hidden ones after a dot', async (t) => {
  const root = temporaryFolder(t)
  for (const name of ['Qwen', 'qwen-lora', 'other', '.hidden', 'with\nline']) mkdirSync(join(root, name))
  writeFileSync(join(root, 'Qwen', 'config.json'), '{}')
  writeFileSync(join(root, 'qwen-lora', 'adapter_config.json'), '{}')
  writeFileSync(join(root, 'qwen.txt'), '')
  symlinkSync(join(root, 'Qwen'), join(root, 'qwen-link'))
  symlinkSync(join(root, 'nowhere'), join(root, 'qwen-broken'))
  assert.deepEqual(await folderChoices(`${root}/qw`), [
    { path: `${root}/Qwen`, holds: 'model' },
    { path: `${root}/qwen-link`, holds: 'model' },
    { path: `${root}/qwen-lora`, holds: 'adapter' },
  ])
  const all = async (typed: string): Promise<readonly string[]> =>
    (await folderChoices(typed)).map(({ path }) => path.slice(root.length + 1))
  assert.deepEqual(await all(`${root}/`), ['other', 'Qwen', 'qwen-link', 'qwen-lora'])
  assert.deepEqual(await all(`${root}/.`), ['.hidden'])
  assert.deepEqual(await folderChoices(`${root}/nothing/q`), [])
  assert.deepEqual(await folderChoices(`${root}/qwen.txt/`), [])
})

test('home is where ~ and relative paths begin, and what was typed stays as it was typed', async (t) => {
  const root = temporaryFolder(t)
  mkdirSync(join(root, 'model'))
  const fromHome = relative(homedir(), root)
  assert.deepEqual(await folderChoices(`~/${fromHome}/mo`), [{ path: `~/${fromHome}/model`, holds: null }])
  assert.deepEqual(await folderChoices(`${fromHome}/mo`), [{ path: `${fromHome}/model`, holds: null }])
  assert.deepEqual(await folderChoices('~'), [])
})

test('at most 50 are offered', async (t) => {
  const root = temporaryFolder(t)
  for (let index = 0; index < 60; index++) mkdirSync(join(root, `m${index}`))
  assert.equal((await folderChoices(`${root}/m`)).length, 50)
})
