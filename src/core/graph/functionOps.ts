import type { FunctionBuilder, Value } from './functionBuilder.ts'
import type { Attributes, ElementType } from './graphBuilder.ts'
import {
  boolAttribute,
  functionAttribute,
  intAttribute,
  typeAttribute,
  typesAttribute,
} from './graphBuilder.ts'
import type { FunctionOp } from './outputNames.ts'

/**
 * A size that is known now, or one that the function finds out as it runs (int32 scalar); −1 in a reshape:
 * what is left.
 */
export type Size = number | Value

type Unary =
  'Cos' | 'Erf' | 'Exp' | 'Log' | 'Relu' | 'Rsqrt' | 'Sigmoid' | 'Sin' | 'Square' | 'Tanh' | 'Softmax'
type Binary = 'AddV2' | 'Sub' | 'Mul' | 'RealDiv' | 'Minimum' | 'Maximum'
type Comparison = 'Less' | 'LessEqual' | 'Equal' | 'GreaterEqual'
type Reduction = 'Sum' | 'Mean' | 'Max'

const int32 = typeAttribute('int32')

/**
 * TensorFlow's ops inside one function, with the attributes that follow from their inputs. Shapes are found
 * as the graph runs.
 */
export class FunctionOps {
  readonly builder: FunctionBuilder

  constructor(builder: FunctionBuilder) {
    this.builder = builder
  }

  float(value: number): Value {
    return this.builder.constant('float32', [], Float32Array.of(value))
  }

  int(value: number): Value {
    return this.builder.constant('int32', [], Int32Array.of(value))
  }

  ints(values: readonly number[]): Value {
    return this.builder.constant('int32', [values.length], Int32Array.from(values))
  }

  unary(op: Unary, x: Value): Value {
    return this.#typed(op, [x], x.type)
  }

  binary(op: Binary, a: Value, b: Value): Value {
    return this.#typed(op, [a, b], a.type)
  }

  compare(op: Comparison, a: Value, b: Value): Value {
    return this.builder.add(op, [a, b], 'bool', { T: typeAttribute(a.type) })
  }

  both(a: Value, b: Value): Value {
    return this.builder.add('LogicalAnd', [a, b], 'bool')
  }

  either(a: Value, b: Value): Value {
    return this.builder.add('LogicalOr', [a, b], 'bool')
  }

  select(condition: Value, a: Value, b: Value): Value {
    return this.#typed('SelectV2', [condition, a, b], a.type)
  }

  cast(x: Value, type: ElementType): Value {
    if (x.type === type) return x
    return this.builder.add('Cast', [x], type, { SrcT: typeAttribute(x.type), DstT: typeAttribute(type) })
  }

  /** `x` in another type, not made before `after` (the output of a node) is there. */
  castAfter(x: Value, type: ElementType, after: Value): Value {
    if (x.type === type) return x
    const attributes = { SrcT: typeAttribute(x.type), DstT: typeAttribute(type) }
    return this.builder.add('Cast', [x, waitingFor(after)], type, attributes)
  }

  /** [M, I] · [I, O] → [M, O] */
  matMul(a: Value, b: Value, transposeB = false): Value {
    const attributes = { transpose_a: boolAttribute(false), transpose_b: boolAttribute(transposeB) }
    return this.#typed('MatMul', [a, b], a.type, attributes)
  }

  /** The product of the last two axes, for every index of those before. */
  batchMatMul(a: Value, b: Value, transposeB = false): Value {
    const attributes = { adj_x: boolAttribute(false), adj_y: boolAttribute(transposeB) }
    return this.#typed('BatchMatMulV2', [a, b], a.type, attributes)
  }

  reduce(op: Reduction, x: Value, axes: readonly number[], keepAxes = false): Value {
    const attributes = { Tidx: int32, keep_dims: boolAttribute(keepAxes) }
    return this.#typed(op, [x, this.ints(axes)], x.type, attributes)
  }

  reshape(x: Value, shape: readonly Size[]): Value {
    return this.#typed('Reshape', [x, this.sizes(shape)], x.type, { Tshape: int32 })
  }

  transpose(x: Value, axes: readonly number[]): Value {
    return this.#typed('Transpose', [x, this.ints(axes)], x.type, { Tperm: int32 })
  }

  expand(x: Value, axis: number): Value {
    return this.#typed('ExpandDims', [x, this.int(axis)], x.type, { Tdim: int32 })
  }

  concat(parts: readonly Value[], axis: number): Value {
    const attributes = { Tidx: int32, N: intAttribute(parts.length) }
    return this.#typed('ConcatV2', [...parts, this.int(axis)], parts[0].type, attributes)
  }

  /** Equal parts along an axis. */
  split(x: Value, parts: number, axis: number): Value[] {
    const attributes = { T: typeAttribute(x.type), num_split: intAttribute(parts) }
    const types = Array.from({ length: parts }, () => x.type)
    return this.builder.addMany('Split', [this.int(axis), x], types, attributes)
  }

  /** −1 as a size takes all that is left of the axis. */
  slice(x: Value, begin: readonly Size[], size: readonly Size[]): Value {
    return this.#typed('Slice', [x, this.sizes(begin), this.sizes(size)], x.type, { Index: int32 })
  }

