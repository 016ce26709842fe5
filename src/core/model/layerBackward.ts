import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor2D } from '@tensorflow/tfjs'
import type { RawOps } from '../graph/rawOps.ts'
import { withGradient } from '../graph/withGradient.ts'
import type { ComputePlan, GradientSink } from './computePlan.ts'

/** A part of a model that is computed as one: a decoder layer. */
export interface Block {
  /** Its own, by name. */
  readonly parameters: ReadonlyMap<string, Tensor>
  /** What it shares with other blocks and has no gradient: masks, tables. */
  readonly shared: readonly Tensor[]
  readonly run: (parameters: ReadonlyMap<string, Tensor>, shared: readonly Tensor[], x: Tensor2D) => Tensor2D
}

/**
 * A block as the plan wants it, with the same value and the same gradients. @param x [N, C] @returns [N, C]
 */
export function runBlock(plan: ComputePlan, ops: RawOps, block: Block, x: Tensor2D): Tensor2D {
  if (plan.recompute) return recomputed(plan, ops, block, x)
  if (plan.sink === null) return block.run(block.parameters, block.shared, x)
  return tapped(plan, plan.sink, block, x)
}

/** Gradients of the block's parameters go to the sink, and the block before waits for that. */
function tapped(plan: ComputePlan, sink: GradientSink, block: Block, x: Tensor2D): Tensor2D {
  // first on the tape, so last in the backward pass of the block
  const held = withGradient([x], () => ({ value: x.clone(), gradient: (dy) => [sink.settle(dy)] }))
  const parameters = [...block.parameters].map(([name, parameter]): [string, Tensor] => [
    name,
    plan.isTrained(name) ? tap(sink, name, parameter) : parameter,
  ])
  return block.run(new Map(parameters), block.shared, held as Tensor2D)
}

function tap(sink: GradientSink, name: string, parameter: Tensor): Tensor {
  return withGradient([parameter], () => ({
    value: parameter.clone(),
    gradient: (dy) => {
      sink.put(name, dy)
      return [dy]
    },
  }))
}

/**
 * The forward pass keeps x alone. The backward pass computes the block once more from an x that waits for the
 * gradient that comes in: without that a graph would compute it at once, and keep it.
 */
function recomputed(plan: ComputePlan, ops: RawOps, block: Block, x: Tensor2D): Tensor2D {
  const trained = [...block.parameters].filter(([name]) => plan.isTrained(name))
  const tensors = trained.map(([, parameter]) => parameter)
  return withGradient([x, ...tensors], (save) => {
    save([x, ...block.shared])
    return {
      value: block.run(block.parameters, block.shared, x),
      gradient: (dy, [input, ...shared]) => {
        const held = ops.after(input as Tensor2D, [dy])
        const gradients = gradientsInside(
          () => block.run(block.parameters, shared, held),
          [held, ...tensors],
          dy,
        )
        held.dispose()
        const [towardsX, ...others] = gradients
        if (plan.sink === null) return gradients
        for (const [i, [name]] of trained.entries()) plan.sink.put(name, others[i])
        return [plan.sink.settle(towardsX), ...others]
      },
    }
  }) as Tensor2D
}

/** Gradients computed while a gradient is computed: tfjs's tape of the outer one stays. */
function gradientsInside(build: () => Tensor, xs: readonly Tensor[], dy: Tensor): Tensor[] {
  const { state } = tf.engine()
  const outer = state.activeTape
  try {
    const { value, grads } = tf.engine().gradients(build, [...xs], dy, true)
    value.dispose()
    return xs.map((x, i) => (grads[i] as Tensor | null) ?? tf.fill(x.shape, 0))
  } finally {
    state.activeTape = outer
  }
}
