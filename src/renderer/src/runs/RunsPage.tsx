import { Alert, Group, Text } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { useMemo, useState, type JSX } from 'react'
import type { ListedRun } from '../../../shared/runs/runList.ts'
import { EmptyRuns } from './EmptyRuns.tsx'
import { Loading } from '../widgets/Loading.tsx'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import { RunsToolbar } from './RunsToolbar.tsx'
import { RunTable } from './RunTable.tsx'
import { SelectionBar } from './SelectionBar.tsx'
import { UndoBar, type Undo } from './UndoBar.tsx'
import { useStoredState } from '../widgets/hooks/useStoredState.ts'
import { usePageScale } from '../widgets/hooks/usePageScale.ts'
import { replaceWith } from '../data/useRouteTarget.ts'
import { useRouteQuery } from '../data/useRoute.ts'
import { formatCount } from '../../../shared/text/format.ts'
import type { RunListName, RunsTarget } from '../data/routeTarget.ts'
import { matchesFilter, mostBeyondList, namesBeyondList, parseFilter } from './filter.ts'
import { sortRuns } from './rows.ts'
import { firstTable, fittingColumns, nameWidth, parseTable } from './tableSettings.ts'
import styles from './RunsPage.module.css'

/** The list and the filter are the address's: they are there again on the way back. */
export function RunsPage({ place }: { readonly place: RunsTarget }): JSX.Element {
  const [undo, setUndo] = useState<Undo | null>(null)
  const list = useRouteQuery('run.list', partOf(place.list))
  const { data: runs } = list
  if (runs === undefined && place.list === 'runs')
    return list.error === null ? <Loading what="Reading the runs…" /> : <ProblemNote problem={list.error} />
  return (
    <div className="page">
      <ProblemNote problem={list.error} />
      {undo !== null && <UndoBar undo={undo} onDone={() => setUndo(null)} />}
      {runs?.length === 0 && place.list === 'runs' ? (
        <EmptyRuns onShow={(other) => replaceWith({ ...place, list: other, filter: '' })} />
      ) : (
        <RunList runs={runs ?? null} isPending={list.isPending} place={place} onUndo={setUndo} />
      )}
    </div>
  )
}

function partOf(list: RunListName): { readonly archived: boolean; readonly deleted: boolean } {
  return { archived: list === 'archived', deleted: list === 'deleted' }
}

interface RunListProps {
  /** null while they are read, or cannot be. */
  readonly runs: readonly ListedRun[] | null
  readonly isPending: boolean
  readonly place: RunsTarget
  readonly onUndo: (undo: Undo) => void
}

function RunList({ runs: read, isPending, place, onUndo }: RunListProps): JSX.Element {
  const runs = read ?? noRuns
  const [table, setTable] = useStoredState('runTable', { first: firstTable, parse: parseTable })
  const { selected, setSelected } = useSelection()
  const { ref, width, nameWidthPx, fitting } = useColumnWidths(runs)
  const shownColumns = table.columns ?? fitting
  const { shown, problem, isReading } = useFiltered(runs, place)
  const sorted = useMemo(() => sortRuns(shown, table.sort), [shown, table.sort])
  // what a filter hides is not acted on
  const chosen = useMemo(() => sorted.filter((run) => selected.has(run.runId)), [sorted, selected])
  const hidden = runs.filter((run) => selected.has(run.runId)).length - chosen.length
  return (
    <>
      <RunsToolbar
        text={place.filter}
        list={place.list}
        shownColumns={shownColumns}
        runs={runs}
        isGrouped={table.isGrouped}
        onText={(filter) => replaceWith({ ...place, filter })}
        onList={(list) => replaceWith({ ...place, list })}
        onGrouped={(isGrouped) => setTable({ ...table, isGrouped })}
        onShownColumns={(columns) => setTable({ ...table, columns })}
      />
      {problem !== null && (
        <Alert color="red" p="xs" role="alert">
          {problem}
        </Alert>
      )}
      {chosen.length + hidden > 0 && (
        <SelectionBar
          runs={chosen}
          hidden={hidden}
          list={place.list}
          onUndo={onUndo}
          onClear={() => setSelected(new Set())}
        />
      )}
      <div ref={ref} className={styles.table}>
        {width > 0 && (
          <RunTable
            runs={sorted}
            nameWidthPx={nameWidthPx}
            shownColumns={shownColumns}
            selected={selected}
            sort={table.sort}
            isGrouped={table.isGrouped}
            onSort={(sort) => setTable({ ...table, sort })}
            onSelect={setSelected}
          />
        )}
      </div>
      <Group justify="space-between" fz={12} className="muted">
        <Text fz={12}>{read === null ? unreadText(isPending) : countText(shown.length, runs.length)}</Text>
        <Text fz={12}>{read === null ? '' : footText({ list: place.list, runs, shown, isReading })}</Text>
      </Group>
    </>
  )
}

