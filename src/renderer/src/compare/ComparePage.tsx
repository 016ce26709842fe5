import { MultiSelect, SegmentedControl, Text, Title } from '@mantine/core'
import { useMemo, type JSX } from 'react'
import type { Run } from '../../../shared/records.ts'
import { ComparedPlots } from './ComparedPlots.tsx'
import { DifferenceTable } from '../widgets/DifferenceTable.tsx'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import { SideBySide } from './SideBySide.tsx'
import { TestScores } from './TestScores.tsx'
import { useCompareChoices, type CompareView } from './useChoices.ts'
import { useManyReads } from '../data/useRouteQueries.ts'
import { goTo } from '../data/usePlace.ts'
import { useRead } from '../data/useRoute.ts'
import { differingFields, mostCompared, runLabels } from './compareRuns.ts'
import { Loading } from '../widgets/Loading.tsx'

/** Options drawn at once; the others are found by typing. */
const mostChoices = 60

const views: readonly { readonly value: CompareView; readonly label: string }[] = [
  { value: 'overlaid', label: 'Overlaid' },
  { value: 'side-by-side', label: 'Side by side' },
]

export function ComparePage({ runIds }: { readonly runIds: readonly string[] }): JSX.Element {
  const list = useRead('run.list', { archived: false })
  const different = [...new Set(runIds)]
  const asked = different.slice(0, mostCompared)
  const answers = useManyReads(
    'run.get',
    asked.map((runId) => ({ runId })),
  )
  const runs = answers.filter((run) => run !== null)
  const listed = list.data ?? []
  // archived runs stand in no list of their own here, but a chosen one has its name
  const unlisted = runs.filter(({ runId }) => listed.every((each) => each.runId !== runId))
  const choices = [...listed, ...unlisted].map((run) => ({ value: run.runId, label: run.name }))
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
          placeholder={asked.length === 0 ? 'Choose two to eight runs' : ''}
          searchable
          maxValues={mostCompared}
          limit={mostChoices}
          data={choices}
          value={asked}
          classNames={{ pill: 'run-pill' }}
          onChange={(chosen) => goTo({ page: 'compare', runIds: chosen })}
          style={{ flex: '1 1 20rem' }}
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
      <Comparison runs={runs} />
    </div>
  )
}

/** Why a run that was asked for is not among those compared. */
function ReadProblem({ runId }: { readonly runId: string }): JSX.Element {
  return <ProblemNote problem={useRead('run.get', { runId }).error} />
}

function Comparison({ runs }: { readonly runs: readonly Run[] }): JSX.Element {
  const choices = useCompareChoices()
  const labels = runLabels(runs)
  const fields = useMemo(() => differingFields(runs), [runs])
  if (runs.length < 2) {
    return (
      <Text className="muted">
        Choose two to eight runs here, or select them in the run list: their curves, the config fields that
        differ and their test scores stand side by side.
      </Text>
    )
  }
  const compared = { runs, labels, fields }
  return (
    <>
      <SegmentedControl
        aria-label="View"
        data={[...views]}
        value={choices.view}
        onChange={(view) => choices.setView(view as CompareView)}
        style={{ alignSelf: 'flex-start' }}
      />
      {choices.view === 'overlaid' ? (
        <ComparedPlots {...compared} choices={choices} />
      ) : (
        <SideBySide {...compared} choices={choices} />
      )}
      <section className="panel side-panel" aria-label="Test scores">
        <Title order={2} fz={14} mb={6}>
          Test scores
        </Title>
        <TestScores {...compared} />
      </section>
      <section
        className="panel side-panel"
        aria-label="Config differences"
        style={{ overflow: 'auto', flex: 'none' }}
      >
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
