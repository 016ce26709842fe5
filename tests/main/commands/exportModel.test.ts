import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { openGguf } from '../../../src/main/host/model/gguf/ggufFile.ts'
import { openModelFolder, readParameters } from '../../../src/main/host/model/modelFolder.ts'
import { readAllTensors } from '../../../src/main/host/model/safetensorsFiles.ts'
import { readCheckpoints } from '../../../src/main/store/checkpointStore.ts'
import { openForReading } from '../../../src/main/store/database.ts'
import { littleModelFolder } from '../owner/realRuns/realRuns.ts'

/** A run of two steps on a model of one layer, and its model as the commands give it. */
const cli = resolve(import.meta.dirname, '..', '..', '..', 'src', 'main', 'cli.ts')
const folder = mkdtempSync(join(tmpdir(), 'recheck-export-model-'))
const dataDir = join(folder, 'data')
const out = join(folder, 'model')
let runId = ''
after(() => rmSync(folder, { recursive: true, force: true }))

function recheck(
  args: readonly string[],
  input = '',
): { readonly code: number | null; readonly stdout: string; readonly stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args, '--data-dir', dataDir], {
    encoding: 'utf8',
    env: { ...process.env, RECHECK_MODELS: join(folder, 'models') },
    input,
    maxBuffer: 1 << 28,
  })
  return { code: status, stdout, stderr }
}

function done<T>(args: readonly string[], input = ''): T {
  const { code, stdout, stderr } = recheck([...args, '--json'], input)
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as T
}

before(() => {
  const config = {
    model: { path: littleModelFolder },
    data: { train: 24, validation: 8, test: 12, levels: ['easy', 'starter'] },
    vStar: { samples: 8 },
    steps: 2,
    problemsPerStep: 8,
    evalEvery: 1,
  }
  const file = join(folder, 'run.yaml')
  writeFileSync(file, JSON.stringify(config))
  runId = done<{ train: { runId: string } }>(['demo', '--preset', 'builtin', '--config', file]).train.runId
  const exported = done<{ step: number; dtype: string; runId: string }>(['export-model', `${runId}@2`, out])
  assert.deepEqual([exported.runId, exported.step, exported.dtype], [runId, 2, 'f32'])
})

test('the folder holds the weights of the checkpoint, tokenizer, configs, and a card with the figures of the store', async () => {
  const files = ['README.md', 'config.json', 'generation_config.json', 'model.safetensors', 'tokenizer.json']
  for (const name of [...files, 'tokenizer_config.json']) assert.ok(readdirSync(out).includes(name), name)
  const card = readFileSync(join(out, 'README.md'), 'utf8')
  assert.match(card, /\| Acc@final \| 0\.\d{3} \[0\.\d{3}, [01]\.\d{3}\], \d+ of 12 \|/)
  assert.ok(card.includes(`\`${runId}\`, step 2 of 2`) && !card.includes(folder))
  const db = openForReading(dataDir)
  assert.ok(db)
  const [newest] = readCheckpoints(db, runId)
  db.close()
  const stored = await readAllTensors(join(dataDir, newest?.folder ?? '', 'trainer.safetensors'))
  const found = await readParameters(await openModelFolder(out))
  assert.ok(found.size > 10)
  for (const [name, { values }] of found)
    assert.deepEqual(values, stored.get(`parameter/${name}`)?.values, name)
})

test('generate says the same of the checkpoint and of the folder; chat and eval take the checkpoint', () => {
  const question = ['--chat', '--prompt', 'What is 47 + 38?', '--temperature', '0']
  const [ofRun, ofFolder] = [
    ['--run', `${runId}@2`],
    ['--model', out],
  ].map((model) => done<{ model: string; completionIds: number[] }>(['generate', ...model, ...question]))
  assert.equal(ofRun?.model, `run ${runId} at step 2`)
  assert.deepEqual(ofRun.completionIds, ofFolder?.completionIds)
  const spoken = done<{ model: string; turns: unknown[] }>(
    ['chat', '--run', `${runId}@2`],
    'What is 1 + 2?\n\n',
  )
  assert.match(spoken.model, /^run .* at step \d$/)
  assert.equal(spoken.turns.length, 1)
  const evaluated = done<{ step: number }>(['eval', '--run', `${runId}@2`, '--greedy'])
  assert.equal(evaluated.step, 2)
})

