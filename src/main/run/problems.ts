import { arithmeticSplits, type ProblemSplits } from '../../core/data/arithmetic.ts'
import type { DataReport } from '../../core/data/dataReport.ts'
import type { AnswerMarker } from '../../core/data/promptTemplate.ts'
import type { RunConfig } from '../../shared/config/parseConfig.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { findDatasetFiles } from '../host/datasets/folder.ts'
import { sourcePath, type ProblemSource } from '../host/datasets/problemSource.ts'
import { datasetPath, datasetsFolder, isHubName } from '../host/datasets/datasetsFolder.ts'
import { reservedProblems, reservedProblemsFile } from '../host/datasets/reservedProblems.ts'
import { fileStamp, type FileStamp } from '../host/machine/fileStamps.ts'
import { builtinModelFolder } from './namedModelFolder.ts'

export type ProblemUse = 'training' | 'held-out'

export interface RunProblems {
  readonly splits: ProblemSplits
  /** How the data set's solutions mark their answer. */
  readonly marker: AnswerMarker
  /** Something the run's log should say of its data; null when there is nothing. */
  readonly note: string | null
}

/**
 * The problems of a run's three splits, from the source that its config names and from no other: a run was
 * named after what it trains on when it was made, with `withAvailableSource`.
 *
 * @param workingFolder relative paths of the config start here
 * @param use `held-out`: no training problems are taken, so a file with a test alone will do
 * @throws RecheckError `data.*`
 */
export async function loadRunProblems(
  config: Pick<RunConfig, 'data' | 'seed'>,
  workingFolder: string,
  use: ProblemUse = 'training',
): Promise<RunProblems> {
  const { source } = config.data
  if (source !== 'arithmetic') {
    return offeringToFetch(source, () => fileProblems(config, sourceFrom(source, workingFolder), use))
  }
  return { splits: await arithmeticProblems(config), marker: 'hash', note: null }
}

/**
 * Stamps of every file from which problems of this source are read; what else lies beside them is named.
 *
 * @throws RecheckError `data.*`
 */
export async function problemFiles(
  { source }: RunConfig['data'],
  workingFolder: string,
): Promise<readonly FileStamp[]> {
  if (source === 'arithmetic') return stampsOf([reservedProblemsFile(builtinModelFolder)])
  const { files, skipped } = await findDatasetFiles(
    sourcePath(sourceFrom(source, workingFolder), datasetsFolder()),
  )
  const beside = skipped.map(({ name, reason }) => ({
    ...noStamp,
    name: `${name}: ${reason}`,
  }))
  return stampsOf(files.map(({ path }) => path)).concat(beside)
}

const noStamp = { size: '', inode: '', mtimeNs: '', ctimeNs: '0' }

function stampsOf(paths: readonly string[]): FileStamp[] {
  return paths.map((path) => fileStamp(path, path) ?? { ...noStamp, name: path })
}

export interface AvailableSource {
  /** Its `data.source` is where the problems really come from. */
  readonly config: RunConfig
  /** That arithmetic stands in, and why; null where the source is as it was asked for. */
  readonly note: string | null
}

/**
 * The config with arithmetic as its source where `data.fallback` allows it and the source that it names is
 * missing. A run is made from this one, so that it is named, shown, compared and resumed after what it trains
 * on.
 *
 * @throws RecheckError `data.*` for a source that is there and cannot be read
 */
export async function withAvailableSource(
  config: RunConfig,
  workingFolder: string,
): Promise<AvailableSource> {
  const { source, fallback } = config.data
  if (source === 'arithmetic' || fallback === 'none') return { config, note: null }
  try {
    await findDatasetFiles(sourcePath(sourceFrom(source, workingFolder), datasetsFolder()))
    return { config, note: null }
  } catch (thrown) {
    if (!(thrown instanceof RecheckError) || thrown.code !== 'data.missing') throw thrown
    const note = `${String(thrown.data.reason)}. As data.fallback=arithmetic asks, this run uses arithmetic problems instead.`
    return { config: { ...config, data: { ...config.data, source: 'arithmetic' } }, note }
  }
}

export async function arithmeticProblems(config: Pick<RunConfig, 'data' | 'seed'>): Promise<ProblemSplits> {
  const { train, validation, test, levels } = config.data
  const reserved = await reservedProblems(builtinModelFolder)
  return arithmeticSplits({ seed: config.seed, train, validation, test, levels, reserved })
}

async function fileProblems(
  config: Pick<RunConfig, 'data' | 'seed'>,
  source: ProblemSource,
  use: ProblemUse,
): Promise<RunProblems> {
  const { train, validation, test } = config.data
  // Parquet and CSV are not for every process that names its problems
  const { loadProblems } = await import('../host/datasets/files.ts')
  const sizes = { train: use === 'training' ? train : 0, validation, test }
  const loaded = await loadProblems({ source, sizes, seed: config.seed, datasetsFolder: datasetsFolder() })
  return {
    splits: { train: loaded.train, validation: loaded.validation, test: loaded.test },
    marker: loaded.report.marker,
    note: leftOutNote(loaded.report),
  }
}

/** Which rows of the files no problem was taken from, in one line; null where there are none. */
function leftOutNote({ source, rows, used, left, badRows, contradictions }: DataReport): string | null {
  if (rows === used) return null
  const reasons = [
    left.bad > 0 &&
      `${left.bad} cannot be used (${badRows[0]?.cause ?? ''}: ${badRows[0]?.examples[0]?.place ?? ''})`,
    left.contradicting > 0 &&
      `${left.contradicting} repeat a question with another answer (${contradictions[0]?.place ?? ''}; the answer at ${contradictions[0]?.first ?? ''} counts)`,
    left.copies > 0 && `${left.copies} are copies of earlier rows`,
    left.empty > 0 && `${left.empty} are empty`,
    left.longPrompts > 0 && `${left.longPrompts} have too long a question`,
  ]
  return `${rows - used} of ${rows} rows of ${source} are left out: ${reasons.filter((reason) => reason !== false).join('; ')}`
}

type FileSource = Exclude<RunConfig['data']['source'], 'arithmetic'>

/** The hub's name of a source; null where it is a file of one's own. */
export function hubDataName(source: RunConfig['data']['source']): string | null {
  if (source === 'arithmetic') return null
  const name = typeof source === 'string' ? source : source.path
  return typeof source === 'string' || isHubName(name) ? name : null
}

/** A missing source that the hub may have says so, for people and for programs. */
async function offeringToFetch<T>(source: FileSource, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (thrown) {
    const name = hubDataName(source)
    if (name === null || !(thrown instanceof RecheckError) || thrown.code !== 'data.missing') throw thrown
    throw new RecheckError(
      'data.missing',
      `${thrown.message} "recheck data pull ${name}" fetches it from the hub.`,
      {
        ...thrown.data,
        fetch: { kind: 'data', name, subset: null },
      },
    )
  }
}

function sourceFrom(source: FileSource, workingFolder: string): ProblemSource {
  return typeof source === 'string' ? source : { ...source, path: datasetPath(source.path, workingFolder) }
}
