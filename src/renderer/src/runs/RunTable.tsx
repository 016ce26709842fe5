import { Anchor, Checkbox, rem, Tooltip, UnstyledButton } from '@mantine/core'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { useTable } from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState, type CSSProperties, type JSX, type ReactNode } from 'react'
import type { ListedRun } from '../../../shared/runs/runList.ts'
import { usePageScale } from '../widgets/hooks/usePageScale.ts'
import { useShortcuts } from '../widgets/hooks/useShortcuts.ts'
import { goTo } from '../data/useRouteTarget.ts'
import { targetAddress } from '../data/routeTarget.ts'
import { columnMeaning, runColumns, runLines, type RunColumnId, type RunLine, type RunSort } from './rows.ts'
import { selectWidthPx } from './tableSettings.ts'
import { runTableColumns, runTableFeatures } from './tableColumns.tsx'
import styles from './RunTable.module.css'

export interface RunTableProps {
  /** Filtered and sorted. */
  readonly runs: readonly ListedRun[]
  readonly isGrouped: boolean
  /** Of the column of names, at the usual size of type. */
  readonly nameWidthPx: number
  readonly shownColumns: readonly RunColumnId[]
  readonly sort: RunSort
  readonly onSort: (sort: RunSort) => void
  readonly selected: ReadonlySet<string>
  readonly onSelect: (selected: ReadonlySet<string>) => void
}

/** At the usual size of type. */
const rowHeightPx = 40
const groupHeightPx = 32

/** Only the rows in view exist, so that 10,000 runs scroll as ten do. */
export function RunTable(props: RunTableProps): JSX.Element {
  'use no memo' // the virtualizer hands out functions whose answers change with the scroll position
  const { runs, isGrouped } = props
  const lines = useMemo(() => runLines(runs, isGrouped), [runs, isGrouped])
  const table = useRunTable(props)
  const model = table.getRowModel().rows
  const rows = useMemo(() => new Map(model.map((row) => [row.id, row])), [model])
  const box = useRef<HTMLDivElement>(null)
  const scale = usePageScale()
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: (index) => scale * (lines[index]?.kind === 'group' ? groupHeightPx : rowHeightPx),
    overscan: 8,
  })
  const current = useCurrentRow(lines, props, (index) => virtualizer.scrollToIndex(index))
  useEffect(() => {
    virtualizer.measure()
  }, [lines, scale, virtualizer])
  return (
    <div
      ref={box}
      className={`panel ${styles.table}`}
      style={nameColumn(props.nameWidthPx)}
      role="grid"
      aria-label="Runs"
      aria-rowcount={lines.length + 1}
      tabIndex={0}
    >
      <div className={styles.inner}>
        <HeaderRow {...props} />
        <div role="rowgroup" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
          {virtualizer.getVirtualItems().map((item) => {
            const line = lines[item.index]
            if (line === undefined) return null
            const place = { transform: `translateY(${item.start}px)` }
            if (line.kind === 'group')
              return <GroupRow key={`group ${line.group}`} line={line} style={place} />
            const row = rows.get(line.run.runId)
            return (
              <RunRow
                key={line.run.runId}
                {...props}
                run={line.run}
                index={item.index}
                style={{ ...place, boxShadow: item.index === current ? currentMark : undefined }}
              >
                {row?.getVisibleCells().map((cell) => (
                  <div key={cell.id} role="gridcell" {...cellLook(cell.column.id)}>
                    <table.FlexRender cell={cell} />
                  </div>
                ))}
              </RunRow>
            )
          })}
        </div>
      </div>
    </div>
  )
}

const currentMark = 'inset 3px 0 var(--accent)'

interface RunRowProps extends Pick<RunTableProps, 'selected' | 'onSelect'> {
  readonly run: ListedRun
  readonly index: number
  readonly style: CSSProperties
  readonly children: ReactNode
}

function RunRow({ run, index, style, selected, onSelect, children }: RunRowProps): JSX.Element {
  return (
    <div
      className={styles.row}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected.has(run.runId)}
      style={style}
      onDoubleClick={() => goTo({ page: 'run', runId: run.runId, tab: 'plots' })}
    >
      <SelectCell run={run} selected={selected} onSelect={onSelect} />
      {children}
    </div>
  )
}

function useRunTable({ runs, shownColumns }: RunTableProps) {
  const columnVisibility = useMemo(
    () => Object.fromEntries(runColumns.map(({ id }) => [id, shownColumns.includes(id)])),
    [shownColumns],
  )
  return useTable({
    features: runTableFeatures,
    columns: runTableColumns,
    data: runs,
    getRowId: (run: ListedRun) => run.runId,
    state: { columnVisibility },
  })
}

