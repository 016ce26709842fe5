import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor2D } from '@tensorflow/tfjs'
import { withGradient } from '../graph/withGradient.ts'
import type { Activation } from './config/modelConfig.ts'

/**
 * Root-mean-square norm (arXiv 1910.07467): x / √(mean x² + ε) · w. One op with its gradient.
 *
 * @param x       [N, C]
 * @param weight  [C]
 * @returns       [N, C]; the caller disposes it
 */
export function rmsNorm(x: Tensor2D, weight: Tensor, epsilon: number): Tensor2D {
  return withGradient([x, weight], (save) => {
    const inverse = x.square().mean(-1, true).add(epsilon).rsqrt() // [N, 1]
    const normed = x.mul(inverse)
    save([normed, inverse, weight])
    return {
      value: normed.mul(weight),
      gradient: (dy, [n, r, w]) => {
        const scaled = dy.mul(w)
        const along = scaled.mul(n).mean(-1, true) // [N, 1]
        return [scaled.sub(n.mul(along)).mul(r), dy.mul(n).sum(0)]
      },
    }
  }) as Tensor2D
}

/**
 * Layer norm (arXiv 1607.06450): (x − mean x) / √(var x + ε) · w + b. One op with its gradient.
 *
 * @param x  [N, C]; weight and bias [C]
 * @returns  [N, C]; the caller disposes it
 */
export function layerNorm(x: Tensor2D, weight: Tensor, bias: Tensor, epsilon: number): Tensor2D {
  return withGradient([x, weight, bias], (save) => {
    const centred = x.sub(x.mean(-1, true))
    const inverse = centred.square().mean(-1, true).add(epsilon).rsqrt() // [N, 1]
    const normed = centred.mul(inverse)
    save([normed, inverse, weight])
    return {
      value: normed.mul(weight).add(bias),
      gradient: (dy, [n, r, w]) => {
        const scaled = dy.mul(w)
        const along = scaled.mul(n).mean(-1, true) // [N, 1]
        const dx = scaled.sub(scaled.mean(-1, true)).sub(n.mul(along)).mul(r)
        return [dx, dy.mul(n).sum(0), dy.sum(0)]
      },
    }
  }) as Tensor2D
}

/** silu(gate) · up as one op with its gradient (SwiGLU, arXiv 2002.05202). [N, F], [N, F] → [N, F] */
export function gatedSilu(gate: Tensor2D, up: Tensor2D): Tensor2D {
  return withGradient([gate, up], (save) => {
    const sigmoid = gate.sigmoid()
    const activated = gate.mul(sigmoid)
    save([activated, sigmoid, up])
    return {
      value: activated.mul(up),
      gradient: (dy, [a, s, u]) => {
        // silu′ = σ + a − a·σ, where a = x·σ
        const slope = s.add(a).sub(a.mul(s))
        return [dy.mul(u).mul(slope), dy.mul(a)]
      },
    }
  }) as Tensor2D
}

/** An elementwise activation with its gradient; the shape is kept. */
export function activate(kind: Activation, x: Tensor2D): Tensor2D {
  switch (kind) {
    case 'relu':
      return tf.relu(x)
    case 'silu':
      return x.mul(x.sigmoid())
    case 'gelu':
      // erf has a gradient in tfjs
      return x.mul(x.mul(Math.SQRT1_2).erf().add(1)).mul(0.5)
    case 'geluTanh':
      return geluTanh(x)
  }
}

/** GELU's tanh form (arXiv 1606.08415), GPT-2's `gelu_new`, as one op with its gradient. */
function geluTanh(x: Tensor2D): Tensor2D {
  const scale = Math.sqrt(2 / Math.PI)
  return withGradient([x], (save) => {
    const squared = x.square()
    const tanh = x.mul(squared.mul(0.044715 * scale).add(scale)).tanh()
    save([x, squared, tanh])
    return {
      value: x.mul(tanh.add(1)).mul(0.5),
      gradient: (dy, [input, square, t]) => {
        const inner = square.mul(3 * 0.044715 * scale).add(scale)
        const slope = t.square().neg().add(1).mul(input).mul(inner).add(t).add(1).mul(0.5)
        return [dy.mul(slope)]
      },
    }
  }) as Tensor2D
}
