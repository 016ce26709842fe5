import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  readdirSync,
  realpathSync,
  statSync,
  type Stats,
} from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { fileError } from './fileError.ts'

export interface NewOutput {
  readonly kind: 'file' | 'folder'
  /** Beginning of the error codes: `export.exists`, `backup.inside-data`. */
  readonly command: 'export' | 'export-model' | 'backup' | 'report'
  /** What Recheck itself keeps there is no place for an output. */
  readonly dataDir: string
}

const wayOut = {
  export: 'folder with --out',
  'export-model': 'folder',
  backup: 'name',
  report: 'file with --out',
} as const

const codes = {
  export: { exists: 'export.exists', isOwn: 'export.inside-data' },
  report: { exists: 'report.exists', isOwn: 'report.inside-data' },
  'export-model': { exists: 'export.exists', isOwn: 'export.inside-data' },
  backup: { exists: 'backup.exists', isOwn: 'backup.inside-data' },
} as const

/** Names in a data folder that are Recheck's own. */
const ownNames = /^(runs|recheck\.db.*|owner\..*|\.unfinished-.*)$/

/**
 * Whether something new can be written at this path, so that no work is done for nothing. An empty folder
 * counts as new.
 *
 * @param path absolute
 * @throws RecheckError `<command>.exists`, `<command>.inside-data`, `file.no-folder`, `file.read-only`
 */
export function assertNewOutput(path: string, { kind, command, dataDir }: NewOutput): void {
  const found = entryAt(path)
  const isFolder = found?.isDirectory() === true
  if (found !== null && !(kind === 'folder' && isFolder && readdirSync(path).length === 0)) {
    const what = kind === 'folder' && isFolder ? 'is there already and not empty' : 'exists already'
    throw new RecheckError(
      codes[command].exists,
      `${path} ${what}; choose another ${kind === 'file' && command === 'export-model' ? 'name' : wayOut[command]}, nothing is overwritten.`,
    )
  }
  const parent = nearestThere(dirname(path))
  if (isOwnPlace(join(realpathSync(parent), relative(parent, path)), dataDir)) {
    throw new RecheckError(
      codes[command].isOwn,
      `${path} is where Recheck keeps its own files; choose another ${wayOut[command]}.`,
    )
  }
  try {
    if (!statSync(parent).isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' })
    accessSync(parent, constants.W_OK | constants.X_OK)
  } catch (thrown) {
    throw fileError(thrown, path)
  }
}

function isOwnPlace(path: string, dataDir: string): boolean {
  const root = existsSync(dataDir) ? realpathSync(dataDir) : resolve(dataDir)
  const [first = ''] = relative(root, path).split(sep)
  return first !== '..' && !isAbsolute(first) && (first === '' || ownNames.test(first))
}

/** A link counts as what it is, wherever it leads. */
function entryAt(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null
  } catch (thrown) {
    // a file on the way to it: told where the nearest folder is looked at
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOTDIR') return null
    throw fileError(thrown, path)
  }
}

function nearestThere(folder: string): string {
  return entryAt(folder) !== null || dirname(folder) === folder ? folder : nearestThere(dirname(folder))
}
