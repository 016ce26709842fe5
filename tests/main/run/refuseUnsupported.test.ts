import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refuseUnsupported } from '../../../src/main/run/refuseUnsupported.ts'
import { presetConfig } from '../../../src/shared/config/presets.ts'
import type { RecheckError } from '../../../src/shared/errors/recheckError.ts'

test('what the trainer can do passes', () => {
  assert.doesNotThrow(() => refuseUnsupported(presetConfig('builtin')))
  assert.doesNotThrow(() => refuseUnsupported(presetConfig('qwen2.5-1.5b-math-8bit-lora')))
})

test('every field it cannot honour is named, and the exit code is that of bad input', async () => {
  const config = presetConfig('builtin', {
    model: { baseWeights: 'int8', lora: { dropout: 0.1 } },
    warmUp: {},
  })
  assert.throws(
    () => refuseUnsupported(config),
    (error: RecheckError) =>
      error.code === 'config.unsupported' &&
      error.message.includes('model.baseWeights') &&
      !error.message.includes('dropout'),
  )
  const { exitCodeOf } = await import('../../../src/main/commands/exitCode.ts')
  const refusal = ((): unknown => {
    try {
      refuseUnsupported(config)
      return null
    } catch (thrown) {
      return thrown
    }
  })()
  assert.equal(exitCodeOf(refusal), 2)
})
