import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, join } from 'node:path'
import { test } from 'node:test'
import { childEnvironment } from '../../../../src/main/host/tensorflow/childEnvironment.ts'
import { readPins } from '../../../../src/main/host/provision/pins.ts'
import type { ProvisionSettings } from '../../../../src/main/host/provision/settings.ts'
import { provisionTensorFlow } from '../../../../src/main/host/provision/tensorFlow.ts'
import { readTensorFlowStatus, requireTensorFlow } from '../../../../src/main/host/tensorflow/status.ts'
import { zipOf } from './fakeWheel.ts'
import type { ProvisionFixture } from './fixture.ts'
import { provisionFixture } from './fixture.ts'

async function withFixture(
  overrides: Partial<ProvisionSettings>,
  use: (fixture: ProvisionFixture) => Promise<void>,
): Promise<void> {
  const fixture = provisionFixture(overrides)
  try {
    await use(fixture)
  } finally {
    fixture.remove()
  }
}

function withEnvironment(fixture: ProvisionFixture, extra: Record<string, string>): ProvisionSettings {
  return { ...fixture.settings, environment: { ...fixture.settings.environment, ...extra } }
}

function compilerRuns(fixture: ProvisionFixture): string[] {
  const log = join(fixture.root, 'log.txt')
  return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []
}

const wheelOf = (fixture: ProvisionFixture, name: string): string =>
  join(fixture.index, `${name}-1.0-py3-none-any.whl`)

test('pip fetches the wheel from a local index; only what is needed is unpacked, the addon built and all linked', async () => {
  await withFixture({}, async (fixture) => {
    const { packageFolder, cacheFolder, statusFile } = fixture.settings
    const status = await provisionTensorFlow(fixture.settings)
    assert.ok(status.isReady, JSON.stringify(status))
    assert.equal(status.variant, 'cpu')
    assert.equal(
      readFileSync(join(packageFolder, 'lib/napi-v8/tfjs_binding.node'), 'utf8'),
      'addon for library',
    )
    assert.equal(
      readFileSync(join(packageFolder, 'deps/lib/libtensorflow_framework.so.2'), 'utf8'),
      'framework',
    )
    const unpacked = readdirSync(status.folder, { recursive: true }).map(String).sort()
    assert.ok(unpacked.includes('tensorflow/include/tensorflow/c/c_api.h'))
    assert.ok(unpacked.includes('tensorflow_cpu-1.0.dist-info/LICENSE'))
    assert.ok(!unpacked.some((path) => /Eigen|python|fetched|\.whl/.test(path)), unpacked.join(' '))
    assert.match(compilerRuns(fixture)[0] ?? '', /^compiler configure build .*--nodedir=\/.*\/node$/)
    assert.ok(!readdirSync(join(cacheFolder, 'tensorflow')).some((name) => name.startsWith('.')))
    assert.deepEqual(requireTensorFlow(readTensorFlowStatus(statusFile), packageFolder), status)
  })
})

test('a second run does nothing; after node_modules is gone the cache serves without pip and compiler', async () => {
  await withFixture({}, async (fixture) => {
    await provisionTensorFlow(fixture.settings)
    const offline = { ...fixture.settings, pipCommands: [], report: () => assert.fail('nothing to report') }
    assert.ok((await provisionTensorFlow(offline)).isReady)
    assert.equal(fixture.calls.probe, 1)
    for (const path of ['deps', 'lib'])
      rmSync(join(fixture.settings.packageFolder, path), { recursive: true })
    rmSync(fixture.settings.statusFile)
    assert.ok((await provisionTensorFlow(offline)).isReady)
    assert.equal(fixture.calls.probe, 2)
    assert.equal(compilerRuns(fixture).length, 1)
  })
})

test('another source file, or a damaged library in the cache, is built or fetched again', async () => {
  await withFixture({}, async (fixture) => {
    const first = await provisionTensorFlow(fixture.settings)
    assert.ok(first.isReady)
    writeFileSync(join(fixture.settings.packageFolder, 'binding', 'tfjs_backend.cc'), '// other source')
    rmSync(fixture.settings.statusFile)
    truncateSync(join(first.folder, 'tensorflow', 'libtensorflow_cc.so.2'), 3)
    assert.ok((await provisionTensorFlow(fixture.settings)).isReady)
    assert.equal(compilerRuns(fixture).length, 2)
    assert.equal(readFileSync(join(first.folder, 'tensorflow', 'libtensorflow_cc.so.2'), 'utf8'), 'library')
  })
})

