import { copyFile, mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { matchParameters } from '../../../core/model/checkpointNames.ts'
import type { JsonObject } from '../../../core/model/configFields.ts'
import { isJsonObject } from '../../../core/model/configFields.ts'
import type { ModelConfig } from '../../../core/model/modelConfig.ts'
import { sizeOf } from '../../../core/model/parameterTable.ts'
import type { ParameterValue, ParameterValues } from '../../../core/model/parameterValues.ts'
import { readModelConfig } from '../../../core/model/readModelConfig.ts'
import type { TensorEntry } from '../../../core/model/safetensors.ts'
import { RecheckError } from '../../../shared/recheckError.ts'
import { readJsonFile } from '../machine/jsonFiles.ts'
import {
  readFloatTensor,
  readSafetensorsHeader,
  writeSafetensors,
  writeThroughTemporary,
} from './safetensorsFiles.ts'

/** A tensor and the file it stands in. */
export interface CheckpointEntry extends TensorEntry {
  readonly path: string
}

/** A Hugging Face model folder whose files have been checked; no weight has been read yet. */
export interface Checkpoint {
  readonly folder: string
  readonly config: ModelConfig
  readonly configJson: JsonObject
  readonly generationJson: JsonObject | null
  /** By parameter name, in the order of `parameterShapes`. */
  readonly entries: ReadonlyMap<string, CheckpointEntry>
}

const singleFile = 'model.safetensors'
const indexFile = 'model.safetensors.index.json'

/** What belongs to a model besides weights and config; copied along when a model is saved. */
const companionFiles = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.json',
  'merges.txt',
  'chat_template.jinja',
]

/**
 * Opens a model folder: reads config.json, generation_config.json and the headers of the weight files, and checks that
 * every parameter is there with the right shape and that no file is cut short. Costs no memory worth naming.
 *
 * @throws RecheckError `checkpoint.*`, `config.*`, `file.bad-json`: one for each way a folder can be wrong
 */
export async function openCheckpoint(folder: string): Promise<Checkpoint> {
  const configPath = join(folder, 'config.json')
  const configJson = await readJsonFile(configPath)
  if (configJson === null) {
    throw new RecheckError(
      'checkpoint.no-config',
      `${folder}: no config.json here. Give the folder of a Hugging Face model.`,
    )
  }
  const generationJson = await readJsonFile(join(folder, 'generation_config.json'))
  const config = readModelConfig(configJson, generationJson ?? undefined, configPath)
  if (isJsonObject(configJson['quantization_config'])) {
    throw new RecheckError(
      'checkpoint.format',
      `${configPath}: the checkpoint is quantised; use the unquantised one (F32, F16 or BF16)`,
    )
  }
  const entries = matchParameters(config, await readEntries(folder), folder)
  return { folder, config, configJson, generationJson, entries }
}

/** Bytes of the weights as they are kept: F32. */
export function checkpointBytes(checkpoint: Checkpoint): number {
  let total = 0
  for (const entry of checkpoint.entries.values()) total += 4 * sizeOf(entry.shape)
  return total
}

/**
 * One parameter after another, so that whoever keeps them elsewhere never holds two. With `scratch` (as long as the
 * largest tensor) each value is a view of it, valid until the next one.
 */
export async function* streamParameters(
  checkpoint: Checkpoint,
  scratch?: Float32Array,
): AsyncGenerator<readonly [name: string, value: ParameterValue]> {
  for (const [name, entry] of checkpoint.entries) {
    const size = sizeOf(entry.shape)
    const values = scratch === undefined ? new Float32Array(size) : scratch.subarray(0, size)
    await readFloatTensor(entry.path, entry, values)
    yield [name, { shape: entry.shape, values }]
  }
}

/** Elements of the largest tensor: the length of a scratch array for `streamParameters`. */
export function largestTensor(checkpoint: Checkpoint): number {
  let largest = 0
  for (const entry of checkpoint.entries.values()) largest = Math.max(largest, sizeOf(entry.shape))
  return largest
}

/** All parameters as F32. */
export async function readParameters(checkpoint: Checkpoint): Promise<ParameterValues> {
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
}

