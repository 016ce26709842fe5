import type { ModelConfig } from '../model/config/modelConfig.ts'
import type { ParameterValue } from '../model/parameterValues.ts'
import { rotaryTables } from '../model/rotary.ts'
import { paddedHeadWidth } from './weights.ts'

/**
 * `cos_table` and `sin_table` [positions, Dp / 2] of the ONNX decoder; padded frequencies do not turn (1 and
 * 0).
 */
export function rotaryWeights(config: ModelConfig, positions: number): Map<string, ParameterValue> {
  if (config.rotary === null) return new Map()
  const { cos, sin } = rotaryTables(config.rotary, config.headWidth, positions)
  const from = config.headWidth / 2
  const to = paddedHeadWidth(config) / 2
  const pad = (table: Float32Array, filler: number): ParameterValue => {
    const values = new Float32Array(positions * to).fill(filler)
    for (let position = 0; position < positions; position++) {
      values.set(table.subarray(position * from, (position + 1) * from), position * to)
    }
    return { shape: [positions, to], values }
  }
  return new Map([
    ['cos_table', pad(cos, 1)],
    ['sin_table', pad(sin, 0)],
  ])
}