test('with an NVIDIA driver the CUDA build comes with its libraries, laid out like site-packages', async () => {
  const driver = { version: '550.1', cards: [{ name: 'a card', memoryMebibytes: 80000 }] }
  await withFixture({ findDriver: () => Promise.resolve(driver) }, async (fixture) => {
    const status = await provisionTensorFlow(fixture.settings)
    assert.ok(status.isReady, JSON.stringify(status))
    assert.equal(status.variant, 'cuda')
    assert.equal(readFileSync(join(status.folder, 'nvidia/cudnn/lib/libcudnn.so.9'), 'utf8'), 'cudnn')
    assert.ok(!existsSync(join(status.folder, 'nvidia/cudnn/include')))
    const folders = ['cublas', 'cudnn'].map((name) => join(status.folder, 'nvidia', name, 'lib'))
    assert.deepEqual(status.libraryFolders, folders)
    const child = childEnvironment({ LD_LIBRARY_PATH: '/own' }, status)
    assert.equal(child['LD_LIBRARY_PATH'], [...folders, '/own'].join(delimiter))
    // beside the link that TensorFlow is loaded by: `$ORIGIN/../nvidia` of a process without that path
    const beside = join(fixture.settings.packageFolder, 'deps/nvidia')
    assert.equal(readFileSync(join(beside, 'cudnn/lib/libcudnn.so.9'), 'utf8'), 'cudnn')
    rmSync(beside)
    await provisionTensorFlow(fixture.settings)
    assert.ok(existsSync(beside), 'mended by the next installation')
    const chosen = await provisionTensorFlow(withEnvironment(fixture, { RECHECK_TENSORFLOW: 'cpu' }))
    assert.ok(chosen.isReady)
    assert.equal(chosen.variant, 'cpu')
    assert.ok(!existsSync(beside))
    const addon = join(fixture.settings.packageFolder, 'lib/napi-v8/tfjs_binding.node')
    assert.equal(readFileSync(addon, 'utf8'), 'addon for library')
  })
})

test('TENSORFLOW_WHEEL is used instead of pip, as a file or as a folder', async () => {
  for (const whole of [false, true]) {
    await withFixture({ pipCommands: [] }, async (fixture) => {
      const named = whole ? fixture.index : wheelOf(fixture, 'tensorflow_cpu')
      const status = await provisionTensorFlow(withEnvironment(fixture, { TENSORFLOW_WHEEL: named }))
      assert.ok(status.isReady, JSON.stringify(status))
      assert.equal(status.variant, 'cpu')
    })
  }
})

const refusals: readonly (readonly [
  name: string,
  code: string,
  reason: RegExp,
  make: (fixture: ProvisionFixture) => ProvisionSettings,
])[] = [
  [
    'no pip',
    'tensorflow.pip',
    /pip.* was not found .*TENSORFLOW_WHEEL/,
    ({ settings }) => ({ ...settings, pipCommands: [['no-such-program']] }),
  ],
  [
    'a package the index does not have',
    'tensorflow.download',
    /pip could not download tensorflow-cpu 1\.0/,
    (fixture) => {
      rmSync(wheelOf(fixture, 'tensorflow_cpu'))
      return fixture.settings
    },
  ],
  [
    'a wheel with another sha256',
    'tensorflow.checksum',
    /sha256 is [0-9a-f]{64}, this repository expects [0-9a-f]{64}/,
    (fixture) => {
      writeFileSync(
        wheelOf(fixture, 'tensorflow_cpu'),
        zipOf({ 'tensorflow/libtensorflow_cc.so.2': 'planted' }),
      )
      return withEnvironment(fixture, { TENSORFLOW_WHEEL: fixture.index })
    },
  ],
  [
    'TENSORFLOW_WHEEL without such a file',
    'tensorflow.wheel',
    /no such file or folder/,
    (fixture) => withEnvironment(fixture, { TENSORFLOW_WHEEL: '/nowhere/x.whl' }),
  ],
  [
    'TENSORFLOW_WHEEL without all that CUDA needs',
    'tensorflow.wheel',
    /must name nvidia_cudnn_cu12-1\.0.* too/,
    (fixture) => ({
      ...withEnvironment(fixture, { TENSORFLOW_WHEEL: wheelOf(fixture, 'tensorflow') }),
      findDriver: () => Promise.resolve({ version: '550', cards: [] }),
    }),
  ],
  [
    'no compiler',
    'tensorflow.compiler',
    /not found: make.*apt-get install g\+\+ make python3/,
    (fixture) => withEnvironment(fixture, { FIXTURE_NO_COMPILER: '1' }),
  ],
  [
    'no headers of Node',
    'tensorflow.headers',
    /Node's headers/,
    ({ settings }) => ({ ...settings, nodeFolder: null }),
  ],
  [
    'an unknown variant',
    'tensorflow.variant',
    /must be "cpu" or "cuda", got "tpu"/,
    (fixture) => withEnvironment(fixture, { RECHECK_TENSORFLOW: 'tpu' }),
  ],
  [
    'a platform without wheels, whose installer fails',
    'tensorflow.installer',
    /installer of @tensorflow\/tfjs-node-gpu failed/,
    ({ settings }) => ({ ...settings, platform: 'plan9-mips' }),
  ],
]

