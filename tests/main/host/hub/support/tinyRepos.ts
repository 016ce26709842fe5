import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { makeRandomModel } from '../../../../../src/main/host/model/randomModel.ts'
import { BUILTIN_FOLDER } from '../../../../tokenizerFolders.ts'
import type { ServedRepo } from './hubServer.ts'

export const tinyConfig = {
  architectures: ['Qwen2ForCausalLM'],
  model_type: 'qwen2',
  vocab_size: 64,
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 64,
  rms_norm_eps: 1e-6,
  rope_theta: 10000,
  tie_word_embeddings: true,
  hidden_act: 'silu',
}

export type Files = Readonly<Record<string, Uint8Array | string>>

/** A folder that is gone after the tests of the file. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'recheck-hub-'))
  after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A model of random weights. */
export async function tinyModelFiles(shards = 1): Promise<Record<string, Uint8Array>> {
  const folder = await temporaryFolder()
  await makeRandomModel(
    { config: tinyConfig, seed: 1, standardDeviation: 0.02, format: 'F32', shards },
    folder,
  )
  return filesIn(folder)
}

export async function filesIn(folder: string): Promise<Record<string, Uint8Array>> {
  const read: Record<string, Uint8Array> = {}
  for (const name of await readdir(folder)) read[name] = await readFile(join(folder, name))
  return read
}

/** The built-in model as if somebody had put it on the hub: one that can be trained. */
export async function builtinOnHub(name: string): Promise<ServedRepo> {
  return {
    type: 'model',
    name,
    files: await filesIn(BUILTIN_FOLDER),
    large: ['model.safetensors'],
    card: { license: 'apache-2.0' },
  }
}

function rows(first: number, count: number): string {
  const lines = Array.from({ length: count }, (_, index) => {
    const n = first + index
    return JSON.stringify({ question: `What is ${n} plus ${n}?`, answer: `Twice ${n}.\n#### ${2 * n}` })
  })
  return `${lines.join('\n')}\n`
}

/** GSM8K's repository by its names, with few problems. */
export function tinyData(name: string): ServedRepo {
  return {
    type: 'dataset',
    name,
    files: { 'README.md': '# data', 'train.jsonl': rows(10, 60), 'test.jsonl': rows(1_000, 20) },
    card: { license: 'mit' },
  }
}
