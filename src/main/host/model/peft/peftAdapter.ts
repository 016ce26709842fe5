import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { adapterShapes } from '../../../../core/model/adapter.ts'
import { ConfigFields, type JsonObject } from '../../../../core/model/config/configFields.ts'
import type { AdapterValues } from '../../../../core/model/mergeAdapter.ts'
import type { ModelConfig } from '../../../../core/model/config/modelConfig.ts'
import type { ParameterValue } from '../../../../core/model/parameterValues.ts'
import { RecheckError } from '../../../../shared/errors/recheckError.ts'
import { quoted } from '../../../../shared/text/shortened.ts'
import { readJsonFile } from '../../machine/jsonFiles.ts'
import { writeJson } from '../modelFolder.ts'
import { viewTensor } from '../parameterView.ts'
import { readSafetensorsHeader, streamSafetensors } from '../safetensorsFiles.ts'

/** The two files of an adapter in the format of PEFT (huggingface/peft, `PeftModel.save_pretrained`). */
export const adapterConfigFile = 'adapter_config.json'
export const adapterWeightsFile = 'adapter_model.safetensors'

/** What PEFT puts before the name of a module of the model. */
const prefix = 'base_model.model.'

/**
 * Reads a LoRA adapter that PEFT wrote, for a model.
 *
 * @throws RecheckError `adapter.missing`, `adapter.unsupported`, `adapter.other-model`, `checkpoint.*`,
 *   `file.*`
 */
export async function readPeftAdapter(folder: string, model: ModelConfig): Promise<AdapterValues> {
  const configPath = join(folder, adapterConfigFile)
  const json = await readJsonFile(configPath)
  if (json === null) {
    throw new RecheckError(
      'adapter.missing',
      `${folder} has no ${adapterConfigFile}: expected the folder of an adapter, as PEFT writes it.`,
    )
  }
  requirePlainLora(configPath, json)
  const fields = new ConfigFields(configPath, json)
  const rank = fields.count('r')
  const written = fields.number('lora_alpha', { least: 0, most: 1e9 })
  // with rsLoRA the product is scaled by alpha ÷ √rank (arXiv 2312.03732)
  const alpha = json['use_rslora'] === true ? written * Math.sqrt(rank) : written
  const values = await readFactors(join(folder, adapterWeightsFile))
  const modules = [...values.keys()].map((name) => name.replace(/\.lora_[AB]\.weight$/, ''))
  const targets = [...new Set(modules.map((module) => module.slice(module.lastIndexOf('.') + 1)))]
  requireFactorsOf(folder, { values, shapes: shapesOf(folder, model, { rank, targets }) })
  return { rank, alpha, targets, values }
}

/**
 * Settings that change what a LoRA adapter computes, or save more than its factors; null, false or empty
 * where they do not.
 */
const furtherSettings = [
  'alora_invocation_tokens',
  'alpha_pattern',
  'arrow_config',
  'kasa_config',
  'layer_replication',
  'lora_bias',
  'modules_to_save',
  'monteclora_config',
  'rank_pattern',
  'target_parameters',
  'trainable_token_indices',
  'use_bdlora',
  'use_dora',
  'use_qalora',
]

/** Settings by which an adapter computes something else than W + scale · B · A on whole linear modules. */
function requirePlainLora(path: string, json: JsonObject): void {
  const isEmpty = (value: unknown) =>
    value === undefined ||
    value === null ||
    value === false ||
    (typeof value === 'object' && Object.keys(value).length === 0)
  const refused = [
    ...(json['peft_type'] === 'LORA'
      ? []
      : [`peft_type is ${JSON.stringify(json['peft_type'])}, not "LORA"`]),
    ...(json['bias'] === undefined || json['bias'] === 'none' ? [] : ['bias is not "none"']),
    ...furtherSettings.filter((key) => !isEmpty(json[key])).map((key) => `${key} is set`),
  ]
  if (refused.length === 0) return
  throw new RecheckError(
    'adapter.unsupported',
    `${path}: ${refused.join('; ')}. Recheck reads plain LoRA; merge the adapter with PEFT (merge_and_unload) and use the merged ` +
      'folder as the model.',
  )
}

async function readFactors(path: string): Promise<Map<string, ParameterValue>> {
  const { entries } = await readSafetensorsHeader(path)
  const values = new Map<string, ParameterValue>()
  for (const [name, entry] of entries) {
    if (!name.startsWith(prefix) || !/\.lora_[AB]\.weight$/.test(name)) {
      throw new RecheckError(
        'adapter.unsupported',
        `${path}: tensor ${quoted(name)} is no factor of a LoRA adapter (${prefix}….lora_A.weight or ….lora_B.weight).`,
      )
    }
    const { shape, values: numbers } = viewTensor(path, entry)
    values.set(name.slice(prefix.length), { shape, values: numbers })
  }
  return values
}

function shapesOf(
  folder: string,
  model: ModelConfig,
  adapter: { readonly rank: number; readonly targets: readonly string[] },
): ReadonlyMap<string, readonly number[]> {
  try {
    return adapterShapes(model, adapter)
  } catch {
    throw otherModel(
      folder,
      `it changes ${adapter.targets.map((target) => quoted(target)).join(', ')}, and this model has no such modules`,
    )
  }
}

/**
 * Every factor is one of the model's, of its shape, and comes with the other of its pair; layers may be left
 * out.
 */
function requireFactorsOf(
  folder: string,
  {
    values,
    shapes,
  }: {
    readonly values: ReadonlyMap<string, ParameterValue>
    readonly shapes: ReadonlyMap<string, readonly number[]>
  },
): void {
  for (const [name, { shape }] of values) {
    const expected = shapes.get(name)
    if (expected?.join() !== shape.join()) {
      const needed = expected === undefined ? 'has no such module' : `needs [${expected.join(', ')}]`
      throw otherModel(folder, `${quoted(name)} has shape [${shape.join(', ')}], and this model ${needed}`)
    }
    const other = name.replace(
      /lora_([AB])\.weight$/,
      (_, letter) => `lora_${letter === 'A' ? 'B' : 'A'}.weight`,
    )
    if (!values.has(other)) throw otherModel(folder, `${quoted(name)} stands there without ${quoted(other)}`)
  }
}

function otherModel(folder: string, what: string): RecheckError {
  return new RecheckError(
    'adapter.other-model',
    `${folder}: ${what}. Was the adapter made for another model?`,
  )
}

export interface SavedAdapter {
  readonly config: ModelConfig
  readonly adapter: AdapterValues
  /** What PEFT loads the adapter onto: a name or a folder. */
  readonly baseModel: string
}

/** Writes an adapter so that `PeftModel.from_pretrained` opens it on its base. Values as 32-bit floats. */
export async function writePeftAdapter(folder: string, saved: SavedAdapter): Promise<void> {
  const { config, adapter, baseModel } = saved
  await mkdir(folder, { recursive: true })
  const tensors = [...adapter.values].map(([name, tensor]) => {
    async function* pieces(): AsyncGenerator<Float32Array> {
      yield await Promise.resolve(tensor.values)
    }
    return [prefix + name, { shape: tensor.shape, format: 'F32', pieces }] as const
  })
  await streamSafetensors(join(folder, adapterWeightsFile), new Map(tensors))
  await writeJson(join(folder, adapterConfigFile), {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: baseModel,
    r: adapter.rank,
    lora_alpha: adapter.alpha,
    lora_dropout: adapter.dropout ?? 0,
    target_modules: [...adapter.targets],
    bias: 'none',
    // of modules that are stored [in, out]
    fan_in_fan_out: config.family === 'gpt2',
    inference_mode: true,
  })
}
