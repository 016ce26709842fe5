import assert from 'node:assert/strict'
import { cp, mkdir, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openModelFolder } from '../../../../src/main/host/model/modelFolder.ts'
import { modelFolderOf } from '../../../../src/main/run/namedModelFolder.ts'
import { goldenFolder } from '../../../goldenFolders.ts'
import { BUILTIN_FOLDER } from '../../../tokenizerFolders.ts'
import { assertRefused, cases, copyOf, scratch } from './caseFolders.ts'

test('M18: an adapter is named as one, with its base model and the way to a model', async () => {
  const folder = await copyOf(join(cases, 'M18'))
  await assertRefused(
    folder,
    'checkpoint.no-config',
    /is a PEFT adapter \("LORA"\), no model: it belongs to the base model "Qwen\/Qwen2.5-0.5B". Plain LoRA: `recheck models import ADAPTER --onto MODEL --as NAME` makes a model of the two\. Any other: merge the two in Python/,
  )
  // named by a config it is refused in the same words
  assert.throws(
    () => modelFolderOf(folder, '/'),
    /model ".*" has no config.json: .* is a PEFT adapter \("LORA"\)/,
  )
  // one that says nothing of itself, and one that PEFT saved beside a config
  await writeFile(join(folder, 'adapter_config.json'), '{"base_model_name_or_path": 5')
  await assertRefused(
    folder,
    'checkpoint.no-config',
    /is a PEFT adapter, no model: it belongs to a base model that/,
  )
  await cp(join(BUILTIN_FOLDER, 'config.json'), join(folder, 'config.json'))
  await writeFile(join(folder, 'adapter_model.safetensors'), '')
  await assertRefused(folder, 'checkpoint.no-weights', /is a PEFT adapter/)
})

test('folders of other kinds are named, with the way to a model', async () => {
  const kinds: readonly (readonly [file: string, message: RegExp])[] = [
    ['model-Q4_K_M.gguf', /holds GGUF weights.*recheck models import/],
    ['pytorch_model.bin', /holds PyTorch weights, which can run code.*save_pretrained/],
    ['consolidated.00.pth', /Meta’s own format/],
    ['model.onnx', /another format/],
    ['model_index.json', /a diffusers pipeline/],
    ['checkpoint.json', /looks like a checkpoint of a run. `recheck resume`/],
    ['notes.txt', /holds "notes.txt"/],
  ]
  for (const [file, message] of kinds) {
    const folder = join(scratch, `kind-${file}`)
    await mkdir(folder)
    await writeFile(join(folder, file), '')
    await assertRefused(folder, 'checkpoint.no-config', message)
    await cp(join(BUILTIN_FOLDER, 'config.json'), join(folder, 'config.json'))
    await assertRefused(folder, 'checkpoint.no-weights', /Weights must be model.safetensors, or shards/)
  }
  await assertRefused(join(scratch, 'none'), 'checkpoint.no-config', /does not exist/)
  await assertRefused(
    join(BUILTIN_FOLDER, 'model.safetensors'),
    'checkpoint.no-config',
    /is a file; give its folder, .*builtin/,
  )
  const cache = join(scratch, 'models--org--name')
  await cp(BUILTIN_FOLDER, join(cache, 'snapshots', '0a1b'), { recursive: true })
  await assertRefused(cache, 'checkpoint.no-config', /is no model itself; ".*snapshots\/0a1b" is/)
})

test('files that are something else under a name of the model’s are named as what they are', async () => {
  const contents: readonly (readonly [bytes: string, message: RegExp])[] = [
    [
      'version https://git-lfs.github.com/spec/v1\noid sha256:4665\nsize 988097824\n',
      /is a Git LFS pointer.*`git lfs pull`/,
    ],
    ['\n<!DOCTYPE html>\n<html><head><title>429</title>', /is a web page/],
    ['GGUF\u0003\0\0\0', /is a GGUF file under another name/],
    ['PK\u0003\u0004\0\0\0\0\u0008\u0008', /is a zip archive/],
    ['', /is empty: fetch or copy the file again/],
    ['\0'.repeat(1000), /begins with zeros alone/],
  ]
  for (const [bytes, message] of contents) {
    const weights = await copyOf(goldenFolder('gpt2'))
    await writeFile(join(weights, 'model.safetensors'), bytes, 'latin1')
    await assertRefused(weights, 'checkpoint.corrupt', message)
    const config = await copyOf(goldenFolder('gpt2'))
    await writeFile(join(config, 'config.json'), bytes, 'latin1')
    await assertRefused(config, 'file.bad-json', message)
  }
})

test('weights that no name leads to: shards without an index, a file under a name of its own', async () => {
  const shards = await copyOf(goldenFolder('qwen2-bf16-sharded'))
  await unlink(join(shards, 'model.safetensors.index.json'))
  await assertRefused(
    shards,
    'checkpoint.no-weights',
    /"model-00001-of-00005.safetensors".* but no model.safetensors.index.json/,
  )
  const named = await copyOf(goldenFolder('gpt2'))
  await rename(join(named, 'model.safetensors'), join(named, 'model.fp16.safetensors'))
  await assertRefused(
    named,
    'checkpoint.no-weights',
    /weights as "model.fp16.safetensors"; rename one of them to model.safetensors/,
  )
})

test('links as in the hub’s cache are followed', async () => {
  const folder = join(scratch, 'links')
  await mkdir(folder)
  for (const name of ['config.json', 'generation_config.json', 'model.safetensors'])
    await symlink(join(BUILTIN_FOLDER, name), join(folder, name))
  assert.deepEqual((await openModelFolder(folder)).config, (await openModelFolder(BUILTIN_FOLDER)).config)
  await unlink(join(folder, 'config.json'))
  await symlink(join(scratch, 'none.json'), join(folder, 'config.json'))
  await assertRefused(folder, 'file.unreadable', /config.json is a link to a file that is not there/)
})

test('a config.json or an index that is a folder', async () => {
  for (const name of ['config.json', 'generation_config.json', 'model.safetensors.index.json']) {
    const folder = await copyOf(goldenFolder('qwen2-bf16-sharded'))
    await rm(join(folder, name), { force: true })
    await mkdir(join(folder, name))
    await assertRefused(folder, 'file.unreadable', new RegExp(`${name} is a folder; expected a JSON file`))
  }
})
