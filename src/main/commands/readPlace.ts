import type { RemotePlace } from '../../shared/runs/remotePlace.ts'
import { rayToken } from '../host/machine/paths.ts'
import { badPlace, checkPlace, placeOf, type PlaceNames } from '../owner/engines/placeOf.ts'
import { remoteAccess, type RemoteAccess } from '../owner/remote/remoteAccess.ts'
import type { CommandCall } from './command.ts'
import type { PlaceOptions } from './placeOptions.ts'

const optionNames: PlaceNames = {
  address: '--address',
  shared: '--shared',
  packageFolder: '--package',
  modulesFolder: '--modules',
}

/** How a command reaches clusters. */
export function placeAccess(): RemoteAccess {
  return remoteAccess(rayToken())
}

/**
 * Where the runs of a command are executed, asked whether it is there.
 *
 * @returns null = this machine
 * @throws RecheckError `remote.place` for options that say nothing together, `ray.*` where the cluster does
 *   not answer
 */
export async function readPlace(options: PlaceOptions, call: CommandCall): Promise<RemotePlace | null> {
  const { engine, address, shared, cpus = 1, gpus = 0 } = options
  if (engine === 'here') {
    const idle = (['address', 'shared', 'package', 'modules', 'cpus', 'gpus', 'memory'] as const).filter(
      (name) => options[name] !== undefined,
    )
    const [first] = options.upload ? ['upload', ...idle] : idle
    if (first === undefined) return null
    throw badPlace(`--${first} belongs to --engine ray; without it the run is executed on this machine`)
  }
  if (address === undefined) throw badPlace('--engine ray needs --address, for example http://head:8265')
  if (shared === undefined)
    throw badPlace('--engine ray needs --shared, a folder that all machines see under the same path')
  const { upload, modules = null, memory = null } = options
  const code = { packageFolder: options.package ?? null, upload, modulesFolder: modules }
  const place = placeOf({ address, shared, cpus, gpus, ...code, memoryGib: memory }, optionNames)
  call.note(await checkPlace(place, placeAccess()))
  return place
}
