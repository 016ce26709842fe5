import { RecheckError } from '../../shared/errors/recheckError.ts'
import { describe, type ConfigFields } from './config/configFields.ts'
import type { ModelFamily } from './config/modelConfig.ts'

/** Defaults of Qwen2Config and Qwen3Config. */
const defaultWindow = 4096
const defaultFullLayers = 28

/**
 * Attention here looks at the whole row, so a config whose layers look at a window of it is refused, unless
 * the window is as long as the longest row.
 *
 * @throws RecheckError `config.unsupported`, `config.contradiction`, `config.invalid`
 */
export function checkAttentionWindows(
  fields: ConfigFields,
  model: { readonly family: ModelFamily; readonly layers: number; readonly maxPositions: number },
): void {
  const isListed = checkLayerTypes(fields, model.layers)
  const window = fields.count('sliding_window', defaultWindow)
  const isUsed = hasWindows(fields, model.family, model.layers)
  if (isListed || !isUsed || window >= model.maxPositions) return
  throw new RecheckError(
    'config.unsupported',
    `${fields.file}: "sliding_window" limits attention to ${window} positions, which Recheck does not compute. If the model ` +
      'was trained without a window, set "use_sliding_window" to false and "sliding_window" to null.',
  )
}

/** Whether any layer has a window: Llama’s class knows none, so its fields count as they are written. */
function hasWindows(fields: ConfigFields, family: ModelFamily, layers: number): boolean {
  const isUsed = fields.flag('use_sliding_window', family === 'llama' && fields.has('sliding_window'))
  const fullLayers = fields.number('max_window_layers', { least: 0, most: 1e6 }, defaultFullLayers)
  return isUsed && (family === 'llama' || fullLayers < layers)
}

/** @returns whether the config lists the kind of every layer, which is full attention then */
function checkLayerTypes(fields: ConfigFields, layers: number): boolean {
  if (!fields.has('layer_types')) return false
  const types = fields.raw('layer_types')
  if (!Array.isArray(types)) throw fields.invalid('layer_types', 'a list with the kind of every layer')
  const other: unknown = types.find((type) => type !== 'full_attention')
  if (other !== undefined) {
    throw new RecheckError(
      'config.unsupported',
      `${fields.file}: "layer_types" holds ${describe(other)}; only "full_attention" is supported`,
    )
  }
  if (types.length === layers) return true
  throw new RecheckError(
    'config.contradiction',
    `${fields.file}: "layer_types" has ${types.length} entries, "num_hidden_layers" is ${layers}. Which is right?`,
  )
}