  /** As `slice`, not made before `after` (the output of a node) is there. */
  sliceAfter(x: Value, begin: readonly Size[], size: readonly Size[], after: Value): Value {
    const inputs = [x, this.sizes(begin), this.sizes(size), waitingFor(after)]
    return this.#typed('Slice', inputs, x.type, { Index: int32 })
  }

  /** Rows of `x` along `axis` by number; with `batchDims`, of each leading index by itself. */
  gather(x: Value, indices: Value, axis = 0, batchDims = 0): Value {
    return this.builder.add('GatherV2', [x, indices, this.int(axis)], x.type, {
      Tparams: typeAttribute(x.type),
      Tindices: typeAttribute(indices.type),
      Taxis: int32,
      batch_dims: intAttribute(batchDims),
    })
  }

  /** `x` with the rows that `indices` [n, 1] name replaced by those of `updates`. */
  replaceRows(x: Value, indices: Value, updates: Value): Value {
    const attributes = { Tindices: typeAttribute(indices.type) }
    return this.#typed('TensorScatterUpdate', [x, indices, updates], x.type, attributes)
  }

  /** @param paddings int32 [rank, 2] */
  pad(x: Value, paddings: Value, filler: Value): Value {
    return this.#typed('PadV2', [x, paddings, filler], x.type, { Tpaddings: int32 })
  }

  cumulativeSum(x: Value, axis: number, exclusive = false): Value {
    const attributes = { Tidx: int32, exclusive: boolAttribute(exclusive), reverse: boolAttribute(false) }
    return this.#typed('Cumsum', [x, this.int(axis)], x.type, attributes)
  }

  /** Number of the highest element of the last axis; the lowest of equals. → int32 */
  argMax(x: Value): Value {
    const attributes = { T: typeAttribute(x.type), Tidx: int32, output_type: int32 }
    return this.builder.add('ArgMax', [x, this.int(-1)], 'int32', attributes)
  }

  /**
   * The `count` highest of the last axis, highest first, lowest number first of equals, and their numbers.
   */
  topK(x: Value, count: Value): { values: Value; indices: Value } {
    const attributes = { T: typeAttribute(x.type), sorted: boolAttribute(true), Tk: int32, index_type: int32 }
    const [values, indices] = this.builder.addMany('TopKV2', [x, count], [x.type, 'int32'], attributes)
    return { values, indices }
  }

  /** 0 … count − 1, int32. */
  range(count: Size): Value {
    const inputs = [this.int(0), this.#scalar(count), this.int(1)]
    return this.builder.add('Range', inputs, 'int32', { Tidx: int32 })
  }

  fill(shape: readonly Size[], value: Value): Value {
    return this.fillShape(this.sizes(shape), value)
  }

  /** @param shape int32 vector */
  fillShape(shape: Value, value: Value): Value {
    return this.#typed('Fill', [shape, value], value.type, { index_type: int32 })
  }

  /** Size of one axis, an int32 scalar. */
  size(x: Value, axis: number): Value {
    const shape = this.builder.add('Shape', [x], 'int32', { T: typeAttribute(x.type), out_type: int32 })
    const attributes = {
      T: int32,
      Index: int32,
      shrink_axis_mask: intAttribute(1),
      begin_mask: intAttribute(0),
      end_mask: intAttribute(0),
      ellipsis_mask: intAttribute(0),
      new_axis_mask: intAttribute(0),
    }
    const bounds = [this.ints([axis]), this.ints([axis + 1]), this.ints([1])]
    return this.builder.add('StridedSlice', [shape, ...bounds], 'int32', attributes)
  }

  /** An int32 vector of sizes. */
  sizes(sizes: readonly Size[]): Value {
    if (sizes.every((size) => typeof size === 'number')) return this.ints(sizes)
    const parts = sizes.map((size) => this.#scalar(size))
    return this.builder.add('Pack', parts, 'int32', {
      T: int32,
      N: intAttribute(parts.length),
      axis: intAttribute(0),
    })
  }

  read(variable: Value, type: ElementType): Value {
    return this.builder.add('ReadVariableOp', [variable], type, { dtype: typeAttribute(type) })
  }

  /**
   * Runs `body` while `condition` holds. Both are functions of the library over all the loop's variables;
   * those that the body returns as they came stay where they are.
   */
  loop(variables: readonly Value[], condition: FunctionBuilder, body: FunctionBuilder): Value[] {
    const types = variables.map(({ type }) => type)
    return this.builder.addMany('StatelessWhile', variables, types, {
      T: typesAttribute(types),
      cond: functionAttribute(condition.name),
      body: functionAttribute(body.name),
      output_shapes: { kind: 'shapes', value: [] },
      parallel_iterations: intAttribute(1),
      // as nodes of the function around it, which run without a call for each turn; XLA takes the loop only as
      // it is
      _lower_using_switch_merge: boolAttribute(!this.builder.isForXla),
    })
  }

  #scalar(size: Size): Value {
    return typeof size === 'number' ? this.int(size) : size
  }

  #typed(op: FunctionOp, inputs: readonly Value[], type: ElementType, more: Attributes = {}): Value {
    return this.builder.add(op, inputs, type, { T: typeAttribute(type), ...more })
  }
}

/** An input that carries no value: the op runs after the node that `value` comes from. */
function waitingFor({ ref, type }: Value): Value {
  return { ref: `^${ref.split(':')[0]}`, type }
}