/** Writes a folder that transformers opens: F32 weights, config, generation config, tokenizer. */
export async function writeCheckpoint(folder: string, model: SavedModel): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeParameters(folder, model.parameters)
  await writeJson(join(folder, 'config.json'), asFloat32Config(model.configJson))
  if (model.generationJson !== undefined && model.generationJson !== null) {
    await writeJson(join(folder, 'generation_config.json'), model.generationJson)
  }
  if (model.tokenizerFolder !== undefined) await copyCompanions(model.tokenizerFolder, folder)
}

async function writeParameters(folder: string, parameters: ParameterValues): Promise<void> {
  const shapes = new Map([...parameters].map(([name, { shape }]) => [name, shape]))
  const valuesOf = (name: string): Float32Array => parameters.get(name)?.values ?? new Float32Array(0)
  await writeSafetensors(join(folder, singleFile), shapes, valuesOf)
}

/** The weights are F32 now, whatever they were loaded from. */
function asFloat32Config(config: JsonObject): JsonObject {
  const name = 'torch_dtype' in config && !('dtype' in config) ? 'torch_dtype' : 'dtype'
  return { ...config, [name]: 'float32' }
}

export async function writeJson(path: string, value: JsonObject): Promise<void> {
  await writeThroughTemporary(path, async (file) => {
    await file.writeFile(`${JSON.stringify(value, null, 2)}\n`)
  })
}

async function copyCompanions(from: string, to: string): Promise<void> {
  const present = new Set(await readdir(from))
  for (const name of companionFiles) if (present.has(name)) await copyFile(join(from, name), join(to, name))
}

async function readEntries(folder: string): Promise<ReadonlyMap<string, CheckpointEntry>> {
  const index = await readJsonFile(join(folder, indexFile))
  if (index === null) return readFileEntries(folder, await presentFile(folder, singleFile))
  const fileOf = readWeightMap(index, join(folder, indexFile))
  const entries = new Map<string, CheckpointEntry>()
  for (const file of new Set(fileOf.values())) {
    const found = await readFileEntries(folder, await presentFile(folder, file))
    // the index decides which file a tensor is read from
    for (const [name, entry] of found) if (fileOf.get(name) === file) entries.set(name, entry)
  }
  for (const [name, file] of fileOf) if (!entries.has(name)) throw missingInShard(folder, name, file)
  return entries
}

async function readFileEntries(folder: string, file: string): Promise<Map<string, CheckpointEntry>> {
  const path = join(folder, file)
  const { entries } = await readSafetensorsHeader(path)
  return new Map([...entries].map(([name, entry]) => [name, { ...entry, path }]))
}

/** Tensor name → file name of model.safetensors.index.json. Only plain names of files in the same folder are taken. */
function readWeightMap(index: JsonObject, path: string): ReadonlyMap<string, string> {
  const weightMap = index['weight_map']
  if (!isJsonObject(weightMap)) {
    throw new RecheckError('checkpoint.index', `${path}: "weight_map" is missing or not an object`)
  }
  const files = new Map<string, string>()
  for (const [name, file] of Object.entries(weightMap)) {
    if (typeof file !== 'string' || file === '' || /[/\\]|^\.\.?$/.test(file) || file.includes('\0')) {
      throw new RecheckError(
        'checkpoint.outside-folder',
        `${path}: tensor "${name}" is in ${JSON.stringify(file)}; expected the name of a file in the same folder`,
      )
    }
    files.set(name, file)
  }
  return files
}

async function presentFile(folder: string, file: string): Promise<string> {
  const found = await stat(join(folder, file)).catch(() => null)
  if (found?.isFile() === true) return file
  throw new RecheckError(
    'checkpoint.no-weights',
    `${folder}: no ${file} here. Weights must be safetensors (${singleFile}, or shards with ${indexFile}); ` +
      'convert .bin files with transformers: `model.save_pretrained(folder)`.',
  )
}

function missingInShard(folder: string, name: string, file: string): RecheckError {
  return new RecheckError(
    'checkpoint.missing-tensor',
    `${folder}: ${indexFile} says that tensor "${name}" is in ${file}, which does not hold it. Fetch the file again.`,
  )
}
