import type { FunctionBuilder, Value } from '../../../../../src/core/graph/functionBuilder.ts'
import type { FunctionOps } from '../../../../../src/core/graph/functionOps.ts'
import { typeAttribute } from '../../../../../src/core/graph/graphBuilder.ts'

export interface Loop {
  readonly condition: FunctionBuilder
  readonly body: FunctionBuilder
}

/** Each op once, on numbers of which the results are known; what it gives as flat lists. */
export function everyOp(
  ops: FunctionOps,
  argument: Value,
  held: Value,
  { condition, body }: Loop,
): { floats: Value[]; ints: Value[] } {
  const floats: Value[] = []
  const ints: Value[] = []
  const flat = (value: Value) => {
    const kept = value.type === 'bool' ? ops.cast(value, 'int32') : value
    const list = kept.type === 'float32' ? floats : ints
    list.push(ops.reshape(kept, [-1]))
  }
  const one = ops.fill([ops.size(argument, 0), 3], ops.float(1))
  for (const op of ['Cos', 'Erf', 'Exp', 'Relu', 'Sigmoid', 'Sin', 'Square', 'Tanh', 'Softmax'] as const)
    flat(ops.unary(op, argument))
  for (const op of ['Log', 'Rsqrt'] as const) flat(ops.unary(op, ops.unary('Square', argument)))
  for (const op of ['AddV2', 'Sub', 'Mul', 'RealDiv', 'Minimum', 'Maximum'] as const)
    flat(ops.binary(op, one, argument))
  for (const op of ['Less', 'LessEqual', 'Equal', 'GreaterEqual'] as const)
    flat(ops.compare(op, argument, ops.float(0.5)))
  const isSmall = ops.compare('Less', argument, ops.float(1))
  const isLarge = ops.compare('GreaterEqual', argument, ops.float(3))
  flat(ops.both(isSmall, isLarge))
  flat(ops.either(isSmall, isLarge))
  flat(ops.select(isSmall, one, argument))
  flat(ops.matMul(argument, argument, true))
  flat(ops.batchMatMul(ops.expand(argument, 0), ops.expand(argument, 0), true))
  for (const op of ['Sum', 'Mean', 'Max'] as const) flat(ops.reduce(op, argument, [1]))
  flat(ops.transpose(argument, [1, 0]))
  flat(ops.concat(ops.split(argument, 3, 1).reverse(), 1))
  flat(ops.slice(argument, [0, 1], [2, -1]))
  flat(ops.gather(argument, ops.ints([1, 0])))
  flat(ops.replaceRows(argument, ops.reshape(ops.ints([1]), [1, 1]), ops.slice(argument, [0, 0], [1, 3])))
  flat(ops.pad(argument, ops.reshape(ops.ints([0, 0, 0, 1]), [2, 2]), ops.float(9)))
  flat(ops.cumulativeSum(argument, 1, true))
  flat(ops.argMax(argument))
  const { values, indices } = ops.topK(argument, ops.int(2))
  flat(values)
  flat(indices)
  flat(ops.range(ops.size(argument, 1)))
  flat(ops.read(held, 'float32'))
  const [, , turned = argument] = ops.loop([ops.int(0), ops.int(2), argument], condition, body)
  const seeded = [ops.ints([2, 3]), ops.ints([7, 8])]
  const drawn = ops.builder.add('StatelessRandomUniform', seeded, 'float32', {
    dtype: typeAttribute('float32'),
    T: typeAttribute('int32'),
    Tseed: typeAttribute('int32'),
  })
  // of one seed XLA draws other numbers than TensorFlow's own kernel: what both have in common
  flat(ops.both(ops.compare('GreaterEqual', drawn, ops.float(0)), ops.compare('Less', drawn, ops.float(1))))
  flat(ops.builder.add('Identity', [turned], 'float32', { T: typeAttribute('float32') }))
  return { floats, ints }
}

/** What `everyOp` gives for the numbers [2, 3] that the test feeds, in JavaScript. */
export function expectedOfEveryOp(x: Float32Array): [number[], number[]] {
  const v = Array.from(x)
  const rows = [v.slice(0, 3), v.slice(3)] as const
  const [a, b] = rows
  const softmax = rows.flatMap((row) => {
    const sum = row.reduce((total, value) => total + Math.exp(value), 0)
    return row.map((value) => Math.exp(value) / sum)
  })
  const dot = (p: readonly number[], q: readonly number[]) =>
    p.reduce((total, value, i) => total + value * (q[i] ?? NaN), 0)
  const products = [dot(a, a), dot(a, b), dot(b, a), dot(b, b)]
  const sums = rows.map((row) => row.reduce((total, value) => total + value, 0))
  const erf = [0.5204998778, -0.8427007929, 0.995322265, 0.9999779095, 0.2763263902, -0.995322265]
  const floats = [
    v.map(Math.cos),
    erf,
    v.map(Math.exp),
    v.map((value) => Math.max(0, value)),
    v.map((value) => 1 / (1 + Math.exp(-value))),
    v.map(Math.sin),
    v.map((value) => value * value),
    v.map(Math.tanh),
    softmax,
    v.map((value) => Math.log(value * value)),
    v.map((value) => 1 / Math.abs(value)),
    v.map((value) => 1 + value),
    v.map((value) => 1 - value),
    v,
    v.map((value) => 1 / value),
    v.map((value) => Math.min(1, value)),
    v.map((value) => Math.max(1, value)),
    v.map((value) => (value < 1 ? 1 : value)),
    products,
    products,
    sums,
    sums.map((sum) => sum / 3),
    [2, 3],
    [0.5, 3, -1, 0.25, 2, -2],
    [2, -1, 0.5, -2, 0.25, 3],
    [-1, 2, 0.25, -2],
    [3, 0.25, -2, 0.5, -1, 2],
    [0.5, -1, 2, 0.5, -1, 2],
    [0.5, -1, 2, 9, 3, 0.25, -2, 9],
    [0, 0.5, -0.5, 0, 3, 3.25],
    [2, 0.5, 3, 0.25],
    [7],
    v.map((value) => value + 2),
  ].flat()
  return [floats, expectedInts(v)]
}

function expectedInts(v: readonly number[]): number[] {
  return [
    v.map((value) => Number(value < 0.5)),
    v.map((value) => Number(value <= 0.5)),
    v.map((value) => Number(value === 0.5)),
    v.map((value) => Number(value >= 0.5)),
    v.map(() => 0),
    v.map((value) => Number(value < 1 || value >= 3)),
    [2, 0],
    [2, 0, 0, 1],
    [0, 1, 2],
    v.map(() => 1),
  ].flat()
}
