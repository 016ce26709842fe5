import { Alert, Group, Text } from '@mantine/core'
import { useMemo, useState, type JSX } from 'react'
import type { Run } from '../../../shared/records.ts'
import { EmptyRuns } from '../components/EmptyRuns.tsx'
import { ProblemNote } from '../components/ProblemNote.tsx'
import { RunsToolbar } from '../components/RunsToolbar.tsx'
import { RunTable } from '../components/RunTable.tsx'
import { SelectionBar } from '../components/SelectionBar.tsx'
import { UndoBar, type Undo } from '../components/UndoBar.tsx'
import { useRead } from '../hooks/useRoute.ts'
import { formatCount } from '../state/format.ts'
import { matchesFilter, parseFilter } from '../state/runFilter.ts'
import { runColumns, sortRuns, type RunColumnId, type RunSort } from '../state/runRows.ts'
import { Loading } from '../components/Loading.tsx'

const none: readonly Run[] = []

export function RunsPage(): JSX.Element {
  const [archived, setArchived] = useState(false)
  const [undo, setUndo] = useState<Undo | null>(null)
  const list = useRead('run.list', { archived }, { keepPrevious: true })
  if (list.isPending) return <Loading what="Reading the runs…" />
  if (list.error !== null) return <ProblemNote problem={list.error} />
  return (
    <div className="page">
      {undo !== null && <UndoBar undo={undo} onDone={() => setUndo(null)} />}
      {list.data.length === 0 && !archived ? (
        <EmptyRuns onShowArchived={() => setArchived(true)} />
      ) : (
        <RunList runs={list.data} archived={archived} onArchived={setArchived} onUndo={setUndo} />
      )}
    </div>
  )
}

interface RunListProps {
  readonly runs: readonly Run[]
  readonly archived: boolean
  readonly onArchived: (archived: boolean) => void
  readonly onUndo: (undo: Undo) => void
}

function RunList({ runs, archived, onArchived, onUndo }: RunListProps): JSX.Element {
  const [text, setText] = useState('')
  const [sort, setSort] = useState<RunSort>({ column: 'createdAtMs', isDescending: true })
  const [isGrouped, setGrouped] = useState(false)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [shownColumns, setShownColumns] = useState<readonly RunColumnId[]>(
    runColumns.filter((column) => column.isShown).map((column) => column.id),
  )
  const filter = useMemo(() => parseFilter(text), [text])
  const shown = useMemo(
    () =>
      runs.length === 0
        ? none
        : sortRuns(
            runs.filter((run) => matchesFilter(run, filter.terms)),
            sort,
          ),
    [runs, filter, sort],
  )
  const chosen = useMemo(() => runs.filter((run) => selected.has(run.runId)), [runs, selected])
  return (
    <>
      <RunsToolbar
        {...{ text, isGrouped, archived, shownColumns, onArchived, runs }}
        onText={setText}
        onGrouped={setGrouped}
        onShownColumns={setShownColumns}
      />
      {filter.problem !== null && (
        <Alert color="red" p="xs" role="alert">
          {filter.problem}
        </Alert>
      )}
      {chosen.length > 0 && (
        <SelectionBar runs={chosen} onClear={() => setSelected(new Set())} onUndo={onUndo} />
      )}
      <RunTable
        runs={shown}
        {...{ isGrouped, shownColumns, sort, selected }}
        onSort={setSort}
        onSelect={setSelected}
      />
      <Group justify="space-between" fz={12} className="muted">
        <Text fz={12}>
          {shown.length === runs.length
            ? `${formatCount(runs.length)} runs`
            : `${formatCount(shown.length)} of ${formatCount(runs.length)} runs`}
        </Text>
        {shown.length === 0 && <Text fz={12}>No run matches. Clear the search to see them all.</Text>}
      </Group>
    </>
  )
}
