import { Table, Text } from '@mantine/core'
import type { JSX } from 'react'
import type { DataLook } from '../../../../shared/routes/library/dataImport.ts'
import styles from './DataLookTable.module.css'

export interface DataLookTableProps {
  readonly look: DataLook
  /** Another choice of columns is being read. */
  readonly isOld: boolean
}

/** The first rows of the file as they stand there, and the problems that they make. */
export function DataLookTable({ look, isOld }: DataLookTableProps): JSX.Element {
  const { columns, rows, chosen, problems, notes, format } = look
  const used = new Map(Object.entries(chosen ?? {}).map(([part, column]) => [column, part]))
  return (
    <div className={isOld ? `${styles.look} ${styles.old}` : styles.look}>
      <Text fz={12} className="muted">
        {format}, its first rows as they stand there:
      </Text>
      <div className={styles.table} tabIndex={0} role="region" aria-label="First rows">
        <Table className={`tabular ${styles.cells}`}>
          <Table.Thead>
            <Table.Tr>
              {columns.map((column, index) => (
                <Table.Th key={index}>
                  {column}
                  {used.has(column) && <span className="muted"> → {used.get(column)}</span>}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row, index) => (
              <Table.Tr key={index}>
                {row.map((cell, column) => (
                  <Table.Td key={column}>{cell}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {problems.length > 0 && <FirstProblems problems={problems} />}
      {notes.map((note) => (
        <Text key={note} fz={12}>
          {note}
        </Text>
      ))}
    </div>
  )
}

function FirstProblems({ problems }: Pick<DataLook, 'problems'>): JSX.Element {
  return (
    <>
      <Text fz={12} className="muted">
        As a run would read them:
      </Text>
      <ol className={styles.problems} aria-label="First problems">
        {problems.map(({ question, answer, subject, level }, index) => (
          <li key={index}>
            {question} <strong className="mono">→ {answer}</strong>
            {subject !== null && <span className="muted"> · {subject}</span>}
            {level !== null && <span className="muted"> · level {level}</span>}
          </li>
        ))}
      </ol>
    </>
  )
}
