import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  childEnvironment,
  tensorFlowVariables,
  trainerVariables,
} from '../../../../src/main/host/tensorflow/childEnvironment.ts'
import { tidyXlaCache, xlaCacheFolder } from '../../../../src/main/host/tensorflow/xla/compiledFunctions.ts'
import { isNeeded } from '../../../../src/main/host/provision/unpack.ts'
import { tensorFlowBackend } from '../../../../src/main/host/tensorflow/addon.ts'
import { probeXla, whyNoGpu } from '../../../../src/main/host/tensorflow/deviceProbe.ts'
import { requireTensorFlow } from '../../../../src/main/host/tensorflow/status.ts'
import type { ConfigLayer } from '../../../../src/shared/config/layers.ts'
import { presetConfig } from '../../../../src/shared/config/presets.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'
import { whyNoXla } from '../../../../src/main/host/tensorflow/xla/whyNoXla.ts'

test('a child takes the memory of a card as needed, logs warnings only, multiplies whole float32 numbers and keeps 4 GiB of compiled kernels', () => {
  assert.deepEqual(childEnvironment({}, null), {
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    TF_CPP_MIN_LOG_LEVEL: '2',
    CUDA_CACHE_MAXSIZE: '4294967296',
    NVIDIA_TF32_OVERRIDE: '0',
  })
})

const frugal = {
  TF_ONEDNN_USE_SYSTEM_ALLOCATOR: '1',
  MALLOC_MMAP_THRESHOLD_: '1048576',
  MALLOC_ARENA_MAX: '2',
}

test('only a run that saves memory has its trainer give freed blocks back', () => {
  const variables = (layer: ConfigLayer) => trainerVariables(presetConfig('builtin', layer))
  assert.deepEqual(variables({}), {})
  assert.deepEqual(variables({ recompute: 'auto' }), {})
  for (const layer of [
    { model: { lora: { rank: 4 } } },
    { model: { baseWeights: 'bf16' } },
    { model: { referenceIn: 'files' } },
    { recompute: 'on' },
    { optimizer: { moments: 'bf16' } },
  ] as const)
    assert.deepEqual(variables(layer), frugal)
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
  // compiling beside what runs, and what is compiled for later processes
  const kept = `--tf_xla_persistent_cache_directory=${xlaCacheFolder(cuda, { RECHECK_CACHE: '/cache' })}`
  const flags = (environment: Record<string, string>, variant: 'cpu' | 'cuda' | 'own-installer') =>
    childEnvironment({ RECHECK_CACHE: '/cache', ...environment }, { ...cuda, variant })['TF_XLA_FLAGS']
  for (const variant of ['cpu', 'cuda'] as const)
    assert.equal(flags({}, variant), `--tf_xla_async_compilation=true ${kept}`)
  const mine = '--tf_xla_persistent_cache_directory=/mine'
  assert.ok(flags({ TF_XLA_FLAGS: mine }, 'cpu')?.endsWith(` ${mine}`))
  assert.equal(flags({}, 'own-installer'), undefined)
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

test('what XLA has compiled is kept for the next process, apart for each TensorFlow and machine; the oldest goes first', async (t) => {
  const cache = temporaryFolder(t)
  // this process has its own already
  const own = { ...process.env, TF_XLA_FLAGS: undefined, RECHECK_CACHE: cache }
  const environment = childEnvironment(own)
  assert.equal(await probeXla(environment), null)
  const status = requireTensorFlow()
  const folder = xlaCacheFolder(status, own)
  const [file, ...others] = readdirSync(folder)
  assert.ok(file !== undefined && others.length === 0)
  const written = statSync(join(folder, file)).mtimeMs
  assert.equal(await probeXla(environment), null)
  // read, and so not written again
  assert.deepEqual([readdirSync(folder), statSync(join(folder, file)).mtimeMs], [[file], written])

  const here = ['x64', 'a processor', 'a driver', 'a card']
  const folders = [
    xlaCacheFolder(status, {}, here),
    xlaCacheFolder(status, {}, [...here, 'another card']),
    xlaCacheFolder(status, { CUDA_VISIBLE_DEVICES: '1' }, here),
    xlaCacheFolder({ key: 'another TensorFlow' }, {}, here),
  ]
  assert.equal(new Set(folders).size, 4)
  assert.equal(xlaCacheFolder(status, {}, here), folders[0])

  const named = (name: string) => join(folder, `xla_compile_cache__${name}`)
  for (const [name, age] of [
    ['old', 200],
    ['older', 300],
    ['new', 100],
  ] as const) {
    // a field of 998 bytes
    writeFileSync(named(name), Buffer.concat([Buffer.from([10, 0xe5, 0x07]), Buffer.alloc(997)]))
    utimesSync(named(name), written / 1000 - age, written / 1000 - age)
  }
  // what was cut off would be an error at every start
  const whole = readFileSync(join(folder, file))
  for (const length of [0, 1, whole.length >> 1, whole.length - 1])
    writeFileSync(named(`cut at ${length}`), whole.subarray(0, length))
  writeFileSync(join(folder, 'something else'), 'x'.repeat(1000))
  tidyXlaCache(folder, statSync(join(folder, file)).size + 2000)
  assert.deepEqual(
    readdirSync(folder).sort(),
    ['something else', file, 'xla_compile_cache__new', 'xla_compile_cache__old'].sort(),
  )
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
