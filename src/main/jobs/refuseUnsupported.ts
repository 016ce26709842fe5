import type { RunConfig } from '../../shared/config.ts'
import { RecheckError } from '../../shared/recheckError.ts'

/**
 * Refuses what the config can say and the trainer cannot do yet: nothing is trained in another way than asked for.
 *
 * @throws RecheckError `config.unsupported` listing each field with the value that works
 */
export function refuseUnsupported(config: RunConfig): void {
  const { lora, baseWeights } = config.model
  const lines = [
    ...(lora === null
      ? []
      : ['  model.lora: adapters are not trained yet; set it to null to train every parameter']),
    ...(baseWeights === 'f32' ? [] : [`  model.baseWeights: ${baseWeights} is not there yet; set it to f32`]),
    ...(config.recompute === 'on'
      ? ['  recompute: layers are not recomputed yet; set it to auto and lower microBatch']
      : []),
  ]
  if (lines.length === 0) return
  throw new RecheckError(
    'config.unsupported',
    `this config asks for what this version cannot do:\n${lines.join('\n')}`,
  )
}
