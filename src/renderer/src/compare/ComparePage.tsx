import { Group, MultiSelect, Pill, SegmentedControl, Text, Title, type ComboboxData } from '@mantine/core'
import { useMemo, type JSX } from 'react'
import { shortened } from '../../../shared/plots/textFit.ts'
import type { Run } from '../../../shared/runs/records.ts'
import { ComparedPlots } from './ComparedPlots.tsx'
import { DifferenceTable } from '../widgets/table/DifferenceTable.tsx'
import { ReportButton } from '../widgets/report/ReportButton.tsx'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import { SideBySide } from './SideBySide.tsx'
import { TestScores } from './TestScores.tsx'
import { useCompareChoices, type CompareView } from './useChoices.ts'
import { useRouteQueries } from '../data/useRouteQueries.ts'
import { goTo } from '../data/useRouteTarget.ts'
import { useRouteQuery } from '../data/useRoute.ts'
import { differingFields, mostCompared, runLabels } from './compareRuns.ts'
import { useRunPlaces } from './runPlaces.ts'
import { Loading } from '../widgets/Loading.tsx'
import styles from './ComparePage.module.css'

/** Options drawn at once; the others are found by typing. */
const mostChoices = 60

/** Of a chosen run's name, px at the usual size: a longer one is cut in its middle. */
const pillWidth = 300

const views: readonly { readonly value: CompareView; readonly label: string }[] = [
  { value: 'overlaid', label: 'Overlaid' },
  { value: 'side-by-side', label: 'Side by side' },
]

export function ComparePage({ runIds }: { readonly runIds: readonly string[] }): JSX.Element {
  const list = useRouteQuery('run.list', { archived: false })
  const different = [...new Set(runIds)]
  const asked = different.slice(0, mostCompared)
  const answers = useRouteQueries(
    'run.get',
    asked.map((runId) => ({ runId })),
  )
  const runs = answers.filter((run) => run !== null)
  const listed = list.data ?? []
  // archived runs stand in no list of their own here, but a chosen one has its name
  const unlisted = runs.filter(({ runId }) => listed.every((each) => each.runId !== runId))
  const all = [...listed, ...unlisted]
  const choices = all.map((run) => ({ value: run.runId, label: run.name }))
  const nameOf = new Map(choices.map(({ value, label }) => [value, label]))
  if (list.data === undefined)
    return list.error === null ? <Loading what="Reading the runs…" /> : <ProblemNote problem={list.error} />
  return (
    <div className="page page-scroll">
      <ProblemNote problem={list.error} />
      <div className="form-tools">
        <Title order={1} fz={17}>
          Compare
        </Title>
        <MultiSelect
          aria-label="Runs to compare"
          placeholder={asked.length === 0 ? `Choose two to ${mostCompared} runs` : ''}
          searchable
          maxValues={mostCompared}
          limit={mostChoices}
          data={pinnedFirst(all)}
          value={asked}
          renderPill={({ value = '', onRemove, disabled }) => (
            <RunPill name={nameOf.get(value) ?? value} onRemove={disabled === true ? undefined : onRemove} />
          )}
          onChange={(chosen) => goTo({ page: 'compare', runIds: chosen })}
          className={styles.choice}
        />
      </div>
      {different.length > mostCompared && (
        <Text className="muted">
          {`The first ${mostCompared} of ${different.length} runs: more cannot be told apart.`}
        </Text>
      )}
      {asked.map((runId) => (
        <ReadProblem key={runId} runId={runId} />
      ))}
      <Comparison asked={asked} runs={runs} />
    </div>
  )
}

/** In the order of the list, those that are pinned before the others. */
function pinnedFirst(
  runs: readonly { readonly runId: string; readonly name: string; readonly pinned?: boolean }[],
): ComboboxData {
  const items = (isPinned: boolean) =>
    runs
      .filter(({ pinned = false }) => pinned === isPinned)
      .map(({ runId, name }) => ({ value: runId, label: name }))
  const pinned = items(true)
  return pinned.length === 0
    ? items(false)
    : [
        { group: 'Pinned', items: pinned },
        { group: 'Other runs', items: items(false) },
      ]
}

interface RunPillProps {
  readonly name: string
  readonly onRemove: (() => void) | undefined
}

/** A chosen run; one that there is not has its id as a name. */
function RunPill({ name, onRemove }: RunPillProps): JSX.Element {
  return (
    <Pill {...(onRemove === undefined ? {} : { withRemoveButton: true, onRemove })}>
      <span title={name}>{shortened(name, pillWidth, 12)}</span>
    </Pill>
  )
}

/** Why a run that was asked for is not among those compared. */
function ReadProblem({ runId }: { readonly runId: string }): JSX.Element {
  return <ProblemNote problem={useRouteQuery('run.get', { runId }).error} />
}

interface ComparisonProps {
  /** Ids of the runs that were chosen. */
  readonly asked: readonly string[]
  /** Those of them that have been read. */
  readonly runs: readonly Run[]
}

function Comparison({ asked, runs }: ComparisonProps): JSX.Element {
  const choices = useCompareChoices()
  const placeOf = useRunPlaces(asked)
  const labels = runLabels(runs)
  const fields = useMemo(() => differingFields(runs), [runs])
  if (runs.length < 2) {
    return (
      <Text className="muted">
        Choose two to {mostCompared} runs here, or select them in the run list: their curves, the config
        fields that differ and their test scores stand side by side.
      </Text>
    )
  }
  const compared = { runs, labels, fields }
  return (
    <>
      <section className="panel side-panel" aria-label="Test scores">
        <Title order={2} fz={14} mb={6}>
          Test scores
        </Title>
        <TestScores {...compared} />
      </section>
      <Group gap="xs" justify="space-between">
        <SegmentedControl
          aria-label="View"
          data={[...views]}
          value={choices.view}
          onChange={(view) => choices.setView(view as CompareView)}
        />
        <ReportButton
          subject={{ runIds: runs.map(({ runId }) => runId) }}
          what={`these ${runs.length} runs`}
        />
      </Group>
      {choices.view === 'overlaid' ? (
        <ComparedPlots {...compared} placeOf={placeOf} choices={choices} />
      ) : (
        <SideBySide {...compared} choices={choices} />
      )}
      <section className={`panel side-panel ${styles.differences}`} aria-label="Config differences">
        <Title order={2} fz={14} mb={6}>
          Config fields that differ
        </Title>
        <DifferenceTable
          columns={labels}
          rows={fields}
          emptyText="None: these runs have the same config but for name, tags and notes."
        />
      </section>
    </>
  )
}
