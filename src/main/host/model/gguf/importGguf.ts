import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ggufConfig, type GgufConfig } from '../../../../core/model/gguf/ggufConfig.ts'
import type { GgufHeader, GgufTensor } from '../../../../core/model/gguf/ggufHeader.ts'
import { planTensors, ropeFactorsName, type TensorPlan } from '../../../../core/model/gguf/ggufTensors.ts'
import { ggufTokenizer, type GgufTokenizer } from '../../../../core/model/gguf/ggufTokenizer.ts'
import type { ModelConfig } from '../../../../core/model/config/modelConfig.ts'
import { sizeOf } from '../../../../core/model/parameterTable.ts'
import { readModelConfig } from '../../../../core/model/config/readModelConfig.ts'
import { listed } from '../../../../shared/text/shortened.ts'
import type { ReportProgress } from '../../provision/fetch.ts'
import { loadTokenizer } from '../hubTokenizer.ts'
import { openModelFolder, writeJson } from '../modelFolder.ts'
import { addModel, assertNewModel, modelsFolder, requireRoom, type LibraryModel } from '../modelLibrary.ts'
import { streamSafetensors } from '../safetensorsFiles.ts'
import { weightProgress } from '../weightProgress.ts'
import { convertTensor, keptFormat } from './convertTensor.ts'
import { openGguf, type GgufReader } from './ggufFile.ts'

export interface GgufImport {
  readonly path: string
  /** Of the new model in the library. */
  readonly name: string
  /** What the file came from, where that says more than its name. */
  readonly source?: { readonly source: string; readonly revision: string | null }
  /** Of the source; left out: what the file says. */
  readonly licence?: { readonly name: string; readonly text: string }
  readonly report: ReportProgress
  readonly signal?: AbortSignal
  readonly models?: string
}

export interface ImportedModel {
  readonly model: LibraryModel
  readonly parameters: number
  /** What of the file was left aside, in sentences. */
  readonly notices: readonly string[]
}

/**
 * Makes a Hugging Face folder of a GGUF file and puts it into the library: weights as they were quantised,
 * written as F32 (16-bit floats stay 16-bit), one tensor at a time; config, tokenizer and chat template from
 * its metadata.
 *
 * @throws RecheckError `gguf.*`, `model.*`, `checkpoint.*`, `config.*`, `tokenizer.*`, `file.*`; nothing is
 *   left behind
 */
export async function importGguf(given: GgufImport): Promise<ImportedModel> {
  const { path, name, models = modelsFolder() } = given
  assertNewModel(name, models)
  const reader = await openGguf(path)
  try {
    const plan = await planImport(reader)
    const bytes = plan.tensors.reduce((sum, each) => sum + storedBytes(each), 0)
    requireRoom(bytes + (64 << 20), `the model ${name}`, models)
    const sha256 = await sha256Of(given)
    const fill = async (folder: string) => {
      await writeModel(folder, reader, plan, given)
      return {
        source: given.source?.source ?? basename(path),
        revision: given.source?.revision ?? null,
        licence: given.licence?.name ?? textOf(reader.header, 'general.license'),
        sha256,
        importedAt: new Date().toISOString(),
      }
    }
    const model = await addModel(name, fill, models)
    const parameters = plan.tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
    return { model, parameters, notices: noticesOf(path, plan) }
  } finally {
    await reader.close()
  }
}

interface ImportPlan {
  readonly config: GgufConfig
  readonly modelConfig: ModelConfig
  readonly tensors: readonly TensorPlan[]
  readonly tokenizer: GgufTokenizer
}

/** Everything that can be wrong with a file is found here, before a byte is written. */
async function planImport(reader: GgufReader): Promise<ImportPlan> {
  const { path } = reader
  const header = await withoutTiedCopy(reader)
  const factors = header.tensors.get(ropeFactorsName)
  const ropeFactors =
    factors === undefined ? null : await reader.readValues(factors, 0, sizeOf(factors.shape))
  const config = ggufConfig(header, path, ropeFactors)
  const modelConfig = readModelConfig(config.configJson, config.generationJson, path)
  const tensors = planTensors(modelConfig, header.tensors, path)
  return { config, modelConfig, tensors, tokenizer: ggufTokenizer(header, path) }
}

