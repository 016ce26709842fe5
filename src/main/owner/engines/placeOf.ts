import { isAbsolute } from 'node:path'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { RemotePlace, type AskedPlace } from '../../../shared/runs/remotePlace.ts'
import { makeWritableFolder } from '../../host/machine/atomicFiles.ts'
import { projectFolder } from '../../host/machine/paths.ts'
import type { RemoteAccess } from '../remote/remoteAccess.ts'

const bytesOfGib = 2 ** 30

/** What the parts of a place are called where the person has named them: `--shared`, `Shared folder`. */
export interface PlaceNames {
  readonly address: string
  readonly shared: string
  readonly packageFolder: string
  readonly modulesFolder: string
}

export const formNames: PlaceNames = {
  address: 'Address',
  shared: 'Shared folder',
  packageFolder: 'Recheck’s folder',
  modulesFolder: 'Its packages',
}

/** @throws RecheckError `remote.place` */
export function placeOf(asked: AskedPlace, names: PlaceNames): RemotePlace {
  const { address, shared, memoryGib, cpus, gpus, upload, modulesFolder } = asked
  if (upload && asked.packageFolder !== null)
    throw badPlace(
      `${names.packageFolder} is not used where Recheck's code is sent along: leave one of them out`,
    )
  if (!upload && modulesFolder !== null)
    throw badPlace(`${names.modulesFolder} is for code that is sent along; a folder brings its own`)
  const packageFolder = upload ? null : (asked.packageFolder ?? projectFolder)
  for (const [name, folder] of [
    [names.shared, shared],
    [names.packageFolder, packageFolder],
    [names.modulesFolder, modulesFolder],
  ] as const)
    if (folder !== null && !isAbsolute(folder))
      throw badPlace(`${name} is to be an absolute path, got "${folder}"`)
  const memoryBytes = memoryGib === null ? null : Math.ceil(memoryGib * bytesOfGib)
  const place = RemotePlace.safeParse({
    engine: 'ray',
    address,
    shared,
    packageFolder,
    modulesFolder,
    cpus,
    gpus,
    memoryBytes,
  })
  if (!place.success)
    throw badPlace(`${names.address} is to be a URL such as http://head:8265, got "${address}"`)
  const url = new URL(address)
  if (url.username !== '' || url.password !== '')
    throw badPlace(`${names.address} is to hold no password: RAY_AUTH_TOKEN is for the token`)
  return place.data
}

/**
 * Whether the place is there: its shared folder can be written here, and its cluster answers.
 *
 * @returns what it is, for people
 * @throws RecheckError `file.*`, `ray.*`
 */
export async function checkPlace(place: RemotePlace, access: Pick<RemoteAccess, 'jobsOf'>): Promise<string> {
  await makeWritableFolder(place.shared)
  const version = await access.jobsOf(place).check()
  return `${version} at ${place.address}; records and checkpoints in ${place.shared}`
}

export function badPlace(problem: string): RecheckError {
  return new RecheckError('remote.place', `${problem}. docs/scaling.md shows how.`)
}
