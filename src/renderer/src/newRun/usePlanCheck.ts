import { useDebouncedValue } from '@mantine/hooks'
import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import type { ConfigLayer } from '../../../shared/config/layers.ts'
import type { Stage } from '../../../shared/runs/records.ts'
import type { PlanCheck } from '../../../shared/routes/plan.ts'
import type { RunPace } from '../../../shared/text/timeEstimate.ts'
import { checkedPart } from './planNotes.ts'
import { useRouteQuery } from '../data/useRoute.ts'

/** Typing is over. */
const pauseMs = 600

export interface PlanAnswer {
  /** What the machine found for the config as it is now; null while it looks, or where it refuses. */
  readonly check: PlanCheck | null
  readonly problem: unknown
  readonly isLooking: boolean
  /** Of an earlier run with such a config; null where there is none, undefined while that is looked up. */
  readonly pace: RunPace | null | undefined
}

/** Looks up what a start would find (model, data, template, device), without starting. */
export function usePlanCheck(config: RunConfig | null, stage: Stage): PlanAnswer {
  const now = config === null ? '' : JSON.stringify(checkedPart(config))
  const [asked] = useDebouncedValue(now, pauseMs)
  const isCurrent = now !== '' && now === asked
  const written = (asked === '' ? {} : JSON.parse(asked)) as ConfigLayer
  const answer = useRouteQuery('plan.check', { stage, config: { ...written } }, { enabled: isCurrent })
  const { data: pace } = useRouteQuery('plan.pace', { config: { ...written } }, { enabled: isCurrent })
  return {
    pace: isCurrent ? pace : undefined,
    check: isCurrent ? (answer.data ?? null) : null,
    problem: isCurrent ? answer.error : null,
    isLooking: now !== '' && (!isCurrent || answer.isFetching),
  }
}
