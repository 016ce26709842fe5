import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fedInput } from '../../../../src/core/rl/losses/policyLoss.ts'
import { inputs } from './twoRows.ts'

test('an input that a loss uses without having declared it is named, not taken for zeros', () => {
  const { turnWeight, ...others } = inputs
  assert.equal(fedInput(inputs, 'turnWeight'), turnWeight)
  assert.throws(() => fedInput(others, 'turnWeight'), {
    name: 'RangeError',
    message: 'The loss uses "turnWeight", which is not among its inputs.',
  })
  // @ts-expect-error a name that is misspelt does not compile
  assert.throws(() => fedInput(inputs, 'turnWieght'), RangeError)
})
