import assert from 'node:assert/strict'
import { test } from 'node:test'
import { extensionRateText, rateChange, rateChangeText } from '../../../src/shared/runs/extendedRate.ts'
import { parseConfig, type RunConfig } from '../../../src/shared/config/parseConfig.ts'

function optimizerOf(optimizer: Record<string, unknown>): RunConfig['optimizer'] {
  return parseConfig({ steps: 18, optimizer }, 'a test').optimizer
}

test('18 linear steps at 1e-5 and 20 more: 1e-5 · 1/18 = 5.6e-7 becomes 1e-5 · 20/38 = 5.3e-6', () => {
  const optimizer = optimizerOf({ learningRate: 1e-5, schedule: 'linear' })
  assert.equal(
    extensionRateText(optimizer, 18, 20),
    'The linear schedule now ends at step 38: the learning rate goes from 5.6e-7 at step 17 to 5.3e-6 at step 18 (9.5 times as high).',
  )
})

test('a cosine of 10 steps at 0.1 and 10 more: (1 + cos 0.9π) · 0.05 = 0.0024 becomes 0.05', () => {
  const optimizer = optimizerOf({ learningRate: 0.1, schedule: 'cosine' })
  assert.match(
    extensionRateText(optimizer, 10, 10) ?? '',
    /ends at step 20: .* from 0\.0024 at step 9 to 0\.05 at step 10 \(20 times as high\)\.$/,
  )
})

test('a constant rate has nothing to say', () => {
  assert.equal(extensionRateText(optimizerOf({ schedule: 'constant' }), 18, 20), null)
})

test('a run without a step done has no rate before it; equal rates and a rate of 0 have no factor', () => {
  const constant = { schedule: 'constant', learningRate: 2e-5, warmupSteps: 0, steps: 5 } as const
  assert.deepEqual(rateChange(constant, constant, 0), { step: 0, before: null, after: 2e-5 })
  assert.equal(rateChangeText({ step: 0, before: null, after: 2e-5 }), 'the learning rate of step 0 is 2e-5.')
  assert.equal(
    rateChangeText({ step: 3, before: 2e-5, after: 2e-5 }),
    'the learning rate goes from 2e-5 at step 2 to 2e-5 at step 3.',
  )
  assert.equal(
    rateChangeText({ step: 3, before: 0, after: 2e-5 }),
    'the learning rate goes from 0 at step 2 to 2e-5 at step 3.',
  )
  assert.match(rateChangeText({ step: 3, before: 4e-5, after: 1e-5 }), /\(0\.25 of it\)\.$/)
})
