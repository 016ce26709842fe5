import assert from 'node:assert/strict'
import { test } from 'node:test'
import { needsReference } from '../../../../src/core/rl/losses/needsReference.ts'
import { policyLossOf } from '../../../../src/core/rl/losses/policyLossOf.ts'
import { parseConfig } from '../../../../src/shared/config/parseConfig.ts'

const token = ['tokenAdvantage', 'tokenWeight']
const turn = ['turnAdvantage', 'turnWeight']
const reference = 'referenceLogProbs'

/** Method, β₂, and what its loss is fed beside the masks and the sampler's log-probs. */
const wanted: readonly (readonly [method: string, policyBeta: number, inputs: readonly string[]])[] = [
  ['a-star-po', 0.1, [reference, ...turn]],
  ['grpo', 0.1, [reference, ...token]],
  ['grpo', 0, token],
  ['dr-grpo', 0.1, [reference, ...token]],
  ['dapo', 0.1, token],
  ['reinforce', 0.1, [reference, ...turn]],
  ['reinforce', 0, turn],
  ['rloo', 0.1, [reference, ...turn]],
]

test('every method has the loss of its name, which is fed what the method needs', () => {
  for (const [method, policyBeta, inputs] of wanted) {
    const config = parseConfig({ method, policyBeta }, 'a test')
    const loss = policyLossOf(config)
    assert.equal(loss.name, method)
    assert.equal(loss.needsEntropy, false)
    const own = loss.inputs.map(({ name }) => name).filter((name) => !/Mask$|^samplingLogProbs$/.test(name))
    assert.deepEqual(own, inputs, `${method} at β₂ = ${policyBeta}`)
    assert.equal(needsReference(config), inputs.includes(reference))
    const withBonus = policyLossOf(parseConfig({ method, policyBeta, entropyBonus: 0.01 }, 'a test'))
    assert.equal(withBonus.needsEntropy, true)
    assert.ok(withBonus.inputs.some(({ name }) => name === 'entropyWeight'))
  }
})
