import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { JsonObject } from '../../../core/model/config/configFields.ts'
import { ConfigFields, isJsonObject } from '../../../core/model/config/configFields.ts'
import { parameterShapes, sizeOf } from '../../../core/model/parameterTable.ts'
import { randomParameter } from '../../../core/model/randomParameters.ts'
import { readModelConfig } from '../../../core/model/config/readModelConfig.ts'
import { writeJson } from './modelFolder.ts'
import { readJsonFile } from '../machine/jsonFiles.ts'
import { writeSafetensors } from './safetensorsFiles.ts'

/** A model of random weights, for tests and measurements. */
export interface RandomModelSpec {
  /** A Hugging Face config.json. */
  readonly config: JsonObject
  readonly seed: number
  readonly standardDeviation: number
  readonly format: 'F32' | 'BF16'
  /** Weight files; more than one come with an index. */
  readonly shards: number
}

/**
 * Reads a spec from a JSON file: { config, seed = 0, standardDeviation = 0.02, format = "F32", shards = 1 }.
 */
export async function readRandomModelSpec(path: string): Promise<RandomModelSpec> {
  const json = await readJsonFile(path)
  if (json === null) throw new RecheckError('file.missing', `${path}: no such file`)
  const fields = new ConfigFields(path, json)
  const config = json['config']
  if (!isJsonObject(config)) throw fields.invalid('config', 'a Hugging Face config')
  const format = fields.text('format', 'F32')
  if (format !== 'F32' && format !== 'BF16') throw fields.invalid('format', '"F32" or "BF16"')
  return {
    config,
    seed: fields.tokenId('seed', 2 ** 32) ?? 0,
    standardDeviation: fields.number('standardDeviation', { least: 0, most: 100 }, 0.02),
    format,
    shards: fields.count('shards', 1),
  }
}

/** Writes the model's folder (no tokenizer). Same spec, same bytes. At most one tensor is in memory. */
export async function makeRandomModel(spec: RandomModelSpec, folder: string): Promise<void> {
  const shapes = parameterShapes(readModelConfig(spec.config))
  const parts = split(shapes, spec.shards)
  await mkdir(folder, { recursive: true })
  const weightMap: Record<string, string> = {}
  for (const [index, part] of parts.entries()) {
    const file = parts.length === 1 ? 'model.safetensors' : shardName(index, parts.length)
    const valuesOf = (name: string) => randomParameter(name, part.get(name) ?? [], spec)
    await writeSafetensors(join(folder, file), part, valuesOf, { format: spec.format })
    for (const name of part.keys()) weightMap[name] = file
  }
  if (parts.length > 1)
    await writeJson(join(folder, 'model.safetensors.index.json'), { weight_map: weightMap })
  const dtype = spec.format === 'F32' ? 'float32' : 'bfloat16'
  await writeJson(join(folder, 'config.json'), { ...spec.config, dtype })
}

function shardName(index: number, count: number): string {
  const number = (value: number) => String(value).padStart(5, '0')
  return `model-${number(index + 1)}-of-${number(count)}.safetensors`
}

/** Neighbouring parameters together, parts of about the same size. */
function split(
  shapes: ReadonlyMap<string, readonly number[]>,
  count: number,
): readonly Map<string, readonly number[]>[] {
  const total = [...shapes.values()].reduce((sum, shape) => sum + sizeOf(shape), 0)
  const parts = Array.from({ length: count }, () => new Map<string, readonly number[]>())
  let seen = 0
  for (const [name, shape] of shapes) {
    parts[Math.min(count - 1, Math.floor((seen * count) / total))]?.set(name, shape)
    seen += sizeOf(shape)
  }
  return parts.filter((part) => part.size > 0)
}
