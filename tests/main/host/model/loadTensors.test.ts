import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { disposeTensors } from '../../../../src/core/model/parameterTensors.ts'
import { openModelFolder, readParameters } from '../../../../src/main/host/model/modelFolder.ts'
import { loadTensors } from '../../../../src/main/host/model/loadTensors.ts'
import { startTensorflow } from '../../../../src/main/host/tensorflow/backend.ts'
import { goldenFolder } from '../../../goldenFolders.ts'

for (const name of [
  'gpt2',
  'qwen2-bf16-sharded',
  'rl-step/policy',
  'rl-step/reference',
  'rl-step/old-policy',
]) {
  test(`${name}: what TensorFlow holds is what the files hold, bit for bit, though one array is used for all`, async () => {
    await startTensorflow()
    const before = tf.memory().numTensors
    const checkpoint = await openModelFolder(goldenFolder(name))
    const parameters = await readParameters(checkpoint)
    // several times: whether TensorFlow shares memory depends on where the array happens to lie
    for (let round = 0; round < 5; round++) {
      const tensors = await loadTensors(checkpoint)
      assert.deepEqual([...tensors.keys()], [...parameters.keys()])
      for (const [parameter, { shape, values }] of parameters) {
        assert.deepEqual(tensors.get(parameter)?.shape, shape)
        assert.deepEqual(tensors.get(parameter)?.dataSync(), values, parameter)
      }
      disposeTensors(tensors)
    }
    assert.equal(tf.memory().numTensors, before)
  })
}
