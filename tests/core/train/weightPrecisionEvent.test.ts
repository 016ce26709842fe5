import assert from 'node:assert/strict'
import { test } from 'node:test'
import { weightPrecisionEvent } from '../../../src/core/train/weightPrecision.ts'

const measured = { tokens: 610, meanDifference: 0.0145, largestDifference: 0.124 }

test('sampling precision names what stands or is computed in fewer bits, and the setting that is exact', () => {
  const said = (baseWeights: 'f32' | 'bf16' | 'int8', compute: 'f32' | 'bf16') =>
    weightPrecisionEvent(measured, { baseWeights, compute })
  const products = said('f32', 'bf16')
  assert.match(products.message, /^Sampling precision: products computed in bf16 give log-probs that differ/)
  assert.match(products.remedy ?? '', /model\.compute=f32/)
  const both = said('int8', 'bf16')
  assert.match(both.message, /: the frozen weights in int8 and products computed in bf16 give/)
  assert.match(both.remedy ?? '', /model\.baseWeights=f32 with model\.compute=f32 is exact/)
  assert.match(said('bf16', 'f32').remedy ?? '', /f16 is closer elsewhere; model\.baseWeights=f32 is exact/)
  const little = weightPrecisionEvent(
    { ...measured, meanDifference: 0.001 },
    { baseWeights: 'f32', compute: 'bf16' },
  )
  assert.deepEqual([little.level, little.remedy], ['info', null])
})

test('16 bits are said to be closer from 0.003 nats on, 8 bits from 0.01', () => {
  const at = (baseWeights: 'bf16' | 'int8', meanDifference: number) =>
    weightPrecisionEvent({ ...measured, meanDifference }, { baseWeights, compute: 'f32' }).level
  assert.deepEqual([at('bf16', 0.0029), at('bf16', 0.0031)], ['info', 'warning'])
  assert.deepEqual([at('int8', 0.0099), at('int8', 0.0101)], ['info', 'warning'])
})
