import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { tensorflowOps } from '../../../src/main/host/tensorflow/ops.ts'
import {
  adapterScale,
  adapterShapes,
  adapterTensors,
  initialAdapter,
} from '../../../src/core/model/adapter.ts'
import { mergedParameters } from '../../../src/core/model/mergeAdapter.ts'
import { tensorsOf } from '../../../src/core/model/parameterTensors.ts'
import type { ParameterValues } from '../../../src/core/model/parameterValues.ts'
import { tokenLogProbs } from '../../../src/core/model/transformer.ts'
import { largestDifferenceOf, littleAdapter, trainedAdapter } from '../../littleAdapter.ts'
import { littleModel, modelFamilies, randomParameters } from '../../randomModel.ts'

const ops = tensorflowOps()
const ids = tf.tensor2d([3, 5, 30, 7, 8, 2, 36, 11], [2, 4], 'int32')

for (const [name, changes] of Object.entries(modelFamilies)) {
  const config = { ...littleModel, ...changes }
  const targets = config.family === 'gpt2' ? ['c_attn', 'c_proj', 'c_fc'] : littleAdapter.targets
  const shape = { ...littleAdapter, targets }
  const parameters = randomParameters(config, 1)
  const logProbs = (values: ParameterValues, adapter: ParameterValues | null) =>
    tf.tidy(() => {
      const scale = tf.scalar(adapterScale(shape))
      const model = { config, parameters: tensorsOf(values), ops }
      const changed =
        adapter === null ? model : { ...model, adapter: adapterTensors(tensorsOf(adapter), scale) }
      return Float32Array.from(tokenLogProbs(changed, ids).dataSync<'float32'>())
    })

  test(`${name}: an adapter in the forward pass = its product merged into the weights`, () => {
    const values = trainedAdapter(config, shape, 3)
    const merged = mergedParameters(config, parameters, { ...shape, values })
    const adapted = logProbs(parameters, values)
    assert.ok(largestDifferenceOf(adapted, logProbs(merged, null)) < 2e-6)
    assert.ok(largestDifferenceOf(adapted, logProbs(parameters, null)) > 1e-2, 'the adapter changes nothing')
  })

  test(`${name}: a new adapter leaves every bit as it was`, () => {
    const values = initialAdapter(config, shape, 3)
    assert.deepEqual(logProbs(parameters, values), logProbs(parameters, null))
  })
}

test('a new adapter: A within ±1/√in and of its seed, B zero; targets by the last part of their name', () => {
  const shape = { rank: 4, alpha: 8, targets: ['q_proj', 'down_proj'] }
  const shapes = [...adapterShapes(littleModel, shape)]
  assert.deepEqual(shapes.slice(0, 4), [
    ['model.layers.0.self_attn.q_proj.lora_A.weight', [4, 32]],
    ['model.layers.0.self_attn.q_proj.lora_B.weight', [32, 4]],
    ['model.layers.0.mlp.down_proj.lora_A.weight', [4, 48]],
    ['model.layers.0.mlp.down_proj.lora_B.weight', [32, 4]],
  ])
  assert.equal(shapes.length, 8)
  const values = initialAdapter(littleModel, shape, 7)
  const a = values.get('model.layers.0.mlp.down_proj.lora_A.weight')?.values ?? new Float32Array()
  const largest = Math.max(...a.map(Math.abs))
  assert.ok(largest <= 1 / Math.sqrt(48) && largest > 0.9 / Math.sqrt(48), String(largest))
  const b = values.get('model.layers.0.mlp.down_proj.lora_B.weight')?.values
  assert.deepEqual(b, new Float32Array(128))
  assert.deepEqual(initialAdapter(littleModel, shape, 7), values)
  assert.notDeepEqual(initialAdapter(littleModel, shape, 8), values)
})

test('a target that the model does not have is refused, with those it has', () => {
  assert.throws(() => adapterShapes(littleModel, { rank: 4, targets: ['q_proj', 'c_attn'] }), {
    code: 'config.invalid',
    message:
      'model.lora.targets: this model has no "c_attn"; an adapter can be put on q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj.',
  })
})
