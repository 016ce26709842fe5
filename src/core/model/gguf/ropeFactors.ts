import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { JsonObject } from '../config/configFields.ts'
import type { Llama3RopeScaling } from '../config/modelConfig.ts'

/** Scalings that Llama 3.1, 3.2 and 3.3 were published with. */
const published: readonly Llama3RopeScaling[] = [8, 32].map((factor) => ({
  factor,
  lowFrequencyFactor: 1,
  highFrequencyFactor: 4,
  originalMaxPositions: 8192,
}))

/**
 * The `rope_parameters` behind the factors that llama.cpp writes for Llama 3 in place of its settings: that
 * published scaling whose factors they are.
 *
 * @param factors  [D / 2]; what each frequency is divided by
 * @throws RecheckError `gguf.unsupported` where they are those of none
 */
export function llama3Scaling(
  factors: Float32Array,
  model: { readonly theta: number; readonly headWidth: number; readonly file: string },
): JsonObject {
  const found = published.find((scaling) => isSame(factors, llama3Factors(model, scaling)))
  if (found !== undefined) {
    return {
      rope_type: 'llama3',
      factor: found.factor,
      low_freq_factor: found.lowFrequencyFactor,
      high_freq_factor: found.highFrequencyFactor,
      original_max_position_embeddings: found.originalMaxPositions,
    }
  }
  throw new RecheckError(
    'gguf.unsupported',
    `${model.file}: the tensor "rope_freqs.weight" holds rotary factors that are not those of Llama 3.1, 3.2 or 3.3.`,
  )
}

/** What each frequency is divided by, [D / 2], as llama.cpp's convert_hf_to_gguf.py computes it. */
export function llama3Factors(
  { theta, headWidth }: { readonly theta: number; readonly headWidth: number },
  { factor, lowFrequencyFactor, highFrequencyFactor, originalMaxPositions: original }: Llama3RopeScaling,
): number[] {
  return Array.from({ length: headWidth / 2 }, (_, pair) => {
    const waveLength = 2 * Math.PI * theta ** ((2 * pair) / headWidth)
    if (waveLength < original / highFrequencyFactor) return 1
    if (waveLength > original / lowFrequencyFactor) return factor
    const smooth = (original / waveLength - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)
    return 1 / ((1 - smooth) / factor + smooth)
  })
}

function isSame(found: Float32Array, expected: readonly number[]): boolean {
  return (
    found.length === expected.length &&
    expected.every((value, index) => Math.abs((found[index] ?? NaN) - value) <= 1e-4 * value)
  )
}
