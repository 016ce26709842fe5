import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { before, test } from 'node:test'
import { buildProgram } from '../../../src/main/cli.ts'
import { makeRandomModel } from '../../../src/main/host/model/randomModel.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'
import { presets, type Preset } from '../../../src/shared/config/presets.ts'
import { savesMemory } from '../../../src/shared/config/savesMemory.ts'
import { lastingProgram, realOwner } from '../owner/realRuns/realRuns.ts'
import { fileSuite } from '../fileSuite.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'
import { commandFixture } from './commandFixture.ts'

/**
 * Every preset trains as it is shipped, on random weights of its model's architecture, words and heads: one layer, a quarter
 * as wide. Otherwise only what decides how long a run takes is made small.
 */
const root = resolve(import.meta.dirname, '..', '..', '..')
const suite = fileSuite()
const folder = temporaryFolder(suite)
const dataDir = join(folder, 'data')
const frugalFolder = join(folder, 'frugal')

before(async () => {
  for (const each of [dataDir, frugalFolder]) mkdirSync(each)
  await realOwner(suite, dataDir, await lastingProgram(suite))
  await realOwner(suite, frugalFolder)
})

const ids = { bos_token_id: 1, eos_token_id: 2, pad_token_id: 0 }
const qwen = {
  ...ids,
  architectures: ['Qwen2ForCausalLM'],
  model_type: 'qwen2',
  hidden_act: 'silu',
  rms_norm_eps: 1e-6,
  rope_theta: 1e6,
  max_position_embeddings: 32768,
  tie_word_embeddings: true,
  vocab_size: 151936,
  num_hidden_layers: 1,
}
/** config.json of the models that presets name, with one layer of a quarter of its width; never with fewer words. */
const shapes: Readonly<Record<string, Record<string, unknown>>> = {
  'openai-community/gpt2': {
    ...ids,
    architectures: ['GPT2LMHeadModel'],
    model_type: 'gpt2',
    vocab_size: 50257,
    n_embd: 192,
    n_layer: 1,
    n_head: 12,
    n_positions: 1024,
    activation_function: 'gelu_new',
    layer_norm_epsilon: 1e-5,
  },
  'smollm2-135m-instruct': {
    ...ids,
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    vocab_size: 49152,
    hidden_size: 144,
    num_hidden_layers: 1,
    num_attention_heads: 9,
    num_key_value_heads: 3,
    intermediate_size: 384,
    max_position_embeddings: 8192,
    rms_norm_eps: 1e-5,
    rope_theta: 1e5,
    hidden_act: 'silu',
    tie_word_embeddings: true,
  },
  'Qwen/Qwen2.5-0.5B-Instruct': {
    ...qwen,
    hidden_size: 224,
    num_attention_heads: 14,
    num_key_value_heads: 2,
    intermediate_size: 1216,
  },
  'Qwen/Qwen2.5-1.5B-Instruct': {
    ...qwen,
    hidden_size: 384,
    num_attention_heads: 12,
    num_key_value_heads: 2,
    intermediate_size: 2240,
  },
}

/** The folder of the model that a preset names; `builtin` is there as it is. */
async function modelOf(name: string): Promise<string> {
  if (name === 'builtin') return name
  const config = shapes[name] ?? assert.fail(`no shape of ${name}`)
  const path = join(folder, name.replaceAll('/', '--'))
  if (existsSync(path)) return path
  await makeRandomModel({ config, seed: 0, standardDeviation: 0.02, format: 'BF16', shards: 1 }, path)
  for (const file of ['tokenizer.json', 'tokenizer_config.json', 'generation_config.json'])
    copyFileSync(join(root, 'resources', 'models', 'builtin', file), join(path, file))
  return path
}

/** What makes a run short. Answers of random weights are unreadable: it is to go on all the same. */
function short({ config }: Preset, path: string): Record<string, unknown> {
  const {
    model = {},
    warmUp,
    softLengthTokens = 4,
  } = config as {
    model?: object
    warmUp?: object
    softLengthTokens?: number
  }
  return {
    model: { ...model, path },
    data: { source: 'arithmetic', train: 4, validation: 0, test: 0 },
    sampling: { maxCompletionTokens: softLengthTokens },
    vStar: { samples: 1 },
    ...(warmUp === undefined
      ? {}
      : {
          warmUp: {
            problems: 8,
            steps: 2,
            conversationsPerStep: 2,
            riseSteps: 0,
            validation: 2,
            evalEvery: 2,
          },
        }),
    onNoSignal: 'warn',
    steps: 1,
    problemsPerStep: 2,
    evalEvery: 'never',
    optimizer: { warmupSteps: 0 },
  }
}

/**
 * The command, handed over to an owner in this process; its trainers hand their runs on to one process, unless the run's own
 * settings of memory are to hold for the whole of it.
 */
async function recheck(
  { config }: Preset,
  args: readonly string[],
): Promise<{ readonly code: number; readonly stderr: string }> {
  const isFrugal = savesMemory(parseConfig(config, 'a preset'))
  const fixture = commandFixture()
  const line = [...args, '--data-dir', isFrugal ? frugalFolder : dataDir]
  await buildProgram(fixture.context).parseAsync(line, { from: 'user' })
  return { code: fixture.exitCode() ?? 0, stderr: fixture.stderr() }
}

for (const preset of presets) {
  const { name } = preset
  test(`the preset ${name} starts as it is shipped`, async () => {
    const { path = 'builtin' } = (preset.config['model'] ?? {}) as { path?: string }
    const file = join(folder, `${name}.json`)
    writeFileSync(file, JSON.stringify(short(preset, await modelOf(path))))
    const { code, stderr } = await recheck(preset, ['train', '--preset', name, '--config', file])
    assert.equal(code, 0, stderr)
    assert.match(stderr, /training: 1\/1 steps/)
  })
}
