import type { OwnerHandlers, StoreEvent } from '../../shared/routes/contract.ts'
import type { ReplayEvent } from '../../shared/routes/replay.ts'
import { formNames, placeOf } from '../owner/engines/placeOf.ts'
import type { Owner } from '../owner/owner.ts'
import { readEvaluations } from '../store/evaluationStore.ts'
import { findProblems } from '../store/rollouts/problemQuery.ts'
import { readRun } from '../store/runs/runStore.ts'
import { readVotes } from '../owner/tasks/voteFiles.ts'
import { comparedSteps } from '../tools/comparedSteps.ts'
import { listedPairedTest } from '../tools/pairedTest.ts'

export type PolicyRoute =
  | 'replay.run'
  | 'problems.list'
  | 'evaluations.list'
  | 'evaluations.start'
  | 'evaluations.cancel'
  | 'evaluations.underWay'
  | 'evaluations.learned'
  | 'evaluations.votes'
  | 'evaluations.compare'

export interface PolicyHandlersSetup {
  readonly owner: Owner
  /** An event to all pages. */
  readonly tell: (event: StoreEvent) => void
}

/** What is asked of a trained policy: replays and evaluations. */
export function policyHandlers({ owner, tell }: PolicyHandlersSetup): Pick<OwnerHandlers, PolicyRoute> {
  const { db } = owner
  const { evaluations, replays } = owner.workshop
  return {
    'replay.run': async (input, { signal }) => {
      const { replayId } = input
      const onEvents = (events: readonly ReplayEvent[]): void =>
        tell({ runIds: [], event: { type: 'replay', replayId, events } })
      return replays.run(input, onEvents, signal)
    },
    'problems.list': async (search) => findProblems(db, search),
    'evaluations.list': async ({ runId }) => readEvaluations(db, runId),
    'evaluations.start': async ({ place: asked, ...named }) => {
      const place = asked === null ? null : placeOf(asked, formNames)
      if (place !== null) await owner.engines.check(place)
      evaluations.start(named, place)
      return null
    },
    'evaluations.cancel': async (named) => {
      evaluations.cancel(named)
      return null
    },
    'evaluations.underWay': async () => evaluations.state,
    'evaluations.learned': async ({ runId }) => listedPairedTest(db, runId),
    'evaluations.votes': async ({ runId }) => readVotes(owner, readRun(db, runId)),
    'evaluations.compare': async (wanted) => comparedSteps(db, wanted),
  }
}
