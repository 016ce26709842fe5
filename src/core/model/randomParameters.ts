import { forkRandom } from '../random.ts'

export interface RandomParameterSettings {
  readonly seed: number
  /** Of every matrix; values are uniform, because a normal draw costs ten times as much. */
  readonly standardDeviation: number
}

/**
 * Initial values of one parameter: norm weights 1, biases 0, matrices uniform around 0. Each parameter has a
 * stream of its own, so the values depend on seed, name and shape alone.
 */
export function randomParameter(
  name: string,
  shape: readonly number[],
  { seed, standardDeviation }: RandomParameterSettings,
): Float32Array {
  const values = new Float32Array(shape.reduce((product, length) => product * length, 1))
  if (shape.length < 2) return name.endsWith('.bias') ? values : values.fill(1)
  const random = forkRandom(seed, 'parameter', name)
  const reach = standardDeviation * Math.sqrt(3)
  const scale = (2 * reach) / 0xffffffff
  for (let i = 0; i < values.length; i++) values[i] = random.nextUint32() * scale - reach
  return values
}
