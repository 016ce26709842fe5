import type { Run } from '../../shared/runs/records.ts'
import type { CommandCall } from './command.ts'

/** How every command describes its `<run>`. */
export const runArgument = 'its id, its name, the beginning or end of its id, or its group'

/** The whole rule, for `recheck --help` and docs/cli.md. */
export const runNamingRule =
  'A run is named by its id, its name, the beginning or end of its id, or its group: the first of these that fits decides. ' +
  'Of runs that share a name or a group, a stage 1 run gives way to the training run that uses its estimate. ' +
  'Where several runs fit, they are listed and nothing is done.'

/**
 * The run that the user means; read beside whoever owns the data folder.
 *
 * @throws RecheckError `run.unknown`, `run.deleted`, `run.ambiguous`, `store.none`
 */
export async function findStoredRun(call: CommandCall, wanted: string): Promise<Run> {
  const { systemClock } = await import('../host/machine/clock.ts')
  const { readStore } = await import('../owner/withStore.ts')
  const { findRun } = await import('../store/runs/findRun.ts')
  return readStore(call.dataFolder, systemClock, (db) => findRun(db, wanted))
}
