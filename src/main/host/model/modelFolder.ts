import { copyFile, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { matchParameters } from '../../../core/model/checkpointNames.ts'
import type { JsonObject } from '../../../core/model/config/configFields.ts'
import { countNonFinite } from '../../../core/model/nonFinite.ts'
import { formatJsonText } from '../../../core/model/config/jsonText.ts'
import type { ModelConfig } from '../../../core/model/config/modelConfig.ts'
import { sizeOf } from '../../../core/model/parameterTable.ts'
import { encodeBrainFloats } from '../../../core/model/safetensors.ts'
import type { ParameterValue, ParameterValues } from '../../../core/model/parameterValues.ts'
import { readModelConfig } from '../../../core/model/config/readModelConfig.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { readJsonFile } from '../machine/jsonFiles.ts'
import { explainFolder } from './explainFolder.ts'
import { modelNotices } from './modelNotices.ts'
import { readFloatTensor, streamSafetensors, writeThroughTemporary } from './safetensorsFiles.ts'
import { checkTiedHead } from './tiedHead.ts'
import { notFinite, readWeightFiles, singleFile, type WeightEntry } from './weightFiles.ts'

/** A Hugging Face model folder whose files have been checked; no weight has been read yet. */
export interface ModelFolder {
  readonly folder: string
  readonly config: ModelConfig
  readonly configJson: JsonObject
  readonly generationJson: JsonObject | null
  /** By parameter name, in the order of `parameterShapes`. */
  readonly entries: ReadonlyMap<string, WeightEntry>
  /** What of the folder is not read or not as it is written, in sentences for people; usually none. */
  readonly notices: readonly string[]
}

/** What belongs to a model besides weights and config; copied along when a model is saved. */
export const companionFiles = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.json',
  'merges.txt',
  'chat_template.jinja',
]

/**
 * Opens a model folder: reads config.json, generation_config.json and the headers of the weight files, and
 * checks that every parameter is there with the right shape and that no file is cut short. Costs no memory
 * worth naming.
 *
 * @throws RecheckError `checkpoint.*`, `config.*`, `file.*`: one for each way a folder can be wrong
 */
export async function openModelFolder(folder: string): Promise<ModelFolder> {
  const configPath = join(folder, 'config.json')
  const configJson = await readJsonFile(configPath)
  if (configJson === null) {
    throw new RecheckError(
      'checkpoint.no-config',
      `${folder} has no config.json: it ${explainFolder(folder)}`,
    )
  }
  const generationJson = await readJsonFile(join(folder, 'generation_config.json'))
  const config = readModelConfig(configJson, generationJson ?? undefined, configPath)
  const weights = await readWeightFiles(folder)
  const entries = matchParameters(config, weights.entries, folder)
  if (config.tiedHead) await checkTiedHead(config, weights.entries, entries)
  const notices = [...weights.notices, ...modelNotices({ config, configJson, configPath, entries })]
  return { folder, config, configJson, generationJson, entries, notices }
}

/** Bytes of the weights as they are kept: F32. */
export function modelBytes(checkpoint: ModelFolder): number {
  let total = 0
  for (const entry of checkpoint.entries.values()) total += 4 * sizeOf(entry.shape)
  return total
}

/**
 * One parameter after another, so that whoever keeps them elsewhere never holds two. With `scratch` (as long
 * as the largest tensor) each value is a view of it, valid until the next one.
 */
export async function* streamParameters(
  checkpoint: ModelFolder,
  scratch?: Float32Array,
): AsyncGenerator<readonly [name: string, value: ParameterValue]> {
  for (const [name, entry] of checkpoint.entries) {
    const size = sizeOf(entry.shape)
    const values = scratch === undefined ? new Float32Array(size) : scratch.subarray(0, size)
    await readFloatTensor(entry.path, entry, values)
    requireFiniteWeights(entry, values)
    yield [name, { shape: entry.shape, values }]
  }
}

/** One weight that is no number makes every logit NaN, and a model that trained to it is lost. */
function requireFiniteWeights(entry: WeightEntry, values: Float32Array): void {
  const { path } = entry
  const count = countNonFinite(values)
  if (count > 0) throw notFinite(path, entry, count)
}

/** Elements of the largest tensor: the length of a scratch array for `streamParameters`. */
export function largestTensor(checkpoint: ModelFolder): number {
  let largest = 0
  for (const entry of checkpoint.entries.values()) largest = Math.max(largest, sizeOf(entry.shape))
  return largest
}

/** All parameters as F32. */
export async function readParameters(checkpoint: ModelFolder): Promise<ParameterValues> {
  const parameters = new Map<string, ParameterValue>()
  for await (const [name, value] of streamParameters(checkpoint)) parameters.set(name, value)
  return parameters
}

export interface SavedModel {
  readonly configJson: JsonObject
  readonly generationJson?: JsonObject | null
  readonly parameters: ParameterValues
  /** Folder whose tokenizer files are copied along; left out: none. */
  readonly tokenizerFolder?: string
  /** Of the weights; left out: F32. */
  readonly format?: 'F32' | 'BF16'
  /** Told of every piece of the weights, in bytes of the file. */
  readonly onWritten?: (bytes: number) => void
}

/** Writes a folder that transformers opens: weights, config, generation config, tokenizer. */
export async function writeModelFolder(folder: string, model: SavedModel): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeParameters(folder, model)
  await writeJson(join(folder, 'config.json'), withFormat(model.configJson, model.format ?? 'F32'))
  if (model.generationJson !== undefined && model.generationJson !== null) {
    await writeJson(join(folder, 'generation_config.json'), model.generationJson)
  }
  if (model.tokenizerFolder !== undefined) await copyCompanions(model.tokenizerFolder, folder)
}

/** Elements that are converted at a time. */
const pieceElements = 1 << 20

async function writeParameters(folder: string, model: SavedModel): Promise<void> {
  const { parameters, format = 'F32', onWritten } = model
  const tensors = [...parameters].map(([name, parameter]) => {
    const { shape } = parameter
    async function* pieces(): AsyncGenerator<Float32Array | Uint16Array> {
      // asked for in its turn: a view makes it only then
      const { values } = parameter
      for (let from = 0; from < values.length; from += pieceElements) {
        const part = values.subarray(from, from + pieceElements)
        const piece = format === 'F32' ? part : encodeBrainFloats(part)
        yield await Promise.resolve(piece)
        onWritten?.(piece.byteLength)
      }
    }
    return [name, { shape, format, pieces }] as const
  })
  await streamSafetensors(join(folder, singleFile), new Map(tensors))
}

/** The weights are of this format now, whatever they were loaded from. */
function withFormat(config: JsonObject, format: 'F32' | 'BF16'): JsonObject {
  const name = 'torch_dtype' in config && !('dtype' in config) ? 'torch_dtype' : 'dtype'
  return { ...config, [name]: format === 'F32' ? 'float32' : 'bfloat16' }
}

export async function writeJson(path: string, value: JsonObject): Promise<void> {
  await writeThroughTemporary(path, async (file) => {
    await file.writeFile(`${formatJsonText(value)}\n`)
  })
}

async function copyCompanions(from: string, to: string): Promise<void> {
  const present = new Set(await readdir(from))
  for (const name of companionFiles) if (present.has(name)) await copyFile(join(from, name), join(to, name))
}
