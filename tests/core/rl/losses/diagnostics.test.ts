import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diagnosticSums } from '../../../../src/core/rl/losses/diagnostics.ts'
import { assertClose } from '../../../assertClose.ts'
import { inputs, logProbs } from './twoRows.ts'

test('sums over completion tokens by hand; k3 of a log-ratio x is e^−x + x − 1', () => {
  const k3 = (x: number) => Math.exp(-x) + x - 1
  const expected = {
    samplerGap: 0.1 + 0.1 + 0.2,
    negLogProb: 1 + 2 + 0.5 + 0.2 + 0.4 + 3,
    klK1: 0.5 - 1 + 0 + 0 + 0.3 - 1,
    klK3: k3(0.5) + k3(-1) + k3(0.3) + k3(-1),
    logRatioAttempt: 0.5 - 1 + 0,
    logRatioVerdict: 0 + 0.3,
    logRatioRevision: -1,
  }
  const sums = diagnosticSums(logProbs, inputs)
  assert.deepEqual(Object.keys(sums), Object.keys(expected))
  for (const [name, value] of Object.entries(expected)) {
    assertClose(sums[name as keyof typeof expected]?.dataSync()[0] ?? NaN, value, 1e-5)
  }
  assertClose(expected.klK3, 1.58391, 1e-5)
})

test('without a reference there is nothing to be far from', () => {
  const { referenceLogProbs: _, ...alone } = inputs
  assert.deepEqual(Object.keys(diagnosticSums(logProbs, alone)), ['samplerGap', 'negLogProb'])
})