/** An output head that is the embedding once more, byte for byte, is a tied one. */
async function withoutTiedCopy(reader: GgufReader): Promise<GgufHeader> {
  const { metadata, tensors } = reader.header
  const [head, embedding] = [tensors.get('output.weight'), tensors.get('token_embd.weight')]
  if (head === undefined || embedding === undefined || !(await areSame(reader, head, embedding)))
    return reader.header
  return { metadata, tensors: new Map([...tensors].filter(([name]) => name !== head.name)) }
}

async function areSame(reader: GgufReader, a: GgufTensor, b: GgufTensor): Promise<boolean> {
  if (a.type !== b.type || a.shape.join() !== b.shape.join()) return false
  const [rows = 1, columns = 1] = a.shape
  const step = Math.max(1, Math.floor((1 << 20) / columns))
  for (let row = 0; row < rows; row += step) {
    const [from, to] = [row * columns, Math.min(rows, row + step) * columns]
    const bytes = Buffer.from(await reader.readBytes(a, from, to))
    if (!bytes.equals(await reader.readBytes(b, from, to))) return false
  }
  return true
}

function storedBytes({ shape, tensor }: TensorPlan): number {
  return sizeOf(shape) * (keptFormat(tensor) === 'F32' ? 4 : 2)
}

async function writeModel(
  folder: string,
  reader: GgufReader,
  plan: ImportPlan,
  given: GgufImport,
): Promise<void> {
  const { config, tokenizer } = plan
  await streamSafetensors(join(folder, 'model.safetensors'), streamedTensors(reader, plan, given))
  await writeJson(join(folder, 'config.json'), { ...config.configJson, dtype: dtypeOf(plan) })
  await writeJson(join(folder, 'generation_config.json'), config.generationJson)
  await writeJson(join(folder, 'tokenizer.json'), tokenizer.tokenizerJson)
  await writeJson(join(folder, 'tokenizer_config.json'), tokenizer.tokenizerConfigJson)
  if (tokenizer.chatTemplate !== null)
    await writeFile(join(folder, 'chat_template.jinja'), tokenizer.chatTemplate)
  if (given.licence !== undefined) await writeFile(join(folder, 'LICENSE'), given.licence.text)
  // what was written is what every command reads
  await openModelFolder(folder)
  await loadTokenizer(folder)
}

function streamedTensors(
  reader: GgufReader,
  { tensors, modelConfig }: ImportPlan,
  { report, signal }: GgufImport,
): Parameters<typeof streamSafetensors>[1] {
  const total = tensors.reduce((sum, each) => sum + storedBytes(each), 0)
  const onWritten = weightProgress(total, report, signal)
  return new Map(
    tensors.map((plan) => {
      const tensor = convertTensor(reader, plan, modelConfig.headWidth)
      async function* pieces(): AsyncGenerator<Float32Array | Uint16Array> {
        for await (const piece of tensor.pieces()) {
          signal?.throwIfAborted()
          yield piece
          onWritten(piece.byteLength)
        }
      }
      return [plan.name, { ...tensor, pieces }]
    }),
  )
}

/** transformers rounds what it loads to this format: one that every tensor has, else F32. */
function dtypeOf({ tensors }: ImportPlan): 'float32' | 'float16' | 'bfloat16' {
  const formats = new Set(tensors.map(({ tensor }) => keptFormat(tensor)))
  if (formats.size > 1 || formats.has('F32')) return 'float32'
  return formats.has('F16') ? 'float16' : 'bfloat16'
}

async function sha256Of({ path, report, signal }: GgufImport): Promise<string> {
  const hash = createHash('sha256')
  const input = createReadStream(path, {
    highWaterMark: 4 << 20,
    ...(signal === undefined ? {} : { signal }),
  })
  let done = 0
  const total = (await stat(path)).size
  input.on('data', (chunk) => {
    done += chunk.length
    report({
      activity: 'reading the file',
      done: Math.ceil(done / (1 << 20)),
      total: Math.ceil(total / (1 << 20)),
      unit: 'MiB',
      ratePerSecond: null,
      secondsLeft: null,
    })
  })
  await pipeline(input, hash)
  return hash.digest('hex')
}

function noticesOf(path: string, { config: { unread } }: ImportPlan): readonly string[] {
  if (unread.length === 0) return []
  return [
    `${path}: Recheck does not know and does not read ${listed(unread)}. If that changes what the model computes, its numbers here ` +
      'are not those of the model.',
  ]
}

function textOf({ metadata }: GgufHeader, key: string): string | null {
  const value = metadata.get(key)
  return typeof value === 'string' && value !== '' ? value : null
}
