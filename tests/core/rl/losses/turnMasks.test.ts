import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  commonInputs,
  completionMask,
  entropyTerm,
  kindSum,
  sumPerTurn,
  sumsByKind,
} from '../../../../src/core/rl/losses/turnMasks.ts'
import { fedInput } from '../../../../src/core/rl/losses/policyLoss.ts'
import { assertClose } from '../../../assertClose.ts'
import { entropy, inputs, logProbs } from './twoRows.ts'

test('the completion mask covers the tokens of all turns, and nothing beyond the row', () => {
  assert.deepEqual(completionMask(inputs).arraySync(), [
    [1, 1, 1, 0],
    [1, 1, 1, 0],
  ])
})

test('token values are added up turn by turn; a turn that is absent has 0', () => {
  const sums = sumPerTurn(logProbs, inputs).arraySync()
  const expected = [
    [-1 - 2, -0.5, 0],
    [-0.2, -0.4, -3],
  ]
  expected.forEach((row, i) => row.forEach((sum, slot) => assertClose(sums[i]?.[slot] ?? NaN, sum, 1e-6)))
})

test('numbers per turn are added over the rows, a sum a kind', () => {
  const sums = sumsByKind('loss', fedInput(inputs, 'turnWeight'))
  assert.deepEqual(
    Object.entries(sums).map(([name, sum]) => [name, sum.dataSync()[0]]),
    [
      ['lossAttempt', 1],
      ['lossVerdict', 1],
      ['lossRevision', 0.5],
    ],
  )
  assert.equal(kindSum('logRatio', 'verdict'), 'logRatioVerdict')
})

test('the entropy term by hand: (1 + 2 + 3 + 1 + 1 + 1) / 10; 0 where the loss takes none', () => {
  assertClose(entropyTerm(entropy, inputs).dataSync()[0] ?? NaN, 0.9, 1e-6)
  assert.equal(entropyTerm(null, inputs).dataSync()[0], 0)
})

test('what every loss is fed, and what only some are', () => {
  const names = (settings: Parameters<typeof commonInputs>[0]) =>
    commonInputs(settings).map(({ name, per }) => `${name} per ${per}`)
  const always = ['attemptMask', 'verdictMask', 'revisionMask', 'samplingLogProbs'].map(
    (name) => `${name} per token`,
  )
  assert.deepEqual(names({ usesReference: false, hasEntropyBonus: false }), always)
  assert.deepEqual(names({ usesReference: true, hasEntropyBonus: true }), [
    ...always,
    'referenceLogProbs per token',
    'entropyWeight per token',
  ])
})
