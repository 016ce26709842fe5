import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  childEnvironment,
  tensorFlowVariables,
} from '../../../../src/main/host/tensorflow/childEnvironment.ts'
import { whyNoGpu } from '../../../../src/main/host/tensorflow/deviceProbe.ts'

test('a child takes the memory of a card as needed, logs warnings only, multiplies whole float32 numbers and keeps 4 GiB of compiled kernels', () => {
  assert.deepEqual(childEnvironment({}, null), {
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    TF_CPP_MIN_LOG_LEVEL: '2',
    CUDA_CACHE_MAXSIZE: '4294967296',
    NVIDIA_TF32_OVERRIDE: '0',
  })
})

test('what the user has set stays, and an undefined variable is left out', () => {
  const child = childEnvironment({ TF_CPP_MIN_LOG_LEVEL: '0', HOME: '/home/x', GONE: undefined }, null)
  assert.equal(child['TF_CPP_MIN_LOG_LEVEL'], '0')
  assert.equal(child['HOME'], '/home/x')
  assert.ok(!('GONE' in child) && !('LD_LIBRARY_PATH' in child))
})

test('every way not to use a card is told apart', () => {
  const card = { version: '550.1', cards: [{ name: 'a card', memoryMebibytes: 1 }] }
  assert.equal(whyNoGpu(card, 'cuda', true), null)
  assert.match(whyNoGpu(null, 'cpu', false) ?? '', /no NVIDIA driver/)
  assert.match(whyNoGpu(card, 'cpu', false) ?? '', /RECHECK_TENSORFLOW=cuda npm run provision/)
  assert.match(whyNoGpu({ version: 'unknown', cards: [] }, 'cuda', false) ?? '', /lists no card/)
  assert.match(whyNoGpu(card, 'cuda', false) ?? '', /driver 550\.1; CUDA 12 needs 525/)
})

test('a process that loads TensorFlow itself gets the same variables, and what the user has set stays there, too', async () => {
  process.env['TF_CPP_MIN_LOG_LEVEL'] = '0'
  await import('../../../../src/main/host/tensorflow/ownEnvironment.ts')
  for (const name of Object.keys(tensorFlowVariables))
    assert.equal(process.env[name], name === 'TF_CPP_MIN_LOG_LEVEL' ? '0' : tensorFlowVariables[name])
})
