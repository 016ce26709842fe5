import { Text } from '@mantine/core'
import { useMemo, useState, type JSX } from 'react'
import type { Run, StoredRollout } from '../../../../shared/runs/records.ts'
import { listedRun } from '../../../../shared/runs/runList.ts'
import { useRunStage } from '../../data/useRunStage.ts'
import { goTo, replaceWith } from '../../data/useRouteTarget.ts'
import type { ReplayTarget } from '../../data/routeTarget.ts'
import { policyOfRun, startStep } from '../../replay/policyName.ts'
import { useShortcuts } from '../../widgets/hooks/useShortcuts.ts'
import { noRolloutsText } from '../emptyTabs.ts'
import type { RunStage } from '../../widgets/run/runStage.ts'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'
import { RolloutDetail } from './RolloutDetail.tsx'
import { RolloutFilterBar } from './RolloutFilterBar.tsx'
import { RolloutList } from './RolloutList.tsx'
import { addressOf, allRollouts, filterOf, isWhole, type RolloutFilter } from './rolloutFilter.ts'
import { useRolloutPages } from './useRolloutPages.ts'
import styles from './RolloutsTab.module.css'

export interface RolloutsTabProps {
  readonly run: Run
  /** The part of the address that says which rollouts. */
  readonly query: string
}

/** What the model wrote, turn by turn: problem → attempt → verdict → revision. */
export function RolloutsTab({ run, query }: RolloutsTabProps): JSX.Element {
  const { runId } = run
  const filter = useMemo(() => filterOf(query), [query])
  const [index, setIndex] = useState(0)
  const { stage } = useRunStage(listedRun(run))
  const { total, isRead, error, at, show } = useRolloutPages(runId, filter, index)
  const change = (part: Partial<RolloutFilter>): void => {
    replaceWith({ page: 'run', runId, tab: 'rollouts', query: addressOf({ ...filter, ...part }) })
    setIndex(0)
  }
  useRolloutKeys(total ?? 0, setIndex)
  const chosen = at(Math.min(index, (total ?? 1) - 1))
  return (
    <div className={styles.tab}>
      <ProblemNote problem={error} />
      <RolloutFilterBar run={run} filter={filter} total={isRead ? total : null} onChange={change} />
      {total === null ? (
        error === null && <Text className="muted">Reading the rollouts…</Text>
      ) : total === 0 ? (
        <Text className="muted">{emptyText(run, stage, filter)}</Text>
      ) : (
        <div className={styles.panes}>
          <RolloutList total={total} at={at} onShow={show} chosen={index} onChoose={setIndex} />
          {chosen === null ? (
            <Text className="muted">Reading the rollout…</Text>
          ) : (
            <RolloutDetail
              rollout={chosen}
              onFollow={() => change({ ...allRollouts, problemId: chosen.problemId })}
              onReplay={() => goTo(replayOf(run, chosen))}
            />
          )}
        </div>
      )}
    </div>
  )
}

/** The problem before the run's newest checkpoint and the model that it began from. */
function replayOf({ runId }: Run, { problemId }: StoredRollout): ReplayTarget {
  const policies = [policyOfRun(runId, ''), policyOfRun(runId, startStep)]
  return { page: 'replay', policies, problem: { runId, problemId } }
}

function emptyText(run: Run, stage: RunStage, filter: RolloutFilter): string {
  return isWhole(filter)
    ? noRolloutsText(run, stage)
    : 'No rollout matches. “Show all” takes every filter away.'
}

function useRolloutKeys(count: number, setIndex: (change: (index: number) => number) => void): void {
  useShortcuts(
    useMemo(
      () => ({
        j: () => setIndex((index) => Math.max(0, Math.min(count - 1, index + 1))),
        k: () => setIndex((index) => Math.max(0, index - 1)),
      }),
      [count, setIndex],
    ),
  )
}