function cellLook(id: string): { className: string; style: { width: string } } {
  const column = runColumns.find((each) => each.id === id)
  const kind = id === 'name' ? styles.nameCell : column?.isNumber === true ? styles.numberCell : ''
  const width = id === 'name' ? 'var(--name-column)' : rem(column?.width ?? 100)
  return { className: `${styles.cell} ${kind}`, style: { width } }
}

function nameColumn(widthPx: number): CSSProperties {
  return { '--name-column': rem(widthPx) } as CSSProperties
}

function HeaderRow({ runs, shownColumns, sort, onSort, selected, onSelect }: RunTableProps): JSX.Element {
  const ids = runs.map((run) => run.runId)
  const chosen = ids.filter((id) => selected.has(id)).length
  const isAll = ids.length > 0 && chosen === ids.length
  return (
    <div className={styles.header} role="row" aria-rowindex={1}>
      <div className={styles.cell} role="columnheader" style={{ width: rem(selectWidthPx) }}>
        <Checkbox
          aria-label="Select all runs shown"
          checked={isAll}
          indeterminate={!isAll && chosen > 0}
          onChange={() => onSelect(isAll ? without(selected, ids) : new Set([...selected, ...ids]))}
        />
      </div>
      {runColumns
        .filter(({ id }) => shownColumns.includes(id))
        .map(({ id, label, isNumber }) => {
          const isSorted = sort.column === id
          const direction = sort.isDescending ? 'descending' : 'ascending'
          return (
            <div key={id} role="columnheader" aria-sort={isSorted ? direction : 'none'} {...cellLook(id)}>
              <Tooltip label={columnMeaning(id)}>
                <UnstyledButton
                  className={styles.sort}
                  onClick={() =>
                    onSort({ column: id, isDescending: isSorted ? !sort.isDescending : isNumber })
                  }
                >
                  <span className={styles.sortLabel}>{label}</span>
                  {isSorted && <SortArrow isDescending={sort.isDescending} />}
                </UnstyledButton>
              </Tooltip>
            </div>
          )
        })}
    </div>
  )
}

/** As wide as it is, however narrow the column: the label gives way. */
function SortArrow({ isDescending }: { readonly isDescending: boolean }): JSX.Element {
  const Arrow = isDescending ? IconArrowDown : IconArrowUp
  return <Arrow size={13} className={styles.arrow} />
}

function GroupRow({
  line,
  style,
}: {
  readonly line: RunLine & { kind: 'group' }
  readonly style: object
}): JSX.Element {
  return (
    <div className={styles.groupRow} role="row" style={style}>
      <span role="gridcell">
        {line.group} <span className="muted">({line.runs})</span>{' '}
        {line.name !== null && (
          <Anchor
            fz={12}
            ml={8}
            href={targetAddress({ page: 'sweeps', name: line.name })}
            title="Means over seeds with intervals, and the chance that a setting is the best"
          >
            over its seeds
          </Anchor>
        )}
      </span>
    </div>
  )
}

type SelectCellProps = Pick<RunTableProps, 'selected' | 'onSelect'> & { readonly run: ListedRun }

function SelectCell({ run, selected, onSelect }: SelectCellProps): JSX.Element {
  return (
    <div className={styles.cell} role="gridcell" style={{ width: rem(selectWidthPx) }}>
      <Checkbox
        aria-label={`Select ${run.name}`}
        checked={selected.has(run.runId)}
        onChange={() => onSelect(toggled(selected, run.runId))}
      />
    </div>
  )
}

function toggled(selected: ReadonlySet<string>, runId: string): ReadonlySet<string> {
  return selected.has(runId) ? without(selected, [runId]) : new Set([...selected, runId])
}

function without(selected: ReadonlySet<string>, runIds: readonly string[]): ReadonlySet<string> {
  const taken = new Set(runIds)
  return new Set([...selected].filter((id) => !taken.has(id)))
}

/** j and k move, Enter opens, x selects. */
function useCurrentRow(
  lines: readonly RunLine[],
  { selected, onSelect }: RunTableProps,
  scrollTo: (index: number) => void,
): number {
  const [current, setCurrent] = useState(-1)
  useShortcuts(
    useMemo(() => {
      const move = (by: number): void => {
        const at = (index: number): RunLine | undefined => lines[index]
        let next = current + by
        if (at(next)?.kind === 'group') next += by
        if (at(next) === undefined) return
        setCurrent(next)
        scrollTo(next)
      }
      const line = lines[current]
      return {
        j: () => move(1),
        k: () => move(-1),
        Enter: () => line?.kind === 'run' && goTo({ page: 'run', runId: line.run.runId, tab: 'plots' }),
        x: () => line?.kind === 'run' && onSelect(toggled(selected, line.run.runId)),
      }
    }, [lines, current, selected, onSelect, scrollTo]),
  )
  return current
}
