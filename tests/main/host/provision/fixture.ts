import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TensorFlowPins } from '../../../../src/main/host/provision/pins.ts'
import type { ProvisionSettings } from '../../../../src/main/host/provision/settings.ts'
import { tensorFlowFiles, writeWheel } from './fakeWheel.ts'

/**
 * A package, a Node and an index of wheels that are all small fakes; the compiler writes what it was given.
 */
export interface ProvisionFixture {
  readonly root: string
  readonly index: string
  readonly settings: ProvisionSettings
  /** How often the probe has run. */
  readonly calls: { probe: number }
  readonly remove: () => void
}

/**
 * Stands for node-gyp: checks that npm's settings did not reach it, notes its arguments, writes the addon.
 */
const fakeNodeGyp = `
const fs = require('node:fs')
fs.appendFileSync(process.env.FIXTURE_LOG, 'compiler ' + process.argv.slice(2).join(' ') + '\\n')
if (process.env.npm_config_nodedir) throw new Error('a foreign npm_config_nodedir arrived')
if (process.env.FIXTURE_NO_COMPILER) { console.error('gyp ERR! not found: make'); process.exit(1) }
fs.readFileSync('deps/include/tensorflow/c/c_api.h')
fs.mkdirSync('build/Release', { recursive: true })
fs.writeFileSync('build/Release/tfjs_binding.node', 'addon for ' + fs.readFileSync('deps/lib/libtensorflow.so'))
`

export function provisionFixture(overrides: Partial<ProvisionSettings> = {}): ProvisionFixture {
  const root = mkdtempSync(join(tmpdir(), 'recheck-provision-'))
  const folder = (name: string): string => {
    mkdirSync(join(root, name), { recursive: true })
    return join(root, name)
  }
  const index = folder('index')
  const packageFolder = folder('package')
  folder('package/binding')
  writeFileSync(join(packageFolder, 'binding', 'tfjs_backend.cc'), '// source')
  writeFileSync(join(packageFolder, 'binding.gyp'), '{}')
  writeFileSync(join(packageFolder, 'package.json'), '{}')
  writeFileSync(join(root, 'node-gyp.cjs'), fakeNodeGyp)
  const calls = { probe: 0 }
  const settings: ProvisionSettings = {
    pins: fakePins(index),
    platform: 'linux-x64',
    packageFolder,
    statusFile: join(root, 'status', 'tensorflow.json'),
    cacheFolder: folder('cache'),
    nodeFolder: folder('node'),
    nodeGyp: join(root, 'node-gyp.cjs'),
    environment: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      PIP_NO_INDEX: '1',
      PIP_FIND_LINKS: index,
      FIXTURE_LOG: join(root, 'log.txt'),
      npm_config_nodedir: '/usr',
    },
    pipCommands: [['python3', '-m', 'pip']],
    findDriver: () => Promise.resolve(null),
    probe: () => {
      calls.probe++
      return Promise.resolve({ version: '1.0', isUsingGpuDevice: false })
    },
    report: () => {},
    ...overrides,
  }
  return { root, index, settings, calls, remove: () => rmSync(root, { recursive: true }) }
}

function fakePins(index: string): TensorFlowPins {
  const cpu = writeWheel(index, 'tensorflow-cpu', tensorFlowFiles)
  const cuda = [
    writeWheel(index, 'tensorflow', {
      ...tensorFlowFiles,
      'tensorflow/libtensorflow_cc.so.2': 'library for CUDA',
    }),
    writeWheel(index, 'nvidia-cudnn-cu12', {
      'nvidia/cudnn/lib/libcudnn.so.9': 'cudnn',
      'nvidia/cudnn/include/x.h': '',
    }),
    writeWheel(index, 'nvidia-cublas-cu12', { 'nvidia/cublas/lib/libcublas.so.12': 'cublas' }),
  ]
  return { version: '1.0', python: '3.11', platforms: { 'linux-x64': { cpu: [cpu], cuda } } }
}
