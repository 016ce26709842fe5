import { arithmeticSplits, type ProblemSplits } from '../../core/data/arithmetic.ts'
import type { RunConfig } from '../../shared/config.ts'
import { reservedProblems } from '../host/reservedProblems.ts'
import { builtinModelFolder } from './modelFolder.ts'

export interface RunProblems {
  readonly splits: ProblemSplits
  /** How the data set's solutions mark their answer. */
  readonly marker: 'hash' | 'boxed'
  /** Something the run's log should say of its data; null when there is nothing. */
  readonly note: string | null
}

/** The problems of a run's three splits, from the source that its config names. */
export async function loadRunProblems(config: RunConfig): Promise<RunProblems> {
  return { splits: await arithmeticProblems(config), marker: 'hash', note: null }
}

export async function arithmeticProblems(config: RunConfig): Promise<ProblemSplits> {
  const { train, validation, test, levels } = config.data
  const reserved = await reservedProblems(builtinModelFolder)
  return arithmeticSplits({ seed: config.seed, train, validation, test, levels, reserved })
}
