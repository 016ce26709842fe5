import * as tf from '@tensorflow/tfjs'
import type { Scalar, Tensor } from '@tensorflow/tfjs'
import { clipFactor, globalNorm } from './clipGradients.ts'

export interface AdamWSettings {
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  /** Decoupled; only on matrices (not norms, not biases). */
  readonly weightDecay: number
  /** Global-norm clip; null = off. */
  readonly clipNorm: number | null
  /**
   * How both moments of matrices stand in memory between updates; left out: `f32`. `bf16` is for the captured
   * trainer: each number is rounded up or down by chance, so that it is kept on average.
   */
  readonly moments?: 'f32' | 'bf16'
}

/** Parameters and moments on the device, by parameter name. */
export interface OptimizerState {
  readonly parameters: ReadonlyMap<string, Tensor>
  readonly firstMoments: ReadonlyMap<string, Tensor>
  readonly secondMoments: ReadonlyMap<string, Tensor>
  /** Updates applied so far. */
  readonly updates: number
}

export interface AdamWStep {
  readonly settings: AdamWSettings
  readonly learningRate: number
  /** Which parameters the weight decay shrinks; left out: matrices. */
  readonly decays?: (name: string, shape: readonly number[]) => boolean
}

/** The usual decay mask: matrices shrink, norms and biases do not. */
export function isMatrix(_name: string, shape: readonly number[]): boolean {
  return shape.length >= 2
}

/** Moments of zero, as many tensors as parameters twice over. @returns a state that shares `parameters` */
export function startAdamW(parameters: ReadonlyMap<string, Tensor>): OptimizerState {
  const zeros = () => new Map([...parameters].map(([name, parameter]) => [name, tf.zerosLike(parameter)]))
  return { parameters, firstMoments: zeros(), secondMoments: zeros(), updates: 0 }
}

/**
 * One step of AdamW (arXiv 1711.05101) as PyTorch computes it, op by op:
 *
 *     θ ← θ·(1 − lr·wd);  m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²
 *     θ ← θ − lr/(1−β₁ᵗ) · m / (√v / √(1−β₂ᵗ) + ε)
 *
 * @param gradients  by parameter name, one each, before clipping
 * @returns the new state and the gradient's global norm before clipping; the caller disposes the old state,
 *                   the norm and the gradients
 */
export function adamWStep(
  state: OptimizerState,
  gradients: ReadonlyMap<string, Tensor>,
  step: AdamWStep,
): { state: OptimizerState; gradientNorm: Scalar } {
  const firstMoments = new Map<string, Tensor>()
  const secondMoments = new Map<string, Tensor>()
  const parameters = new Map<string, Tensor>()
  const gradientNorm = globalNorm([...gradients.values()])
  const { clipNorm } = step.settings
  const factor = clipNorm === null ? null : clipFactor(gradientNorm, clipNorm)
  for (const [name, parameter] of state.parameters) {
    const old = {
      parameter,
      first: tensorOf(state.firstMoments, name),
      second: tensorOf(state.secondMoments, name),
    }
    const decays = (step.decays ?? isMatrix)(name, parameter.shape)
    const clipped = () =>
      factor === null ? tensorOf(gradients, name) : tensorOf(gradients, name).mul(factor)
    const [next, first, second] = tf.tidy(() =>
      updateParameter(old, clipped(), { ...step, decays, update: state.updates + 1 }),
    )
    parameters.set(name, next)
    firstMoments.set(name, first)
    secondMoments.set(name, second)
  }
  factor?.dispose()
  return { state: { parameters, firstMoments, secondMoments, updates: state.updates + 1 }, gradientNorm }
}

export function disposeOptimizerState(state: OptimizerState): void {
  for (const tensors of [state.parameters, state.firstMoments, state.secondMoments]) {
    for (const tensor of tensors.values()) tensor.dispose()
  }
}

function updateParameter(
  old: { readonly parameter: Tensor; readonly first: Tensor; readonly second: Tensor },
  gradient: Tensor,
  { settings, learningRate, decays, update }: Omit<AdamWStep, 'decays'> & { decays: boolean; update: number },
): [parameter: Tensor, first: Tensor, second: Tensor] {
  const { beta1, beta2, epsilon, weightDecay } = settings
  const first = old.first.mul(beta1).add(gradient.mul(1 - beta1))
  const second = old.second.mul(beta2).add(gradient.square().mul(1 - beta2))
  const root = second
    .sqrt()
    .div(Math.sqrt(1 - beta2 ** update))
    .add(epsilon)
  const shrunk = decays ? old.parameter.mul(1 - learningRate * weightDecay) : old.parameter
  return [shrunk.sub(first.div(root).mul(learningRate / (1 - beta1 ** update))), first, second]
}

function tensorOf(tensors: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const tensor = tensors.get(name)
  if (tensor === undefined) throw new RangeError(`adamWStep: nothing given for parameter "${name}"`)
  return tensor
}
