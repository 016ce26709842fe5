import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import type { RawOps, StoredMatrix } from '../graph/rawOps.ts'
import { withGradient } from '../graph/withGradient.ts'
import type { AdapterTensors } from './adapter.ts'
import { withDropout } from './adapterDropout.ts'
import type { GradientSink } from './computePlan.ts'

/** What a model multiplies by. */
export interface ModelWeights {
  /** By Hugging Face name, in the layout of the file (`parameterShapes`). */
  readonly parameters: ReadonlyMap<string, Tensor>
  readonly ops: RawOps
  /**
   * Matrices that are kept in less than 32 bits, in the place of those in `parameters`; nothing trains them.
   */
  readonly stored?: ReadonlyMap<string, StoredMatrix>
  /** Added to the linear modules that it names; left out: none. */
  readonly adapter?: AdapterTensors
}

/** x·Wᵀ + b with W [out, in], and what the module's adapter adds. [N, in] → [N, out] */
export function linear(model: ModelWeights, name: string, x: Tensor2D): Tensor2D {
  const product = multiplyBy(model, x, `${name}.weight`, { product: model.ops.linear, transposed: true })
  const bias = model.parameters.get(`${name}.bias`)
  return adapted(model, name, x, bias === undefined ? product : product.add<Tensor2D>(bias))
}

/** x·W + b with W [in, out], as GPT-2 stores it, and what the module's adapter adds. [N, in] → [N, out] */
export function conv1d(model: ModelWeights, name: string, x: Tensor2D): Tensor2D {
  const product = multiplyBy(model, x, `${name}.weight`, { product: model.ops.linear, transposed: false })
  return adapted(model, name, x, product.add<Tensor2D>(parameter(model, `${name}.bias`)))
}

/** x·Wᵀ of a matrix by its full name, in 32 bits whatever linear modules are computed in: the output head. */
export function multiplyWhole(model: ModelWeights, x: Tensor2D, name: string): Tensor2D {
  const { matMul } = model.ops
  const product: RawOps['linear'] = (a, b, transposed) => matMul(a, b, false, transposed)
  return multiplyBy(model, x, name, { product, transposed: true })
}

/** x·W, or x·Wᵀ where W is transposed, by an op of its own. */
interface ProductForm {
  readonly product: RawOps['linear']
  readonly transposed: boolean
}

function multiplyBy(model: ModelWeights, x: Tensor2D, name: string, form: ProductForm): Tensor2D {
  const stored = model.stored?.get(name)
  if (stored !== undefined) return multiplyStored(model.ops, x, stored, form)
  return form.product(x, matrix(model, name), form.transposed)
}

/** Rows of a table by int32 ids [N]. → [N, C] */
export function embedRows(model: ModelWeights, name: string, ids: Tensor): Tensor2D {
  const stored = model.stored?.get(name)
  if (stored === undefined) return model.ops.embed(matrix(model, name), ids) as Tensor2D
  const rows = model.ops.embedStored(stored, ids)
  return stored.scale === null ? rows : rows.mul(model.ops.embed(stored.scale as Tensor2D, ids))
}

/**
 * The product with a matrix kept in less than 32 bits. Its 32-bit form is made for this product alone, once x
 * is there, and again for the gradient towards x, so that a model never stands in memory twice.
 */
function multiplyStored(
  ops: RawOps,
  x: Tensor2D,
  stored: StoredMatrix,
  { product, transposed }: ProductForm,
): Tensor2D {
  const scaled = (y: Tensor2D) =>
    stored.scale === null ? y : y.mul<Tensor2D>(stored.scale.reshape([1, stored.scale.size]))
  return withGradient([x], () => ({
    value: scaled(product(x, ops.expand(stored, x), transposed)),
    gradient: (dy) => {
      const towards = scaled(dy as Tensor2D)
      return [product(towards, ops.expand(stored, towards), !transposed)]
    },
  })) as Tensor2D
}

/**
 * The same where the table is too large for a gradient of its own beside the accumulated one: each row's
 * gradient is added there.
 */
export function embedRowsInto(
  sink: GradientSink,
  model: ModelWeights,
  name: string,
  ids: Tensor1D,
): Tensor2D {
  const table = matrix(model, name)
  return withGradient([table], (save) => {
    save([ids])
    return {
      value: model.ops.embed(table, ids),
      gradient: (dy, saved) => {
        sink.putRows(name, dy as Tensor2D, saved[0] as Tensor1D)
        return [tf.fill(table.shape, 0)]
      },
    }
  }) as Tensor2D
}

/**
 * Rows `first`, first + 1, … of a matrix by its full name, in a graph only once `held` is there. → [count, C]
 */
export function matrixRows(
  model: ModelWeights,
  name: string,
  { first, count, held }: { readonly first: number; readonly count: number; readonly held: Tensor },
): Tensor2D {
  if (model.stored?.has(name) === true) {
    const rows = tf.range(first, first + count, 1, 'int32')
    return embedRows(model, name, model.ops.after(rows, [held]))
  }
  const whole = matrix(model, name)
  return whole.slice([first, 0], [count, whole.shape[1]])
}

export function matrix(model: ModelWeights, name: string): Tensor2D {
  return parameter(model, name) as Tensor2D
}

export function parameter(model: ModelWeights, name: string): Tensor {
  const tensor = model.parameters.get(name)
  if (tensor === undefined)
    throw new RangeError(`transformer: no parameter "${name}" among ${model.parameters.size}`)
  return tensor
}

/** y + s·(d(x)·Aᵀ)·Bᵀ with dropout d (LoRA, arXiv 2106.09685); y itself where the module has no adapter. */
function adapted({ ops, adapter }: ModelWeights, name: string, x: Tensor2D, y: Tensor2D): Tensor2D {
  const factors = adapter?.modules.get(name)
  if (adapter === undefined || factors === undefined) return y
  const { dropout } = adapter
  const input = dropout === undefined ? x : withDropout(ops, dropout, name, x)
  const inner = ops.matMul(input, factors.a, false, true) // [N, r]
  return y.add(ops.matMul(inner, factors.b, false, true).mul(adapter.scale))
}