for (const [name, code, reason, make] of refusals) {
  test(`the installation ends well without TensorFlow, and training refuses with the reason: ${name}`, async () => {
    await withFixture({}, async (fixture) => {
      const status = await provisionTensorFlow(make(fixture))
      assert.equal(status.isReady, false)
      const { statusFile, packageFolder, cacheFolder } = fixture.settings
      const refuse = (): unknown => requireTensorFlow(readTensorFlowStatus(statusFile), packageFolder)
      assert.throws(refuse, { name: 'RecheckError', code, message: reason })
      assert.throws(refuse, /npm run provision/)
      const left = readdirSync(cacheFolder, { recursive: true }).map(String)
      assert.ok(!left.some((path) => path.includes('unfinished')), left.join(' '))
    })
  })
}

test('an emptied cache folder is noticed before anything is loaded', async () => {
  await withFixture({}, async (fixture) => {
    const status = await provisionTensorFlow(fixture.settings)
    rmSync(fixture.settings.cacheFolder, { recursive: true })
    assert.throws(
      () => requireTensorFlow(status, fixture.settings.packageFolder),
      /no longer there.*npm run provision/,
    )
    assert.throws(() => requireTensorFlow(null, fixture.settings.packageFolder), /was not installed/)
    assert.ok((await provisionTensorFlow({ ...fixture.settings })).isReady)
  })
})

test("the package's own installer serves a platform without wheels, and its result is kept in the cache", async () => {
  await withFixture({ platform: 'plan9-mips' }, async (fixture) => {
    const { packageFolder } = fixture.settings
    const script = [
      "const fs = require('node:fs')",
      "if (fs.existsSync('ran')) throw new Error('ran twice')",
      "fs.writeFileSync('ran', process.argv.slice(2).join(' '))",
      "for (const folder of ['deps/lib', 'lib/napi-v8']) fs.mkdirSync(folder, { recursive: true })",
      "fs.writeFileSync('deps/lib/libtensorflow.so', 'old library')",
      "fs.writeFileSync('lib/napi-v8/tfjs_binding.node', 'old addon')",
    ]
    mkdirSync(join(packageFolder, 'scripts'))
    writeFileSync(join(packageFolder, 'scripts', 'install.js'), script.join('\n'))
    const status = await provisionTensorFlow(fixture.settings)
    assert.ok(status.isReady, JSON.stringify(status))
    assert.equal(status.variant, 'own-installer')
    assert.equal(readFileSync(join(packageFolder, 'ran'), 'utf8'), 'gpu download')
    for (const path of ['deps', 'lib']) rmSync(join(packageFolder, path), { recursive: true })
    assert.ok((await provisionTensorFlow(fixture.settings)).isReady)
    assert.equal(readFileSync(join(packageFolder, 'lib/napi-v8/tfjs_binding.node'), 'utf8'), 'old addon')
  })
})

test('two installations at once share one result and leave nothing half done', async () => {
  await withFixture({}, async (fixture) => {
    const other = provisionFixture({ cacheFolder: fixture.settings.cacheFolder, pins: fixture.settings.pins })
    try {
      const named = withEnvironment(fixture, { TENSORFLOW_WHEEL: fixture.index })
      const both = await Promise.all([
        provisionTensorFlow(named),
        provisionTensorFlow({ ...other.settings, environment: named.environment }),
      ])
      assert.ok(
        both.every((status) => status.isReady),
        JSON.stringify(both),
      )
      for (const part of ['tensorflow', 'addon']) {
        assert.equal(readdirSync(join(fixture.settings.cacheFolder, part)).length, 1, part)
      }
    } finally {
      other.remove()
    }
  })
})

test('the pins of this repository: one C library for two variants, every file with a sha256', () => {
  const pins = readPins()
  const { cpu, cuda } = pins.platforms['linux-x64'] ?? assert.fail('linux-x64 is not pinned')
  assert.equal(pins.version, '2.21.0')
  assert.deepEqual(
    cpu.map((wheel) => wheel.package),
    ['tensorflow-cpu'],
  )
  assert.equal(cpu[0]?.sha256, '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c')
  assert.equal(cuda.filter((wheel) => /^nvidia-.*-cu12$/.test(wheel.package)).length, 12)
  assert.equal(cuda[0]?.package, 'tensorflow')
})
