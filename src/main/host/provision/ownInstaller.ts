import { existsSync } from 'node:fs'
import { cp, mkdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { makeOnce } from './cache.ts'
import { runProgram } from './fetch.ts'
import { replace } from './link.ts'
import type { ProvisionSettings } from './settings.ts'
import type { TensorFlowReady } from '../tensorflow/status.ts'
import { addonPath } from '../tensorflow/status.ts'

/**
 * The way left where no wheel is pinned for the platform or pip is missing: the installer of
 * @tensorflow/tfjs-node-gpu, which fetches an older libtensorflow and a built addon. Kept in the cache too.
 *
 * @throws RecheckError `tensorflow.installer`
 */
export async function installByPackage(settings: ProvisionSettings, key: string): Promise<TensorFlowReady> {
  const { packageFolder, environment } = settings
  const folder = join(settings.cacheFolder, 'tensorflow', `${key}-by-package`)
  await makeOnce(folder, async (unfinished) => {
    settings.report({
      activity: 'running the installer of @tensorflow/tfjs-node-gpu',
      done: 0,
      total: 1,
      unit: 'installers',
      ratePerSecond: null,
      secondsLeft: null,
    })
    const tools = [join(packageFolder, 'node_modules', '.bin'), join(packageFolder, '..', '..', '.bin')]
    const path = [...tools, environment['PATH'] ?? ''].join(delimiter)
    const args = ['scripts/install.js', 'gpu', 'download']
    const { code, output } = await runProgram(
      process.execPath,
      args,
      { ...environment, PATH: path },
      { folder: packageFolder },
    )
    if (code !== 0 || !existsSync(addonPath(packageFolder))) throw installerFailed(output)
    for (const part of ['deps', 'lib'])
      await cp(join(packageFolder, part), join(unfinished, part), { recursive: true })
  })
  for (const part of ['deps', 'lib']) {
    await replace(join(packageFolder, part), async (place) => {
      await mkdir(place, { recursive: true })
      await cp(join(folder, part), place, { recursive: true })
    })
  }
  const { version } = await settings.probe(addonPath(packageFolder), definedOnly(environment))
  return { isReady: true, version, variant: 'own-installer', key, folder, libraryFolders: [] }
}

function installerFailed(output: string): RecheckError {
  const reason = output.split('\n').find((line) => /error/i.test(line)) ?? output.slice(-300)
  return new RecheckError(
    'tensorflow.installer',
    `No TensorFlow wheel is pinned for this platform, and the installer of @tensorflow/tfjs-node-gpu failed: ${reason.trim()}`,
  )
}

function definedOnly(environment: ProvisionSettings['environment']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
