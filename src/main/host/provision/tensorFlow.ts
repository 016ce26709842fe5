import { existsSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { formatBytes } from '../../../shared/text/format.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { writeFileAtomic } from '../machine/atomicFiles.ts'
import { childEnvironment } from '../tensorflow/childEnvironment.ts'
import { provideAddon } from './addon.ts'
import { makeOnce } from './cache.ts'
import { namedWheels, obtainWheels, tensorFlowWheels } from './fetch.ts'
import { linkAddon } from './link.ts'
import { installByPackage } from './ownInstaller.ts'
import type { ProvisionSettings } from './settings.ts'
import type { PinnedWheel, TensorFlowVariant } from './pins.ts'
import { pinnedWheels } from './pins.ts'
import type { UnpackedFile } from './unpack.ts'
import { isNeeded, unpackWheel } from './unpack.ts'
import type { TensorFlowReady, TensorFlowStatus } from '../tensorflow/status.ts'
import { isLinked, readTensorFlowStatus } from '../tensorflow/status.ts'

/**
 * Provides TensorFlow for @tensorflow/tfjs-node-gpu: wheel (named, cached or downloaded) → its libraries in
 * the cache → addon built against them → both linked into the package. Does nothing when all is in place.
 * Never throws for want of TensorFlow: the status says why, and `requireTensorFlow` refuses with it.
 */
export async function provisionTensorFlow(settings: ProvisionSettings): Promise<TensorFlowStatus> {
  try {
    const variant = await chooseVariant(settings)
    const wheels = pinnedWheels(settings.pins, settings.platform, variant)
    const key = wheels ? tensorFlowKey(settings, variant, wheels) : `own-installer-${settings.platform}`
    const known = readTensorFlowStatus(settings.statusFile)
    if (known?.isReady && known.key === key && isLinked(settings.packageFolder, known)) return known
    const status = wheels
      ? await installWheels(settings, { variant, wheels, key })
      : await installByPackage(settings, key)
    return await leaveStatus(settings, status)
  } catch (cause) {
    return await leaveStatus(settings, failedStatus(cause))
  }
}

interface WheelInstallation {
  readonly variant: TensorFlowVariant
  readonly wheels: readonly PinnedWheel[]
  readonly key: string
}

async function installWheels(settings: ProvisionSettings, plan: WheelInstallation): Promise<TensorFlowReady> {
  const folder = join(settings.cacheFolder, 'tensorflow', plan.key)
  try {
    await provideLibraries(settings, plan, folder)
  } catch (cause) {
    // without pip and without a wheel, the package's own installer is the one way left
    if (!(cause instanceof RecheckError) || cause.code !== 'tensorflow.pip') throw cause
    return await installByPackage(settings, plan.key).catch(() => {
      throw cause
    })
  }
  if (settings.nodeFolder === null) {
    throw new RecheckError(
      'tensorflow.headers',
      "Node's headers (node_modules/node-*/include/node) were not found.",
    )
  }
  const { packageFolder, nodeFolder, nodeGyp, cacheFolder, environment, report } = settings
  const addon = await provideAddon({
    packageFolder,
    nodeFolder,
    nodeGyp,
    cacheFolder,
    environment,
    report,
    tensorFlowFolder: folder,
    tensorFlowKey: plan.key,
  })
  const linked = await linkAddon(packageFolder, folder, addon)
  const libraryFolders = plan.variant === 'cuda' ? cudaFolders(folder) : []
  const status: TensorFlowReady = {
    isReady: true,
    version: settings.pins.version,
    variant: plan.variant,
    key: plan.key,
    folder,
    libraryFolders,
  }
  const { version } = await settings.probe(linked, childEnvironment(environment, status))
  return { ...status, version }
}

const manifestName = 'unpacked.json'

async function provideLibraries(
  settings: ProvisionSettings,
  plan: WheelInstallation,
  folder: string,
): Promise<void> {
  if (existsSync(folder) && !isWhole(folder)) await rm(folder, { recursive: true, force: true })
  await makeOnce(folder, async (unfinished) => {
    checkSpace(settings.cacheFolder, plan.variant)
    const source = {
      kind: tensorFlowWheels,
      environment: settings.environment,
      pipCommands: settings.pipCommands,
      report: settings.report,
    }
    const fetched = join(unfinished, '.fetched')
    await mkdir(fetched)
    const files: UnpackedFile[] = []
    const unpacking = { report: settings.report, isWanted: isNeeded, code: tensorFlowWheels.codes.wheel }
    for (const wheel of await obtainWheels(settings.pins, plan.wheels, source, fetched)) {
      files.push(...(await unpackWheel(wheel, unfinished, unpacking)))
    }
    await rm(fetched, { recursive: true })
    await writeFile(join(unfinished, manifestName), JSON.stringify({ key: plan.key, files }, null, 1))
    if (!isWhole(unfinished)) throw noLibraries(plan)
  })
}

/** All files are there with the sizes they were unpacked with, TensorFlow's two libraries among them. */
function isWhole(folder: string): boolean {
  const manifest = join(folder, manifestName)
  if (!existsSync(manifest)) return false
  const { files } = JSON.parse(readFileSync(manifest, 'utf8')) as { files: UnpackedFile[] }
  const names = new Set(files.map((file) => basename(file.path)))
  if (!names.has('libtensorflow_cc.so.2') || !names.has('libtensorflow_framework.so.2')) return false
  return files.every(
    ({ path, bytes }) => statSync(join(folder, path), { throwIfNoEntry: false })?.size === bytes,
  )
}

function noLibraries({ wheels }: WheelInstallation): RecheckError {
  const names = wheels.map((wheel) => wheel.file).join(', ')
  return new RecheckError(
    'tensorflow.wheel',
    `${names}: holds no libtensorflow_cc.so.2 and libtensorflow_framework.so.2.`,
  )
}

/** `cuda` where an NVIDIA driver is; `RECHECK_TENSORFLOW` and a named processor wheel decide otherwise. */
async function chooseVariant(settings: ProvisionSettings): Promise<TensorFlowVariant> {
  const { RECHECK_TENSORFLOW: chosen, TENSORFLOW_WHEEL: named } = settings.environment
  if (chosen === 'cpu' || chosen === 'cuda') return chosen
  if (chosen) {
    throw new RecheckError(
      'tensorflow.variant',
      `RECHECK_TENSORFLOW must be "cpu" or "cuda", got "${chosen}".`,
    )
  }
  if (named) {
    const files = await namedWheels(named, tensorFlowWheels)
    if (files.some((file) => basename(file).startsWith('tensorflow_cpu-'))) return 'cpu'
  }
  return (await settings.findDriver()) === null ? 'cpu' : 'cuda'
}

function tensorFlowKey(
  settings: ProvisionSettings,
  variant: TensorFlowVariant,
  wheels: readonly PinnedWheel[],
): string {
  const [first] = wheels
  return `${settings.pins.version}-${variant}-${settings.platform}-${first?.sha256.slice(0, 8) ?? ''}`
}

function cudaFolders(folder: string): string[] {
  const manifest = JSON.parse(readFileSync(join(folder, manifestName), 'utf8')) as { files: UnpackedFile[] }
  const folders = manifest.files
    .map((file) => dirname(file.path))
    .filter((path) => /^nvidia\/[^/]+\/lib$/.test(path))
  return [...new Set(folders)].sort().map((path) => join(folder, path))
}

/** Bytes that download and unpacked libraries take together, with some room. */
const neededBytes: Readonly<Record<TensorFlowVariant, number>> = { cpu: 1.4e9, cuda: 9e9 }

function checkSpace(cacheFolder: string, variant: TensorFlowVariant): void {
  const { bavail, bsize } = statfsSync(cacheFolder)
  if (bavail * bsize >= neededBytes[variant]) return
  throw new RecheckError(
    'tensorflow.disk',
    `${cacheFolder} has ${formatBytes(bavail * bsize)} free, TensorFlow needs ${formatBytes(neededBytes[variant])} while it is unpacked. ` +
      'Free some space or set RECHECK_CACHE to a folder on another disk.',
  )
}

function failedStatus(cause: unknown): TensorFlowStatus {
  const isKnown = cause instanceof RecheckError
  return {
    isReady: false,
    code: isKnown ? cause.code : 'tensorflow.install',
    reason: cause instanceof Error ? cause.message : String(cause),
    remedy: 'Then run "npm run provision".',
  }
}

async function leaveStatus<S extends TensorFlowStatus>(settings: ProvisionSettings, status: S): Promise<S> {
  await mkdir(dirname(settings.statusFile), { recursive: true })
  await writeFileAtomic(settings.statusFile, `${JSON.stringify(status, null, 2)}\n`)
  return status
}
