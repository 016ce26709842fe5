import { RecheckError } from '../../shared/recheckError.ts'
import type { ModelConfig } from './modelConfig.ts'
import { headName, parameterShapes } from './parameterTable.ts'
import type { TensorEntry } from './safetensors.ts'
import { isFloatFormat } from './safetensors.ts'

/** Buffers that old files carry and nobody trains: GPT-2's causal masks, rotary tables. */
const buffers = /\.(attn\.bias|attn\.masked_bias|rotary_emb\.inv_freq)$/

/**
 * Finds every parameter of the model among a checkpoint's tensors and checks shape and format. Files saved from the
 * bare base model lack the prefix (`h.0.…`, `layers.0.…`); both are taken.
 *
 * @param found   tensors of all files, by the name in the file
 * @param folder  as messages name it
 * @returns       entry by parameter name, in the order of `parameterShapes`
 * @throws RecheckError `checkpoint.missing-tensor`, `checkpoint.shape`, `checkpoint.format`, `checkpoint.unexpected-tensor`
 */
export function matchParameters<Entry extends TensorEntry>(
  config: ModelConfig,
  found: ReadonlyMap<string, Entry>,
  folder: string,
): ReadonlyMap<string, Entry> {
  const matched = new Map<string, Entry>()
  const used = new Set<string>()
  for (const [name, shape] of parameterShapes(config)) {
    const entry = found.get(name) ?? found.get(withoutPrefix(name))
    if (entry === undefined) throw missing(name, shape, folder)
    checkEntry(entry, shape, folder)
    matched.set(name, entry)
    used.add(entry.name)
  }
  for (const name of found.keys()) {
    const isTiedCopy = config.tiedHead && name === headName
    if (!used.has(name) && !isTiedCopy && !buffers.test(name)) throw unexpected(name, config, folder)
  }
  return matched
}

function withoutPrefix(name: string): string {
  return name.replace(/^(transformer|model)\./, '')
}

function checkEntry(entry: TensorEntry, shape: readonly number[], folder: string): void {
  if (entry.shape.length !== shape.length || entry.shape.some((length, axis) => length !== shape[axis])) {
    throw new RecheckError(
      'checkpoint.shape',
      `${folder}: tensor "${entry.name}" has shape [${entry.shape.join(', ')}], the config needs [${shape.join(', ')}]. ` +
        'Do config.json and the weights belong together?',
    )
  }
  if (!isFloatFormat(entry.format)) {
    throw new RecheckError(
      'checkpoint.format',
      `${folder}: tensor "${entry.name}" is stored as ${entry.format}; expected F32, F16 or BF16. ` +
        'Use an unquantised checkpoint.',
    )
  }
}

function missing(name: string, shape: readonly number[], folder: string): RecheckError {
  return new RecheckError(
    'checkpoint.missing-tensor',
    `${folder}: tensor "${name}" [${shape.join(', ')}] is missing. Do config.json and the weights belong together?`,
  )
}

function unexpected(name: string, config: ModelConfig, folder: string): RecheckError {
  return new RecheckError(
    'checkpoint.unexpected-tensor',
    `${folder}: tensor "${name}" has no place in a ${config.family} model of this config; ignoring it would change the model`,
  )
}
