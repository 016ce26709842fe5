import { Button, Group, Pagination, Select, Slider, Switch, Text } from '@mantine/core'
import { useMemo, useState, type JSX } from 'react'
import type { Run, StoredRollout } from '../../../../shared/records.ts'
import { listedRun } from '../../../../shared/runList.ts'
import { useRouteQuery } from '../../data/useRoute.ts'
import { useRunStage } from '../../data/useRunStage.ts'
import { goTo } from '../../data/useRouteTarget.ts'
import type { ReplayTarget } from '../../data/routeTarget.ts'
import { policyOfRun, startStep } from '../../replay/policyName.ts'
import { useShortcuts } from '../../widgets/useShortcuts.ts'
import { noRolloutsText } from '../emptyTabs.ts'
import { formatCount } from '../../../../shared/format.ts'
import { outcomeChoices, type OutcomeChoice } from './rolloutLabels.ts'
import type { RunStage } from '../../widgets/runStage.ts'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'
import { RolloutDetail } from './RolloutDetail.tsx'
import { RolloutList } from './RolloutList.tsx'
import styles from './RolloutsTab.module.css'

const pageSize = 50

interface RolloutFilter {
  readonly outcome: OutcomeChoice
  /** null = every step. */
  readonly step: number | null
  readonly problemId: string | null
  /** From 1. */
  readonly page: number
}

/** What the model wrote, turn by turn: problem → attempt → verdict → revision. */
export function RolloutsTab({ run }: { readonly run: Run }): JSX.Element {
  const [filter, setFilter] = useState<RolloutFilter>({
    outcome: 'all',
    step: null,
    problemId: null,
    page: 1,
  })
  const [index, setIndex] = useState(0)
  const { stage } = useRunStage(listedRun(run))
  const { page } = filter
  const answer = useRouteQuery(
    'rollouts.list',
    { ...queryOf(run, filter), offset: (page - 1) * pageSize, limit: pageSize },
    { keepPreviousOf: ['runId'] },
  )
  const isRead = answer.data !== undefined && !answer.isPlaceholderData
  const { rollouts, total } = answer.data ?? { rollouts: [], total: 0 }
  const change = (part: Partial<RolloutFilter>): void => {
    setFilter({ ...filter, page: 1, ...part })
    setIndex(0)
  }
  useRolloutKeys(rollouts.length, setIndex)
  const chosen = rollouts[Math.min(index, rollouts.length - 1)]
  return (
    <div className={styles.tab}>
      <ProblemNote problem={answer.error} />
      <FilterBar run={run} filter={filter} total={isRead ? total : null} onChange={change} />
      {answer.data === undefined ? (
        answer.isPending && <Text className="muted">Reading the rollouts…</Text>
      ) : chosen === undefined ? (
        <Text className="muted">{emptyText(run, stage, filter)}</Text>
      ) : (
        <div className={styles.panes}>
          <div className={styles.list}>
            <RolloutList rollouts={rollouts} chosen={index} onChoose={setIndex} />
            {total > pageSize && (
              <Pagination
                size="xs"
                total={Math.ceil(total / pageSize)}
                value={page}
                onChange={(next) => change({ page: next })}
                siblings={0}
                getControlProps={(control) => ({ 'aria-label': `${control} page` })}
              />
            )}
          </div>
          <RolloutDetail
            rollout={chosen}
            onFollow={() => change({ problemId: chosen.problemId, step: null, outcome: 'all' })}
            onReplay={() => goTo(replayOf(run, chosen))}
          />
        </div>
      )}
    </div>
  )
}

function queryOf({ runId }: Run, { outcome, step, problemId }: RolloutFilter) {
  const chosen = { runId, step, problemId }
  if (outcome === 'unparsed') return { ...chosen, verdict: outcome }
  return outcome === 'truncated' ? { ...chosen, truncated: true } : { ...chosen, outcome }
}

/** The problem before the run's newest checkpoint and the model that it began from. */
function replayOf({ runId }: Run, { problemId }: StoredRollout): ReplayTarget {
  const policies = [policyOfRun(runId, ''), policyOfRun(runId, startStep)]
  return { page: 'replay', policies, problem: { runId, problemId } }
}

function emptyText(run: Run, stage: RunStage, { outcome, step, problemId }: RolloutFilter): string {
  const isWhole = outcome === 'all' && step === null && problemId === null
  return isWhole ? noRolloutsText(run, stage) : 'No rollout matches. Choose another outcome or all steps.'
}

interface FilterBarProps {
  readonly run: Run
  readonly filter: RolloutFilter
  /** null until the rollouts of this filter are read. */
  readonly total: number | null
  readonly onChange: (part: Partial<RolloutFilter>) => void
}

function FilterBar({ run, filter, total, onChange }: FilterBarProps): JSX.Element {
  // the number of the last step or evaluation that was reported; the last evaluation follows the last step
  const lastStep = run.step
  return (
    <Group gap="md">
      <Select
        aria-label="Outcome"
        data={[...outcomeChoices]}
        value={filter.outcome}
        allowDeselect={false}
        w={190}
        onChange={(outcome) => onChange({ outcome: (outcome ?? 'all') as OutcomeChoice })}
      />
      <Switch
        label="One step:"
        checked={filter.step !== null}
        onChange={(event) => onChange({ step: event.currentTarget.checked ? lastStep : null })}
      />
      <Slider
        thumbLabel="Step"
        w={220}
        size="sm"
        min={0}
        max={Math.max(1, lastStep)}
        disabled={filter.step === null || lastStep === 0}
        value={filter.step ?? lastStep}
        onChange={(step) => onChange({ step })}
      />
      <Text fz={12} className="tabular" w={70}>
        {filter.step === null ? 'all steps' : `step ${formatCount(filter.step)}`}
      </Text>
      {filter.problemId !== null && (
        <Button variant="default" onClick={() => onChange({ problemId: null })}>
          Problem {filter.problemId}: show all problems
        </Button>
      )}
      <Text fz={12} className="muted tabular">
        {total === null ? '' : `${formatCount(total)} rollouts · `}j and k for the next and the one before
      </Text>
    </Group>
  )
}

function useRolloutKeys(count: number, setIndex: (change: (index: number) => number) => void): void {
  useShortcuts(
    useMemo(
      () => ({
        j: () => setIndex((index) => Math.min(count - 1, index + 1)),
        k: () => setIndex((index) => Math.max(0, index - 1)),
      }),
      [count, setIndex],
    ),
  )
}
