import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import * as tf from '@tensorflow/tfjs'
import type { GraphBuilder, NodeRef } from '../../graph/graphBuilder.ts'
import { typeAttribute } from '../../graph/graphBuilder.ts'
import type { TraceBackend } from '../../graph/traceBackend.ts'
import type { GradientSink } from '../../model/computePlan.ts'
import type { GraphVariables } from './graphVariables.ts'
import { addZeros, variableOf } from './graphVariables.ts'
import { inTurn } from './inTurn.ts'

/**
 * Rows added to a table by one node. TensorFlow adds more than 1,023 on several threads, in an order that
 * changes from one time to the next where a row comes twice.
 */
const rowsAtATime = 1000

/** Fetched to start an update: sets the sums of gradients to zero. */
export const zeroGradients = 'gradient/zeroInPlace'

/** Adds gradients to the graph's variables of kind `gradient`, in place. */
export class GradientAccumulators implements GradientSink {
  readonly #trace: TraceBackend
  readonly #variables: GraphVariables
  readonly #parameters = new Set<string>()
  /** All nodes that add, and how many of them something waits for already. */
  readonly #nodes: NodeRef[] = []
  #settled = 0

  constructor(trace: TraceBackend, variables: GraphVariables) {
    this.#trace = trace
    this.#variables = variables
  }

  /** Nodes that have added everything once they have run. */
  get nodes(): readonly NodeRef[] {
    return this.#nodes
  }

  /** Whether something of a parameter was put. */
  has(parameter: string): boolean {
    return this.#parameters.has(parameter)
  }

  put(parameter: string, gradient: Tensor): void {
    this.#parameters.add(parameter)
    const { handle, shape } = variableOf(this.#variables, 'gradient', parameter)
    if (gradient.shape.join() !== shape.join()) {
      throw new RangeError(
        `gradient of ${parameter}: expected shape [${shape.join()}], got [${gradient.shape.join()}]`,
      )
    }
    this.#nodes.push(
      this.#trace.graph.add('AssignAddVariableOp', [handle, this.#trace.ref(gradient)], {
        dtype: typeAttribute('float32'),
      }),
    )
  }

  putRows(parameter: string, rows: Tensor2D, at: number | Tensor1D): void {
    this.#parameters.add(parameter)
    const [count, width] = rows.shape
    if (typeof at === 'number') {
      // each row comes once, so the order does not matter
      this.#addRows(parameter, tf.range(at, at + count, 1, 'int32'), rows)
      return
    }
    for (let first = 0; first < count; first += rowsAtATime) {
      const size = Math.min(rowsAtATime, count - first)
      const before = this.#nodes.slice(this.#settled)
      const part = rows.slice([first, 0], [size, width])
      this.#addRows(parameter, at.slice(first, size), part, before)
    }
  }

  settle<T extends Tensor>(next: T): T {
    const waited = this.#nodes.slice(this.#settled)
    this.#settled = this.#nodes.length
    if (waited.length === 0) return next
    const { graph } = this.#trace
    const ref = graph.add('Identity', [this.#trace.ref(next), ...controls(waited)], {
      T: typeAttribute('float32'),
    })
    return tf.engine().makeTensorFromTensorInfo(this.#trace.tensorOf(ref, next.shape, next.dtype)) as T
  }

  #addRows(parameter: string, ids: Tensor, rows: Tensor, before: readonly NodeRef[] = []): void {
    const { handle } = variableOf(this.#variables, 'gradient', parameter)
    const inputs = [handle, this.#trace.ref(ids), this.#trace.ref(rows), ...controls(before)]
    this.#nodes.push(
      this.#trace.graph.add('ResourceScatterAdd', inputs, {
        dtype: typeAttribute('float32'),
        Tindices: typeAttribute('int32'),
      }),
    )
  }
}

/**
 * Zeroes the sums of gradients, few at a time.
 *
 * @param tables  those that rows are added to: they are zeroed where they lie, the others are replaced
 */
export function addZeroedGradients(
  graph: GraphBuilder,
  variables: GraphVariables,
  tables: ReadonlySet<string>,
): void {
  const float = typeAttribute('float32')
  const held = [...(variables.get('gradient') ?? [])].map(([name, { shape }]) => ({ name, shape }))
  const zeroed = inTurn(held, ({ name, shape }, before) => {
    const { handle } = variableOf(variables, 'gradient', name)
    if (!tables.has(name)) {
      const zeros = addZeros(graph, `gradient/${name}/zerosInPlace`, { shape, type: 'float32' }, before)
      return graph.add('AssignVariableOp', [handle, zeros], { dtype: float })
    }
    const bounds = [0, shape[0] ?? 0, 1].map((bound) => graph.intScalar(bound))
    const rows = graph.add('Range', bounds, { Tidx: typeAttribute('int32') })
    return graph.add('ResourceScatterUpdate', [handle, rows, graph.floatScalar(0), ...controls(before)], {
      dtype: float,
      Tindices: typeAttribute('int32'),
    })
  })
  graph.barrier(zeroGradients, zeroed)
}

function controls(nodes: readonly NodeRef[]): string[] {
  return nodes.map((node) => `^${node}`)
}
