import { resolve } from 'node:path'
import { arithmeticSplits, type ProblemSplits } from '../../core/data/arithmetic.ts'
import type { DataReport } from '../../core/data/dataReport.ts'
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

function sourceFrom(
  source: Exclude<RunConfig['data']['source'], 'arithmetic'>,
  workingFolder: string,
): ProblemSource {
  return typeof source === 'string' ? source : { ...source, path: resolve(workingFolder, source.path) }
}