const noRuns: readonly ListedRun[] = []

/** The room for the table, and what of it the names and the usual columns take. */
function useColumnWidths(runs: readonly ListedRun[]) {
  const { ref, width } = useElementSize()
  const scale = usePageScale()
  const needs = useMemo(
    () => ({ nameWidthPx: nameWidth(runs), hasTags: runs.some(({ tags }) => tags.length > 0) }),
    [runs],
  )
  return { ref, width, nameWidthPx: needs.nameWidthPx, fitting: fittingColumns(width / scale, needs) }
}

/**
 * Which runs are selected: as long as the tab is open, so that it outlives a look at a run or a comparison.
 */
function useSelection() {
  const [ids, keepIds] = useStoredState('selectedRuns', { first: [], parse: parseIds, keptIn: 'tab' })
  const selected: ReadonlySet<string> = useMemo(() => new Set(ids), [ids])
  return { selected, setSelected: (next: ReadonlySet<string>) => keepIds([...next]) }
}

function parseIds(stored: unknown): readonly string[] | null {
  return Array.isArray(stored) && stored.every((id) => typeof id === 'string') ? stored : null
}

const unreadText = (isPending: boolean): string => (isPending ? 'Reading the runs…' : '')

function countText(shown: number, all: number): string {
  const runs = all === 1 ? 'run' : 'runs'
  return shown === all
    ? `${formatCount(all)} ${runs}`
    : `${formatCount(shown)} of ${formatCount(all)} ${runs}`
}

const noneTexts: Readonly<Record<RunListName, string>> = {
  runs: '',
  archived: 'No run is archived.',
  deleted: 'No run is deleted, or those that were are erased.',
}

interface Foot {
  readonly list: RunListName
  readonly runs: readonly ListedRun[]
  readonly shown: readonly ListedRun[]
  readonly isReading: boolean
}

function footText({ list, runs, shown, isReading }: Foot): string {
  if (runs.length === 0) return noneTexts[list]
  if (shown.length === 0)
    return isReading ? 'Reading what the filter names…' : 'No run matches. Clear the search to see them all.'
  return list === 'deleted' ? 'Deleted runs can be restored until “recheck gc” erases them.' : ''
}

/** The runs that match; what the filter names beyond the list's own fields is read when it is named. */
function useFiltered(runs: readonly ListedRun[], { list, filter: text }: RunsTarget) {
  const filter = useMemo(() => parseFilter(text), [text])
  const names = useMemo(() => namesBeyondList(filter.terms).slice(0, mostBeyondList), [filter])
  const more = useRouteQuery('run.values', { ...partOf(list), names }, { enabled: names.length > 0 })
  const values = more.data ?? null
  const shown = useMemo(
    () => (filter.terms.length === 0 ? runs : runs.filter((run) => matchesFilter(run, filter.terms, values))),
    [runs, filter, values],
  )
  const problem = filter.problem ?? more.error?.message ?? null
  return { shown, problem, isReading: names.length > 0 && more.isPending }
}
