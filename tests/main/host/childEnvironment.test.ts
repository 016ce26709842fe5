import assert from 'node:assert/strict'
import { test } from 'node:test'
import { childEnvironment } from '../../../src/main/host/childEnvironment.ts'
import { whyNoGpu } from '../../../src/main/host/deviceProbe.ts'

test('a child takes the memory of a card as needed, logs warnings only and keeps 4 GiB of compiled kernels', () => {
  assert.deepEqual(childEnvironment({}, null), {
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    TF_CPP_MIN_LOG_LEVEL: '2',
    CUDA_CACHE_MAXSIZE: '4294967296',
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
