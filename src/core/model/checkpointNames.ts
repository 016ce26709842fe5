import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { ModelConfig } from './config/modelConfig.ts'
import { quoted, shortened } from '../../shared/text/shortened.ts'
import { headName, parameterShapes } from './parameterTable.ts'
import type { TensorEntry } from './safetensors.ts'
import { isFloatFormat, shapeText } from './safetensors.ts'

/** Buffers that old files carry: GPT-2's causal masks, rotary frequencies. Both follow from the config. */
const gpt2Buffers = /\bh\.\d+\.attn\.(bias|masked_bias)$/
const rotaryBuffers = /\blayers\.\d+\.self_attn\.rotary_emb\.inv_freq$/

/**
 * Finds every parameter of the model among a checkpoint's tensors and checks shape and format. Files saved
 * from the bare base model lack the prefix (`h.0.…`, `layers.0.…`); both are taken.
 *
 * @param found   tensors of all files, by the name in the file
 * @param folder  as messages name it
 * @returns       entry by parameter name, in the order of `parameterShapes`
 * @throws RecheckError `checkpoint.layers`, `checkpoint.missing-tensor`, `checkpoint.shape`,
 *   `checkpoint.format`, `checkpoint.unexpected-tensor`
 */
export function matchParameters<Entry extends TensorEntry>(
  config: ModelConfig,
  found: ReadonlyMap<string, Entry>,
  folder: string,
): ReadonlyMap<string, Entry> {
  // before a name is made of the config: it may claim a thousand million layers
  checkLayers(config, found.keys(), folder)
  const matched = new Map<string, Entry>()
  const used = new Set<string>()
  for (const [name, shape] of parameterShapes(config)) {
    const entry = found.get(name) ?? found.get(withoutPrefix(name))
    if (entry === undefined) throw missing(name, shape, folder)
    checkEntry(entry, shape, folder)
    matched.set(name, entry)
    used.add(entry.name)
  }
  const buffers = config.family === 'gpt2' ? gpt2Buffers : rotaryBuffers
  for (const name of found.keys()) {
    const isTiedCopy = config.tiedHead && name === headName
    if (!used.has(name) && !isTiedCopy && !buffers.test(name)) throw unexpected(name, config, folder)
  }
  return matched
}

/** The weights decide how many layers there are. */
function checkLayers(config: ModelConfig, names: Iterable<string>, folder: string): void {
  const pattern = config.family === 'gpt2' ? /^(?:transformer\.)?h\.(\d+)\./ : /^(?:model\.)?layers\.(\d+)\./
  let layers = 0
  for (const name of names) layers = Math.max(layers, Number(pattern.exec(name)?.[1] ?? -1) + 1)
  if (layers === config.layers || layers === 0) return
  throw new RecheckError(
    'checkpoint.layers',
    `${folder}: config.json says ${config.layers} layers, the weights have ${layers}. Do the two belong together?`,
  )
}

function withoutPrefix(name: string): string {
  return name.replace(/^(transformer|model)\./, '')
}

function checkEntry(entry: TensorEntry, shape: readonly number[], folder: string): void {
  if (entry.shape.length !== shape.length || entry.shape.some((length, axis) => length !== shape[axis])) {
    throw new RecheckError(
      'checkpoint.shape',
      `${folder}: tensor ${quoted(entry.name)} has shape ${shapeText(entry.shape)}, the config needs ${shapeText(shape)}. ` +
        'Do config.json and the weights belong together?',
    )
  }
  if (!isFloatFormat(entry.format)) {
    throw new RecheckError(
      'checkpoint.format',
      `${folder}: tensor ${quoted(entry.name)} is stored as ${shortened(entry.format)}; expected F32, F16 or BF16. ` +
        'Use an unquantised checkpoint.',
    )
  }
}

function missing(name: string, shape: readonly number[], folder: string): RecheckError {
  return new RecheckError(
    'checkpoint.missing-tensor',
    `${folder}: tensor "${name}" ${shapeText(shape)} is missing. Do config.json and the weights belong together?`,
  )
}

function unexpected(name: string, config: ModelConfig, folder: string): RecheckError {
  return new RecheckError(
    'checkpoint.unexpected-tensor',
    `${folder}: tensor ${quoted(name)} has no place in a ${config.family} model of this config; ignoring it would change the model`,
  )
}
