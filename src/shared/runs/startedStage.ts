import { RecheckError } from '../errors/recheckError.ts'
import type { Run, Stage } from './records.ts'

/** The stage of a run that Recheck executes, or has. @throws RecheckError `run.imported` for one of another tool */
export function startedStage({ runId, stage }: Pick<Run, 'runId' | 'stage'>): Stage {
  if (stage !== 'imported') return stage
  throw new RecheckError(
    'run.imported',
    `run ${runId} was imported from another tool and is read-only: it has no model, config or checkpoint to go on from. ` +
      'It can be plotted, compared, labelled, exported and deleted.',
  )
}
