import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { makeOnce } from './cache.ts'
import type { ReportProgress } from './fetch.ts'
import { runProgram } from './fetch.ts'
import type { EnvironmentVariables } from '../machine/paths.ts'

/** What the addon is built from and with. All folders are absolute. */
export interface AddonBuild {
  /** node_modules/@tensorflow/tfjs-node-gpu */
  readonly packageFolder: string
  /** Unpacked wheel: holds `tensorflow/include` and the two libraries. */
  readonly tensorFlowFolder: string
  /** Name of that TensorFlow, part of the key: `2.21.0-cpu-linux-x64`. */
  readonly tensorFlowKey: string
  /** Holds `include/node`. */
  readonly nodeFolder: string
  /** node-gyp's starting file. */
  readonly nodeGyp: string
  readonly cacheFolder: string
  readonly environment: EnvironmentVariables
  readonly report: ReportProgress
}

const nodeApiVersion = 8
const addonFile = 'tfjs_binding.node'

/**
 * The addon's file in the cache, built there when it is not yet: one for each state of its sources, Node ABI
 * and TensorFlow.
 *
 * @throws RecheckError `tensorflow.compiler` when it cannot be built
 */
export async function provideAddon(build: AddonBuild): Promise<string> {
  const folder = join(build.cacheFolder, 'addon', await addonKey(build))
  await makeOnce(folder, async (unfinished) => {
    await buildAddon(build, unfinished)
  })
  return join(folder, addonFile)
}

/** Changes with everything that would make another addon. */
export async function addonKey(build: AddonBuild): Promise<string> {
  const hash = createHash('sha256')
  const sources = (await readdir(join(build.packageFolder, 'binding')))
    .sort()
    .map((name) => `binding/${name}`)
  for (const source of [...sources, 'binding.gyp']) {
    hash.update(`${source}\0`).update(await readFile(join(build.packageFolder, source)))
  }
  const abi = `node${process.versions.modules}-napi${nodeApiVersion}`
  return `${build.tensorFlowKey}-${abi}-${hash.digest('hex').slice(0, 16)}`
}

async function buildAddon(build: AddonBuild, folder: string): Promise<void> {
  const work = join(folder, 'work')
  await stageSources(build, work)
  build.report(building(0))
  const args = [
    build.nodeGyp,
    'configure',
    'build',
    `--jobs=${Math.min(4, availableParallelism())}`,
    `--napi_build_version=${nodeApiVersion}`,
    '--module_name=tfjs_binding',
    `--module_path=${join(work, 'out')}`,
    `--nodedir=${build.nodeFolder}`,
  ]
  const { code, output } = await runProgram(process.execPath, args, withoutNpmSettings(build.environment), {
    folder: work,
  })
  const built = join(work, 'build', 'Release', addonFile)
  if (code !== 0 || !existsSync(built)) throw buildFailed(output)
  build.report(building(1))
  await cp(built, join(folder, addonFile))
  await rm(work, { recursive: true })
}

async function stageSources(build: AddonBuild, work: string): Promise<void> {
  const libraries = join(work, 'deps', 'lib')
  await mkdir(libraries, { recursive: true })
  await cp(join(build.packageFolder, 'binding'), join(work, 'binding'), { recursive: true })
  await cp(join(build.packageFolder, 'binding.gyp'), join(work, 'binding.gyp'))
  await cp(join(build.packageFolder, 'package.json'), join(work, 'package.json'))
  await symlink(join(build.tensorFlowFolder, 'tensorflow', 'include'), join(work, 'deps', 'include'))
  await linkLibraries(build.tensorFlowFolder, libraries)
}

/** The names under which the addon asks for TensorFlow's two libraries. */
export const libraryLinks: Readonly<Record<string, string>> = {
  'libtensorflow.so': 'libtensorflow_cc.so.2',
  'libtensorflow_cc.so.2': 'libtensorflow_cc.so.2',
  'libtensorflow_framework.so': 'libtensorflow_framework.so.2',
  'libtensorflow_framework.so.2': 'libtensorflow_framework.so.2',
}

async function linkLibraries(tensorFlowFolder: string, folder: string): Promise<void> {
  for (const [name, target] of Object.entries(libraryLinks)) {
    await symlink(join(tensorFlowFolder, 'tensorflow', target), join(folder, name))
  }
}

/** npm hands its settings down as variables, and node-gyp would take a foreign `nodedir` from them. */
function withoutNpmSettings(environment: EnvironmentVariables): EnvironmentVariables {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^npm_(config|package)_/i.test(name)),
  )
}

function building(done: number): Parameters<ReportProgress>[0] {
  return {
    activity: 'building the addon',
    done,
    total: 1,
    unit: 'addons',
    ratePerSecond: null,
    secondsLeft: null,
  }
}

function buildFailed(output: string): RecheckError {
  const lines = output
    .split('\n')
    .filter((line) => /error|not found|ERR!/i.test(line) && !/node -v|gyp -v/.test(line))
  return new RecheckError(
    'tensorflow.compiler',
    `The addon of @tensorflow/tfjs-node-gpu could not be built: ${lines.slice(0, 3).join(' | ') || output.slice(-300)} ` +
      'It needs a C++17 compiler, make and python3 (Debian: apt-get install g++ make python3).',
  )
}
