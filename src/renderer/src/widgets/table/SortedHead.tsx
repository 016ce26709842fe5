import { Table, Tooltip, UnstyledButton } from '@mantine/core'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import type { JSX } from 'react'
import type { SortColumn, TableSort } from './tableSort.ts'
import styles from './SortedHead.module.css'

export interface SortedHeadProps<Row> {
  readonly columns: readonly SortColumn<Row>[]
  readonly sort: TableSort
  readonly onSort: (sort: TableSort) => void
}

/** The head of a table that any of its columns can put in order; an arrow says which one does. */
export function SortedHead<Row>({ columns, sort, onSort }: SortedHeadProps<Row>): JSX.Element {
  return (
    <Table.Thead>
      <Table.Tr>
        {columns.map(({ label, meaning }) => {
          const isSorted = sort.column === label
          const direction = sort.isDescending ? 'descending' : 'ascending'
          const Arrow = sort.isDescending ? IconArrowDown : IconArrowUp
          return (
            <Table.Th key={label} aria-sort={isSorted ? direction : 'none'} className={styles.head}>
              <Tooltip label={meaning ?? `Sort by ${label}`}>
                <UnstyledButton
                  className={meaning === null ? styles.sort : `${styles.sort} ${styles.term}`}
                  onClick={() =>
                    onSort({ column: label, isDescending: isSorted ? !sort.isDescending : true })
                  }
                >
                  {label}
                  {isSorted && <Arrow size={13} className={styles.arrow} />}
                </UnstyledButton>
              </Tooltip>
            </Table.Th>
          )
        })}
      </Table.Tr>
    </Table.Thead>
  )
}
