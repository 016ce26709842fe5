import { matchesGlob } from 'node:path'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { listed } from '../../../shared/text/shortened.ts'
import { formatOf } from '../datasets/fileFormat.ts'
import { isMetadata } from '../datasets/folder.ts'
import { isSafePath } from './safePath.ts'
import type { DataSubset, HubFile, HubRepo } from './hubRepo.ts'

/** A data set that Recheck knows by a name of its own: which files of which repositories it is made of. */
export interface NamedData {
  readonly repo: string
  readonly isWanted: (path: string) => boolean
  readonly into: string
}

/**
 * `math`: the training files of MATH with MATH-500, 500 of its test problems, as the test. `gsm8k`: both
 * splits as they are; its other subset, `socratic`, has the same questions.
 */
export const namedData: Readonly<Record<'math' | 'gsm8k', readonly NamedData[]>> = {
  math: [
    {
      repo: 'EleutherAI/hendrycks_math',
      isWanted: (path) => /^[a-z_]+\/train-[\w-]+\.parquet$/.test(path),
      into: '',
    },
    { repo: 'HuggingFaceH4/MATH-500', isWanted: (path) => path === 'test.jsonl', into: 'MATH-500/' },
  ],
  gsm8k: [
    {
      repo: 'openai/gsm8k',
      isWanted: (path) => /^main\/(?:train|test)-[\w-]+\.parquet$/.test(path),
      into: '',
    },
  ],
}

/** The repositories that a data set comes from. */
export function repositoriesOf(name: string): readonly string[] {
  if (name === 'math' || name === 'gsm8k') return namedData[name].map(({ repo }) => repo)
  return [name.replace(/@.*/, '')]
}

/** @throws RecheckError `hub.no-data` where the repository is not as it was known */
export function namedFiles(hub: HubRepo, named: NamedData): readonly HubFile[] {
  const files = hub.files.filter(({ path }) => named.isWanted(path))
  if (files.length > 0) return files
  throw new RecheckError(
    'hub.no-data',
    `"${named.repo}" no longer holds the files that this data set is made of; it holds ${listed(pathsOf(hub.files), 4)}. See ${hub.page}.`,
  )
}

/**
 * The problem files of any data set: Parquet where there is some, else the other formats that are read.
 *
 * @param subset  one that the card names, a folder of the repository, or `all`; null = there is only one
 * @throws RecheckError `hub.no-data`, `hub.subset`
 */
export function chooseDataFiles(hub: HubRepo, subset: string | null): readonly HubFile[] {
  const problemFiles = hub.files.filter(
    ({ path }) => formatOf(path) !== null && !isMetadata(path.split('/').at(-1) ?? ''),
  )
  const chosen = problemFiles.filter(inSubset(hub, subset))
  const parquet = chosen.filter(({ path }) => formatOf(path)?.format === 'parquet')
  const files = parquet.length > 0 ? parquet : chosen
  if (files.length > 0) return files
  const holds = hub.files.length === 0 ? 'is empty' : `holds ${listed(pathsOf(hub.files), 4)}`
  throw new RecheckError(
    'hub.no-data',
    `"${hub.repo.name}" has no problem files${subset === null ? '' : ` in ${subset}`}: expected JSON, JSON Lines, CSV or Parquet, and it ${holds}. See ${hub.page}.`,
  )
}

function inSubset(hub: HubRepo, subset: string | null): (file: HubFile) => boolean {
  const { subsets, repo, page } = hub
  if (subset === 'all' || (subset === null && subsets.length <= 1)) return () => true
  if (subset === null) {
    throw new RecheckError(
      'hub.subset',
      `"${repo.name}" has several subsets: ${listed(
        subsets.map(({ name }) => name),
        8,
      )}. Choose one with --subset, or "--subset all". See ${page}.`,
      { subsets: subsets.map(({ name }) => name).slice(0, 100) },
    )
  }
  const known = subsets.find(({ name }) => name === subset)
  if (known !== undefined) return ({ path }) => isOf(known, path)
  const hasFolder = hub.files.some(({ path }) => path.startsWith(`${subset}/`))
  if (hasFolder) return ({ path }) => path.startsWith(`${subset}/`)
  throw new RecheckError(
    'hub.subset',
    `"${repo.name}" has no subset or folder ${JSON.stringify(subset)}; its card names ${
      subsets.length === 0
        ? 'none'
        : listed(
            subsets.map(({ name }) => name),
            8,
          )
    }. See ${page}.`,
  )
}

/**
 * The patterns of a card are those of file names in a shell. They are a stranger's: few stars, and no braces
 * or brackets, so that matching takes no time worth naming.
 */
function isOf({ patterns }: DataSubset, path: string): boolean {
  return patterns.some(
    (pattern) => pattern === path || (isSafePath(path) && isSimple(pattern) && matchesGlob(path, pattern)),
  )
}

function isSimple(pattern: string): boolean {
  const stars = pattern.split('*').length - 1
  return pattern.length <= 300 && stars <= 3 && !/[{}()[\]!+@|]/.test(pattern)
}

function pathsOf(files: readonly HubFile[]): string[] {
  return files.map(({ path }) => path)
}
