import { RecheckError } from '../../shared/recheckError.ts'
import type { ConfigFields } from './configFields.ts'
import type { Llama3RopeScaling, RotarySettings } from './modelConfig.ts'

/**
 * Rotary settings in any of the places Hugging Face has kept them: `rope_parameters` (transformers ≥ 5), or top-level
 * `rope_theta` with `rope_scaling` (whose type is `rope_type`, or `type` in old files).
 *
 * @throws RecheckError `config.rope-type` for anything but `default` and `llama3`
 */
export function readRotarySettings(fields: ConfigFields, maxPositions: number): RotarySettings {
  const rope = fields.object('rope_parameters') ?? fields.object('rope_scaling')
  const topLevelTheta = fields.positive('rope_theta', 10000)
  if (rope === null) return { theta: topLevelTheta, scaling: null }
  if (rope.positive('partial_rotary_factor', 1) !== 1) {
    throw new RecheckError(
      'config.rope-type',
      `${rope.file}: "partial_rotary_factor" must be 1, got ${String(rope.raw('partial_rotary_factor'))}`,
    )
  }
  const type = rope.text('rope_type', rope.text('type', 'default'))
  const theta = rope.positive('rope_theta', topLevelTheta)
  switch (type) {
    case 'default':
      return { theta, scaling: null }
    case 'llama3':
      return { theta, scaling: readLlama3Scaling(rope, maxPositions) }
    default:
      throw new RecheckError(
        'config.rope-type',
        `${rope.file}: unknown rope type "${type}". Known: default, llama3`,
      )
  }
}

function readLlama3Scaling(rope: ConfigFields, maxPositions: number): Llama3RopeScaling {
  const scaling = {
    factor: rope.positive('factor'),
    lowFrequencyFactor: rope.positive('low_freq_factor'),
    highFrequencyFactor: rope.positive('high_freq_factor'),
    originalMaxPositions: rope.count('original_max_position_embeddings', maxPositions),
  }
  if (scaling.highFrequencyFactor <= scaling.lowFrequencyFactor) {
    throw rope.invalid('high_freq_factor', `> low_freq_factor (${scaling.lowFrequencyFactor})`)
  }
  return scaling
}
