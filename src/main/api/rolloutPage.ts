import type { OutputOf, ParsedInputOf } from '../../shared/routes/contract.ts'
import type { Database } from '../store/database.ts'
import { readRollouts, type RolloutFilter } from '../store/rolloutQuery.ts'

type Wanted = ParsedInputOf<'rollouts.list'>

/** One page of the rollout browser. */
export function pageOfRollouts(db: Database, wanted: Wanted): OutputOf<'rollouts.list'> {
  const { runId, step, problemId, offset, limit } = wanted
  const filter: RolloutFilter = {
    runId,
    ...(step === null ? {} : { step }),
    ...(problemId === null ? {} : { problemId }),
    ...outcomeFilter(wanted.outcome),
  }
  const { total, rollouts } = readRollouts(db, filter, { offset, limit })
  return { total, rollouts }
}

function outcomeFilter(outcome: Wanted['outcome']): Partial<RolloutFilter> {
  switch (outcome) {
    case 'all':
      return {}
    case 'not-revised':
      return { outcomes: ['right', 'wrong'] }
    case 'unparsed':
      return { verdict: 'unparsed' }
    case 'truncated':
      return { truncated: true }
    case 'right-to-wrong':
    case 'wrong-to-right':
    case 'wrong-to-wrong':
    case 'right-to-right':
      return { outcomes: [outcome] }
  }
}
