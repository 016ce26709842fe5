import { resolve } from 'node:path'
import { arithmeticSplits, type ProblemSplits } from '../../core/data/arithmetic.ts'
import type { AnswerMarker } from '../../core/data/promptTemplate.ts'
import type { RunConfig } from '../../shared/config/parseConfig.ts'
import { RecheckError } from '../../shared/recheckError.ts'
import { loadProblems, type ProblemSource } from '../host/datasets/files.ts'
import { datasetsFolder } from '../host/datasets/datasetsFolder.ts'
import { reservedProblems } from '../host/datasets/reservedProblems.ts'
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
 * The problems of a run's three splits, from the source that its config names; `data.fallback` steps in, and says so,
 * where the source cannot be had.
 *
 * @param workingFolder relative paths of the config start here
 * @param use `held-out`: no training problems are taken, so a file with a test alone will do
 * @throws RecheckError `data.*`
 */
export async function loadRunProblems(
  config: RunConfig,
  workingFolder: string,
  use: ProblemUse = 'training',
): Promise<RunProblems> {
  const { source, fallback } = config.data
  if (source === 'arithmetic') return { splits: await arithmeticProblems(config), marker: 'hash', note: null }
  try {
    return await fileProblems(config, sourceFrom(source, workingFolder), use)
  } catch (thrown) {
    if (!(thrown instanceof RecheckError) || thrown.code !== 'data.missing' || fallback === 'none')
      throw thrown
    const note = `${thrown.message} data.fallback=arithmetic: this run uses arithmetic problems instead.`
    return { splits: await arithmeticProblems(config), marker: 'hash', note }
  }
}

export async function arithmeticProblems(config: RunConfig): Promise<ProblemSplits> {
  const { train, validation, test, levels } = config.data
  const reserved = await reservedProblems(builtinModelFolder)
  return arithmeticSplits({ seed: config.seed, train, validation, test, levels, reserved })
}

async function fileProblems(config: RunConfig, source: ProblemSource, use: ProblemUse): Promise<RunProblems> {
  const { train, validation, test } = config.data
  const sizes = { train: use === 'training' ? train : 0, validation, test }
  const loaded = await loadProblems({ source, sizes, seed: config.seed, datasetsFolder: datasetsFolder() })
  const { bad, rows, marker } = loaded.report
  return {
    splits: { train: loaded.train, validation: loaded.validation, test: loaded.test },
    marker,
    note:
      bad === 0
        ? null
        : `${bad} of ${rows} rows of ${loaded.report.source} are left out: they cannot be used`,
  }
}

function sourceFrom(
  source: Exclude<RunConfig['data']['source'], 'arithmetic'>,
  workingFolder: string,
): ProblemSource {
  return typeof source === 'string' ? source : { ...source, path: resolve(workingFolder, source.path) }
}
