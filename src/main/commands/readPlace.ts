import { isAbsolute } from 'node:path'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { RemotePlace } from '../../shared/runs/remotePlace.ts'
import { makeWritableFolder } from '../host/machine/atomicFiles.ts'
import { projectFolder, rayToken } from '../host/machine/paths.ts'
import { rayEngine } from '../owner/remote/rayEngine.ts'
import type { CommandCall } from './command.ts'
import type { PlaceOptions } from './placeOptions.ts'

const bytesOfGib = 2 ** 30

/**
 * Where the runs of a command are executed, asked whether it is there.
 *
 * @returns null = this machine
 * @throws RecheckError `remote.place` for options that say nothing together, `ray.*` where the cluster does
 *   not answer
 */
export async function readPlace(options: PlaceOptions, call: CommandCall): Promise<RemotePlace | null> {
  const { engine, address, shared } = options
  if (engine === 'here') {
    const idle = (['address', 'shared', 'package', 'cpus', 'gpus', 'memory'] as const).filter(
      (name) => options[name] !== undefined,
    )
    const [first] = idle
    if (first === undefined) return null
    throw badPlace(`--${first} belongs to --engine ray; without it the run is executed on this machine`)
  }
  if (address === undefined) throw badPlace('--engine ray needs --address, for example http://head:8265')
  if (shared === undefined)
    throw badPlace('--engine ray needs --shared, a folder that all machines see under the same path')
  const place = placeOf(options, { address, shared })
  await makeWritableFolder(place.shared)
  const version = await rayEngine({ address: place.address, token: rayToken() }).check()
  call.note(`${version} at ${place.address}; records and checkpoints in ${place.shared}`)
  return place
}

function placeOf(
  options: PlaceOptions,
  { address, shared }: { readonly address: string; readonly shared: string },
): RemotePlace {
  const packageFolder = options.package ?? projectFolder
  for (const [name, folder] of [
    ['shared', shared],
    ['package', packageFolder],
  ] as const)
    if (!isAbsolute(folder)) throw badPlace(`--${name} is to be an absolute path, got "${folder}"`)
  const memoryBytes = options.memory === undefined ? null : Math.ceil(options.memory * bytesOfGib)
  const { cpus = 1, gpus = 0 } = options
  const place = RemotePlace.safeParse({
    engine: 'ray',
    address,
    shared,
    packageFolder,
    cpus,
    gpus,
    memoryBytes,
  })
  if (!place.success) throw badPlace(`--address is to be a URL such as http://head:8265, got "${address}"`)
  const url = new URL(address)
  if (url.username !== '' || url.password !== '')
    throw badPlace('--address is to hold no password: RAY_AUTH_TOKEN is for the token')
  return place.data
}

function badPlace(problem: string): RecheckError {
  return new RecheckError('remote.place', `${problem}. docs/scaling.md shows how.`)
}
