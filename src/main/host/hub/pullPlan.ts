import { statfs } from 'node:fs/promises'
import { formatBytes } from '../../../shared/text/format.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { nearestThere } from '../../disk/diskState.ts'
import type { HubFile, HubRepo } from './hubRepo.ts'
import { bytesThere, partFolder } from './partFolder.ts'

/** Files of one repository that are to be fetched. */
export interface PullPart {
  readonly hub: HubRepo
  readonly files: readonly HubFile[]
  /** Folder in the data set that they come into, with a slash at its end; '' = its top. */
  readonly into: string
  /** Absolute: where they lie until all is there. */
  readonly folder: string
}

/** What fetching a model or a data set would bring; nothing is written yet. */
export interface PullPlan {
  readonly kind: 'model' | 'dataset'
  /** As a config names it. */
  readonly name: string
  readonly parts: readonly PullPart[]
  /** As the cards name it; null where they name none. */
  readonly licence: string | null
  readonly files: number
  readonly bytes: number
  /** Not on the disk yet. */
  readonly missingBytes: number
}

export interface PartChoice {
  readonly hub: HubRepo
  readonly files: readonly HubFile[]
  readonly into?: string
}

/** @param library absolute: the folder of models, or that of data sets */
export async function pullPlan(
  { kind, name, library }: Pick<PullPlan, 'kind' | 'name'> & { readonly library: string },
  choices: readonly PartChoice[],
): Promise<PullPlan> {
  const parts = choices.map(({ hub, files, into }) => ({
    hub,
    files,
    into: into ?? '',
    folder: partFolder(library, hub.repo, hub.commit),
  }))
  const all = parts.flatMap(({ files }) => files)
  const bytes = all.reduce((total, file) => total + file.bytes, 0)
  const there = await Promise.all(parts.map(({ folder, files }) => bytesThere(folder, files)))
  const licences = new Set(parts.map(({ hub }) => hub.licence).filter((licence) => licence !== null))
  return {
    kind,
    name,
    parts,
    licence: licences.size === 0 ? null : [...licences].join(', '),
    files: all.length,
    bytes,
    missingBytes: bytes - there.reduce((total, each) => total + each, 0),
  }
}

/** `270 MiB in 6 files, licence apache-2.0, from https://…` */
export function pullText({ bytes, missingBytes, files, licence, parts }: PullPlan): string {
  const kept = missingBytes < bytes ? ` (${formatBytes(bytes - missingBytes)} of it are here already)` : ''
  const count = files === 1 ? '1 file' : `${files} files`
  const pages = parts.map(({ hub }) => hub.page).join(' and ')
  return `${formatBytes(bytes)} in ${count}${kept}, ${licence === null ? 'its card names no licence' : `licence ${licence}`}, from ${pages}`
}

/** @throws RecheckError `file.disk-full` before a byte is written */
export async function requireDiskRoom(library: string, { name, missingBytes }: PullPlan): Promise<void> {
  const { bavail, bsize } = await statfs(nearestThere(library))
  const free = bavail * bsize
  if (free >= missingBytes) return
  throw new RecheckError(
    'file.disk-full',
    `${library} has ${formatBytes(free)} free, ${name} needs ${formatBytes(missingBytes)} more. Free some space, or set ` +
      'RECHECK_MODELS (RECHECK_DATASETS for data sets) to a folder on another disk.',
  )
}
