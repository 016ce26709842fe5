import { isAbsolute, resolve } from 'node:path'
import { arithmeticSplits, type ProblemSplits } from '../../core/data/arithmetic.ts'
import type { RunConfig } from '../../shared/config.ts'
import { RecheckError } from '../../shared/recheckError.ts'
import type { ProblemSource } from '../host/datasetFiles.ts'
import { loadProblems } from '../host/datasetFiles.ts'
import { datasetsFolder } from '../host/datasetsFolder.ts'
import { reservedProblems } from '../host/reservedProblems.ts'
import { builtinModelFolder } from './modelFolder.ts'

export interface RunProblems {
  readonly splits: ProblemSplits
  /** How the data set's solutions mark their answer. */
  readonly marker: 'hash' | 'boxed'
  /** Something the run's log should say of its data; null when there is nothing. */
  readonly note: string | null
}

/**
 * The problems of a run's three splits, from the source that its config names.
 *
 * @param workingFolder  the relative path of a file starts here
 * @throws RecheckError those of `loadProblems`; `data.missing` only where `data.fallback` is `none`
 */
export async function loadRunProblems(config: RunConfig, workingFolder: string): Promise<RunProblems> {
  const { source } = config.data
  if (source === 'arithmetic') return { splits: await arithmeticProblems(config), marker: 'hash', note: null }
  try {
    return await fileProblems(config, inFolder(source, workingFolder))
  } catch (thrown) {
    const isMissing = thrown instanceof RecheckError && thrown.code === 'data.missing'
    if (!isMissing || config.data.fallback === 'none') throw thrown
    return {
      splits: await arithmeticProblems(config),
      marker: 'hash',
      note: `Arithmetic problems stand in for the data source (data.fallback): ${thrown.message}`,
    }
  }
}

async function fileProblems(config: RunConfig, source: ProblemSource): Promise<RunProblems> {
  const { train, validation, test } = config.data
  const loaded = await loadProblems({
    source,
    sizes: { train, validation, test },
    seed: config.seed,
    datasetsFolder: datasetsFolder(),
  })
  const { report } = loaded
  const note =
    report.bad === 0 ? null : `${report.bad} of ${report.rows} rows of ${report.source} left out as bad`
  const splits = { train: loaded.train, validation: loaded.validation, test: loaded.test }
  return { splits, marker: report.marker, note }
}

function inFolder(source: ProblemSource, folder: string): ProblemSource {
  if (typeof source === 'string' || isAbsolute(source.path)) return source
  return { ...source, path: resolve(folder, source.path) }
}

export async function arithmeticProblems(config: RunConfig): Promise<ProblemSplits> {
  const { train, validation, test, levels } = config.data
  const reserved = await reservedProblems(builtinModelFolder)
  return arithmeticSplits({ seed: config.seed, train, validation, test, levels, reserved })
}
