import { stat } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import type { SkippedFile } from '../../../core/data/dataReport.ts'
import type { Split } from '../../../core/data/splitSelection.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { listed } from '../../../shared/text/shortened.ts'
import { datasetExtensions, formatOf, isPackedOtherwise, withoutExtension } from './fileFormat.ts'
import { walkFolder, type FoundFile } from './folderWalk.ts'

export interface DatasetFile {
  readonly path: string
  /** Relative to the folder, `/` between parts. */
  readonly name: string
  readonly split: Split
}

export interface FoundFiles {
  readonly files: readonly DatasetFile[]
  /** What else is in the folder and not read, and why. */
  readonly skipped: readonly SkippedFile[]
}

/** As Hugging Face's `datasets` names splits. */
const splitWords: ReadonlyMap<string, Split> = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['test', 'test'],
  ['testing', 'test'],
  ['eval', 'test'],
  ['evaluation', 'test'],
  ['holdout', 'test'],
  ['heldout', 'test'],
  ['validation', 'validation'],
  ['valid', 'validation'],
  ['val', 'validation'],
  ['dev', 'validation'],
])

/**
 * The problem files of a data set: one file, or every such file in a folder and its folders. The split is
 * read from the name of a folder or file (`train/…`, `test-00000-of-00001.parquet`, `gsm8k_test.jsonl`); a
 * file that names none is training data. Where MATH-500 stands beside MATH, it is the test, and MATH's own
 * test files are left out. Hidden files and metadata are never data.
 *
 * @throws RecheckError `data.missing` where there is nothing, `data.unreadable`, `data.format`
 */
export async function findDatasetFiles(path: string): Promise<FoundFiles> {
  const info = await stat(path).catch((thrown: unknown) => {
    const { code, message } = thrown as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') throw missing(path, 'no such file or folder')
    throw new RecheckError('data.unreadable', `${path}: cannot be opened: ${message}.`)
  })
  if (info.isFile()) {
    const name = basename(path)
    return { files: [{ path, name, split: splitOfName(name) }], skipped: [] }
  }
  if (!info.isDirectory())
    throw new RecheckError('data.format', `${path}: expected a file or a folder, got neither.`)
  const walked = await walkFolder(path)
  const sorted = sortOut(walked.files, walked.skipped)
  if (sorted.files.length === 0) {
    const reason = `no file ending in ${datasetExtensions.join(', ')}`
    const others = sorted.skipped.map(({ name, reason: why }) => `${name} (${why})`)
    throw missing(path, others.length === 0 ? reason : `${reason}; there are ${listed(others, 3)}`)
  }
  return sorted
}

function sortOut(found: readonly FoundFile[], hidden: readonly SkippedFile[]): FoundFiles {
  const skipped: SkippedFile[] = [...hidden]
  const names = new Set(found.map(({ name }) => name))
  const skip = (name: string, reason: string): false => {
    skipped.push({ name, reason })
    return false
  }
  const problemFiles = found.filter(({ name }) => {
    const reason = whyNotRead(name, names)
    return reason === null || skip(name, reason)
  })
  const files = problemFiles.map(({ name, path }) => ({ path, name, split: splitOfName(name) }))
  const hasMath500 = files.some(({ name }) => isMath500(name))
  const kept = files.filter(
    (file) =>
      !hasMath500 ||
      file.split !== 'test' ||
      isMath500(file.name) ||
      skip(file.name, 'MATH-500 is the test instead'),
  )
  return { files: kept, skipped }
}

/** @throws RecheckError `data.format` for a problem file that is packed in a way that is not read */
function whyNotRead(name: string, names: ReadonlySet<string>): string | null {
  const file = basename(name)
  if (isMetadata(file)) return 'metadata'
  const unpacked = withoutExtension(name)
  if (isPackedOtherwise(file)) {
    if (names.has(unpacked)) return `${basename(unpacked)} is beside it`
    throw new RecheckError(
      'data.format',
      `${name}: files packed as ${extname(name)} are not read. Unpack it.`,
    )
  }
  const format = formatOf(file)
  if (format === null) return 'not a format of problem files'
  return format.compression !== null && names.has(unpacked) ? `${basename(unpacked)} is beside it` : null
}

/** What tools write beside data under an extension of data. */
export function isMetadata(name: string): boolean {
  return (
    /^(?:readme|license|licence|changelog|citation)\b/i.test(name) ||
    /^(?:dataset_infos?|dataset_dict|dataset-metadata|state|config|package|package-lock|croissant|metadata|recheck-source)\.json$/i.test(
      name,
    )
  )
}

function isMath500(name: string): boolean {
  return /math[-_ ]?500/i.test(name)
}

/**
 * The first part of the path that names a split decides, in it the first word: `train/test_prep/1.json` is
 * training data. A word stands alone between characters that are no letters.
 */
function splitOfName(name: string): Split {
  for (const part of name.split('/')) {
    if (isMath500(part)) return 'test'
    for (const word of part.toLowerCase().split(/[^a-z]+/)) {
      const split = splitWords.get(word)
      if (split !== undefined) return split
    }
  }
  return 'train'
}

function missing(path: string, reason: string): RecheckError {
  return new RecheckError(
    'data.missing',
    `${path}: ${reason}. Put the problem files there (JSON, JSON Lines, CSV or Parquet; train and test in files or ` +
      'folders of that name), or set data.fallback=arithmetic.',
    { reason: `${path}: ${reason}` },
  )
}
