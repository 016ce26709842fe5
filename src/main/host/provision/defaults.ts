import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { findNvidiaDriver, probeTensorFlow } from '../tensorflow/deviceProbe.ts'
import type { EnvironmentVariables } from '../machine/paths.ts'
import { cacheFolder, projectFolder } from '../machine/paths.ts'
import type { ReportProgress } from './fetch.ts'
import { defaultPipCommands } from './fetch.ts'
import { readPins } from './pins.ts'
import type { ProvisionSettings } from './settings.ts'
import { tensorFlowPackageFolder, tensorFlowStatusFile } from '../tensorflow/status.ts'

/** The installation of this project on this machine. */
export function provisionDefaults(
  report: ReportProgress,
  environment: EnvironmentVariables = process.env,
): ProvisionSettings {
  const platform = `${process.platform}-${process.arch}`
  return {
    platform,
    environment,
    report,
    pins: readPins(),
    packageFolder: tensorFlowPackageFolder(),
    statusFile: tensorFlowStatusFile,
    cacheFolder: cacheFolder(environment),
    nodeFolder: findNodeFolder(platform),
    nodeGyp: join(
      dirname(createRequire(import.meta.url).resolve('node-gyp/package.json')),
      'bin',
      'node-gyp.js',
    ),
    pipCommands: defaultPipCommands,
    findDriver: () => findNvidiaDriver(environment),
    probe: probeTensorFlow,
  }
}

/** node-gyp needs an absolute folder: the npm package of the Node that runs this carries its headers. */
function findNodeFolder(platform: string): string | null {
  const modules = join(projectFolder, 'node_modules')
  const candidates = [
    join(modules, `node-${platform}`),
    join(modules, 'node', 'node_modules', `node-${platform}`),
    dirname(dirname(process.execPath)),
  ]
  return candidates.find((folder) => existsSync(join(folder, 'include', 'node', 'node_api.h'))) ?? null
}
