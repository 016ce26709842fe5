import { Alert, Group, Text } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { useMemo, useState, type JSX } from 'react'
import type { ListedRun } from '../../../shared/runList.ts'
import { EmptyRuns } from '../components/EmptyRuns.tsx'
import { ProblemNote } from '../components/ProblemNote.tsx'
import { RunsToolbar } from '../components/RunsToolbar.tsx'
import { RunTable } from '../components/RunTable.tsx'
import { SelectionBar } from '../components/SelectionBar.tsx'
import { UndoBar, type Undo } from '../components/UndoBar.tsx'
import { useKept } from '../hooks/useKept.ts'
import { usePageScale } from '../hooks/usePageScale.ts'
import { useRead } from '../hooks/useRoute.ts'
import { formatCount } from '../state/format.ts'
import { matchesFilter, mostBeyondList, namesBeyondList, parseFilter } from '../state/runFilter.ts'
import { sortRuns } from '../state/runRows.ts'
import { firstTable, fittingColumns, parseTable } from '../state/tableSettings.ts'
import { Loading } from '../components/Loading.tsx'

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
  readonly runs: readonly ListedRun[]
  readonly archived: boolean
  readonly onArchived: (archived: boolean) => void
  readonly onUndo: (undo: Undo) => void
}

function RunList({ runs, archived, onArchived, onUndo }: RunListProps): JSX.Element {
  const [text, setText] = useState('')
  const [table, setTable] = useKept('runTable', firstTable, parseTable)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const { ref, width } = useElementSize()
  const scale = usePageScale()
  const shownColumns = table.columns ?? fittingColumns(width / scale)
  const { shown, problem, isReading } = useFiltered(runs, archived, text)
  const sorted = useMemo(() => sortRuns(shown, table.sort), [shown, table.sort])
  const chosen = useMemo(() => runs.filter((run) => selected.has(run.runId)), [runs, selected])
  return (
    <>
      <RunsToolbar
        {...{ text, archived, shownColumns, onArchived, runs, isGrouped: table.isGrouped }}
        onText={setText}
        onGrouped={(isGrouped) => setTable({ ...table, isGrouped })}
        onShownColumns={(columns) => setTable({ ...table, columns })}
      />
      {problem !== null && (
        <Alert color="red" p="xs" role="alert">
          {problem}
        </Alert>
      )}
      {chosen.length > 0 && (
        <SelectionBar runs={chosen} onClear={() => setSelected(new Set())} onUndo={onUndo} />
      )}
      <div ref={ref} className="run-table-place">
        {width > 0 && (
          <RunTable
            runs={sorted}
            {...{ shownColumns, selected, sort: table.sort, isGrouped: table.isGrouped }}
            onSort={(sort) => setTable({ ...table, sort })}
            onSelect={setSelected}
          />
        )}
      </div>
      <Group justify="space-between" fz={12} className="muted">
        <Text fz={12}>{countText(shown.length, runs.length)}</Text>
        {shown.length === 0 && (
          <Text fz={12}>{runs.length === 0 ? 'No run is archived.' : noneText(isReading)}</Text>
        )}
      </Group>
    </>
  )
}

function countText(shown: number, all: number): string {
  return shown === all ? `${formatCount(all)} runs` : `${formatCount(shown)} of ${formatCount(all)} runs`
}

function noneText(isReading: boolean): string {
  return isReading ? 'Reading what the filter names…' : 'No run matches. Clear the search to see them all.'
}

/** The runs that match; what the filter names beyond the list's own fields is read when it is named. */
function useFiltered(runs: readonly ListedRun[], archived: boolean, text: string) {
  const filter = useMemo(() => parseFilter(text), [text])
  const names = useMemo(() => namesBeyondList(filter.terms).slice(0, mostBeyondList), [filter])
  const more = useRead('run.values', { archived, names }, { enabled: names.length > 0 })
  const values = more.data ?? null
  const shown = useMemo(
    () => (filter.terms.length === 0 ? runs : runs.filter((run) => matchesFilter(run, filter.terms, values))),
    [runs, filter, values],
  )
  const problem = filter.problem ?? more.error?.message ?? null
  return { shown, problem, isReading: names.length > 0 && more.isPending }
}
