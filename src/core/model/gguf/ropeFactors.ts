import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { JsonObject } from '../config/configFields.ts'

/** Scalings that Llama 3.1, 3.2 and 3.3 were published with. */
const published: readonly { readonly factor: number; readonly original: number }[] = [
  { factor: 8, original: 8192 },
  { factor: 32, original: 8192 },
]
const [lowFrequencyFactor, highFrequencyFactor] = [1, 4]

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
  const found = published.find(({ factor, original }) =>
    isSame(factors, expectedFactors(model, { factor, original })),
  )
  if (found !== undefined) {
    return {
      rope_type: 'llama3',
      factor: found.factor,
      low_freq_factor: lowFrequencyFactor,
      high_freq_factor: highFrequencyFactor,
      original_max_position_embeddings: found.original,
    }
  }
  throw new RecheckError(
    'gguf.unsupported',
    `${model.file}: the tensor "rope_freqs.weight" holds rotary factors that are not those of Llama 3.1, 3.2 or 3.3.`,
  )
}

/** As llama.cpp's convert_hf_to_gguf.py computes them. */
function expectedFactors(
  { theta, headWidth }: { readonly theta: number; readonly headWidth: number },
  { factor, original }: { readonly factor: number; readonly original: number },
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
