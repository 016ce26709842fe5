import { initialAdapter, type AdapterShape } from '../src/core/model/adapter.ts'
import type { ModelConfig } from '../src/core/model/config/modelConfig.ts'
import type { ParameterValues } from '../src/core/model/parameterValues.ts'
import { forkRandom } from '../src/core/random.ts'

/** An adapter on every linear module of the little model. */
export const littleAdapter: AdapterShape = {
  rank: 4,
  alpha: 8,
  targets: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
}

/** As after training: B is no longer zero. */
export function trainedAdapter(config: ModelConfig, shape: AdapterShape, seed: number): ParameterValues {
  return new Map(
    [...initialAdapter(config, shape, seed)].map(([name, { shape: size, values }]) => {
      const random = forkRandom(seed, 'trained', name)
      const moved = values.map((value) => value + 0.1 * random.nextNormal())
      return [name, { shape: size, values: moved }]
    }),
  )
}

export function largestDifferenceOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] ?? NaN))), 0)
}
