import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  childEnvironment,
  tensorFlowVariables,
} from '../../../../src/main/host/tensorflow/childEnvironment.ts'
import { isNeeded } from '../../../../src/main/host/provision/unpack.ts'
import { tensorFlowBackend } from '../../../../src/main/host/tensorflow/addon.ts'
import { probeXla, whyNoGpu } from '../../../../src/main/host/tensorflow/deviceProbe.ts'
import { whyNoXla } from '../../../../src/main/host/tensorflow/xlaProbe.ts'

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

test('with the CUDA build XLA is told where ptxas and libdevice are, before what the user says; the processor’s build needs neither', () => {
  const cuda = {
    isReady: true as const,
    version: '2.21.0',
    variant: 'cuda' as const,
    key: 'k',
    folder: '/cache/tensorflow/k',
    libraryFolders: ['/cache/tensorflow/k/nvidia/cublas/lib'],
  }
  const flag = '--xla_gpu_cuda_data_dir=/cache/tensorflow/k/nvidia/cuda_nvcc'
  assert.equal(childEnvironment({}, cuda)['XLA_FLAGS'], flag)
  const own = childEnvironment({ XLA_FLAGS: '--xla_dump_to=/d' }, cuda)
  assert.equal(own['XLA_FLAGS'], `${flag} --xla_dump_to=/d`)
  assert.equal(childEnvironment(own, cuda)['XLA_FLAGS'], own['XLA_FLAGS'])
  assert.ok(!('XLA_FLAGS' in childEnvironment({}, { ...cuda, variant: 'cpu' })))
  // what the installation unpacks there is what XLA looks for
  for (const file of ['bin/ptxas', 'nvvm/libdevice/libdevice.10.bc'])
    assert.ok(isNeeded(`nvidia/cuda_nvcc/${file}`), file)
})

test('XLA compiles on this machine’s device; a process that cannot load TensorFlow says why not', async () => {
  tensorFlowBackend()
  assert.equal(whyNoXla(), null)
  assert.equal(await probeXla(childEnvironment()), null)
  // an unknown flag ends the process that reads it
  const reason = await probeXla({ ...childEnvironment(), XLA_FLAGS: '--no_such_flag=1' })
  assert.match(reason ?? '', /its process ended with/)
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
