import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs'
import { withGradient } from '../graph/withGradient.ts'
import type { Llama3RopeScaling, RotarySettings } from './config/modelConfig.ts'
import { decodeFloats, encodeBrainFloats } from './safetensors.ts'

/**
 * The tables of one batch: [T, 1, 1, D/2] and [T, 1, 2, D/2], or with B in front where rows have their own
 * positions.
 */
export interface Rotation {
  readonly cos: Tensor
  /** −sin for the first half of a head, +sin for the second. */
  readonly signedSin: Tensor
}

/**
 * Angle per position of each of the D/2 pairs (RoPE, arXiv 2104.09864), in F32 steps as transformers computes
 * them.
 *
 * @returns [D/2] radians per position
 */
export function inverseFrequencies(settings: RotarySettings, headWidth: number): Float32Array {
  const frequencies = new Float32Array(headWidth / 2)
  for (let i = 0; i < frequencies.length; i++) {
    const frequency = Math.fround(1 / Math.fround(settings.theta ** Math.fround((2 * i) / headWidth)))
    frequencies[i] = settings.scaling === null ? frequency : scaleLikeLlama3(frequency, settings.scaling)
  }
  if (settings.frequencyFormat !== 'BF16') return frequencies
  const halves = encodeBrainFloats(frequencies)
  decodeFloats('BF16', new Uint8Array(halves.buffer), frequencies)
  return frequencies
}

/** Llama 3.1's scaling: long waves are stretched by `factor`, short ones kept, those between interpolated. */
function scaleLikeLlama3(frequency: number, scaling: Llama3RopeScaling): number {
  const { factor, lowFrequencyFactor, highFrequencyFactor, originalMaxPositions } = scaling
  const wavelength = (2 * Math.PI) / frequency
  if (wavelength > originalMaxPositions / lowFrequencyFactor) return frequency / factor
  if (wavelength < originalMaxPositions / highFrequencyFactor) return frequency
  const smooth =
    (originalMaxPositions / wavelength - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)
  return ((1 - smooth) * frequency) / factor + smooth * frequency
}

/**
 * cos and sin of every position below `length`, row-major [length, D/2]: for kernels that keep tables of
 * their own.
 */
export function rotaryTables(
  settings: RotarySettings,
  headWidth: number,
  length: number,
): { cos: Float32Array; sin: Float32Array } {
  const frequencies = inverseFrequencies(settings, headWidth)
  const half = frequencies.length
  const cos = new Float32Array(length * half)
  const sin = new Float32Array(length * half)
  for (let position = 0; position < length; position++) {
    for (let i = 0; i < half; i++) {
      const angle = Math.fround(position * frequencies[i])
      cos[position * half + i] = Math.cos(angle)
      sin[position * half + i] = Math.sin(angle)
    }
  }
  return { cos, sin }
}

/** The rotation of positions 0 … length − 1, the same for every row. */
export function rotationOfLength(settings: RotarySettings, headWidth: number, length: number): Rotation {
  const { cos, sin } = rotaryTables(settings, headWidth, length)
  const half = headWidth / 2
  const signed = new Float32Array(length * headWidth)
  for (let position = 0; position < length; position++) {
    for (let i = 0; i < half; i++) {
      signed[position * headWidth + i] = -sin[position * half + i]
      signed[position * headWidth + half + i] = sin[position * half + i]
    }
  }
  return {
    cos: tf.tensor(cos, [length, 1, 1, half]),
    signedSin: tf.tensor(signed, [length, 1, 2, half]),
  }
}

/** The rotation of given positions. @param positionIds [B, T] int32 */
export function rotationAt(settings: RotarySettings, headWidth: number, positionIds: Tensor2D): Rotation {
  const [B, T] = positionIds.shape
  const half = headWidth / 2
  const frequencies = tf.tensor(inverseFrequencies(settings, headWidth), [1, half])
  const angles = positionIds
    .toFloat()
    .reshape([B * T, 1])
    .mul(frequencies) // [B·T, D/2]
  const sin = angles.sin()
  return {
    cos: angles.cos().reshape([B, T, 1, 1, half]),
    signedSin: tf.concat([sin.neg(), sin], -1).reshape([B, T, 1, 2, half]),
  }
}

/**
 * Turns every pair (xᵢ, xᵢ₊D/₂) by its position's angle; the gradient turns back.
 *
 * @param x  [B, T, H, D]
 * @returns  [B, T, H, D]; the caller disposes it
 */
export function rotate(x: Tensor4D, rotation: Rotation): Tensor4D {
  const [B, T, H, D] = x.shape
  const pairs = x.reshape([B, T, H, 2, D / 2])
  const turned = withGradient([pairs], (save) => {
    save([rotation.cos, rotation.signedSin])
    return {
      value: pairs.mul(rotation.cos).add(swapHalves(pairs).mul(rotation.signedSin)),
      gradient: (dy, [cos, signedSin]) => [dy.mul(cos).sub(swapHalves(dy).mul(signedSin))],
    }
  })
  return turned.reshape([B, T, H, D])
}

/** [..., 2, D/2] with its two halves exchanged. */
function swapHalves(pairs: Tensor): Tensor {
  return tf.reverse(pairs, -2)
}