test('bf16 is half the size and says so in its config', async () => {
  const rounded = join(folder, 'rounded')
  done(['export-model', runId, rounded, '--dtype', 'bf16'])
  const { configJson, notices, entries } = await openModelFolder(rounded)
  assert.deepEqual(notices, [])
  assert.equal(configJson['dtype'] ?? configJson['torch_dtype'], 'bfloat16')
  assert.ok([...entries.values()].every(({ format }) => format === 'BF16'))
})

test('a GGUF file: the run’s weights as F16, alone or with its card, and a model that the library takes back', async () => {
  const source = resolve(import.meta.dirname, '../../fixtures/gguf/gpt2.gguf')
  done(['models', 'import', source, '--as', 'tiny'])
  const config = { model: { path: 'tiny' }, warmUp: { steps: 1 }, data: { train: 8, validation: 4, test: 4 } }
  const configFile = join(folder, 'warm-up.yaml')
  writeFileSync(configFile, JSON.stringify(config))
  const { runId: warmedRun } = done<{ runId: string }>(['sft', '--config', configFile])
  const file = join(folder, 'warmed.gguf')
  const { dtype } = done<{ dtype: string }>(['export-model', warmedRun, file, '--gguf'])
  assert.equal(dtype, 'f16')
  const withCard = join(folder, 'warmed')
  done(['export-model', warmedRun, withCard, '--gguf'])
  assert.deepEqual(readdirSync(withCard).sort(), ['README.md', 'model.gguf'])
  assert.ok(readFileSync(join(withCard, 'model.gguf')).equals(readFileSync(file)))
  const card = readFileSync(join(withCard, 'README.md'), 'utf8')
  assert.match(card, /llama-cli -m FOLDER\/model\.gguf/)
  assert.match(card, /\| Parameters \| [\d,]+, f16 \|/)

  const exported = join(folder, 'warmed-folder')
  done(['export-model', warmedRun, exported])
  const [trained, embedding] = [
    await readParameters(await openModelFolder(exported)),
    'transformer.wte.weight',
  ]
  const reader = await openGguf(file)
  const tensor = reader.header.tensors.get('token_embd.weight') ?? assert.fail()
  const values = await reader.readValues(tensor, 0, 272 * 64)
  await reader.close()
  trained.get(embedding)?.values.forEach((value, at) => {
    assert.ok(Math.abs((values[at] ?? NaN) - value) <= Math.abs(value) * 2 ** -11 + 2 ** -25)
  })
  done(['models', 'import', file, '--as', 'back'])
  const asked = ['--prompt', 'in the hen', '--temperature', '0', '--max-tokens', '4']
  const [ofFile, ofRun] = [
    ['--model', 'back'],
    ['--run', warmedRun],
  ].map((model) => done<{ completionIds: number[] }>(['generate', ...model, ...asked]))
  assert.deepEqual(ofFile?.completionIds, ofRun?.completionIds)
})

test('a tokenizer that GGUF cannot hold, a name in .gguf without --gguf, and two forms at once are refused', () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[join(folder, 'new.gguf'), '--gguf'], /it is no byte-level BPE.*Export a Hugging Face folder instead/],
    [[join(folder, 'new.gguf')], /is the name of a GGUF file, and a folder is asked for\. Add --gguf/],
    [[join(folder, 'new'), '--gguf', '--adapter'], /give --adapter or --gguf, not both/],
    [[join(folder, 'new'), '--gguf', '--dtype', 'bf16'], /a GGUF file is written as f16/],
  ]
  for (const [args, message] of cases) {
    const { code, stderr } = recheck(['export-model', runId, ...args])
    assert.equal(code, 2)
    assert.match(stderr, message)
  }
  assert.deepEqual(
    readdirSync(folder).filter((name) => /new|unfinished/.test(name)),
    [],
  )
})

test('a folder that holds something, a step that is not there and two models at once are refused', () => {
  const refused = (args: readonly string[], message: RegExp): void => {
    const { code, stderr } = recheck(args)
    assert.equal(code, 2)
    assert.match(stderr, message)
  }
  refused(
    ['export-model', runId, out],
    /model is there already and not empty; choose another folder, nothing is overwritten/,
  )
  refused(['export-model', runId, join(dataDir, 'runs', 'x')], /is where Recheck keeps its own files/)
  refused(
    ['generate', '--run', `${runId}@77`, '--prompt', 'x'],
    /has no such checkpoint \(.*@77\); it has steps: 2/,
  )
  refused(
    ['generate', '--run', runId, '--model', 'builtin', '--prompt', 'x'],
    /give a model or --run, not both/,
  )
})
