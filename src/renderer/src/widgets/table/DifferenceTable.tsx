import { Table, Text } from '@mantine/core'
import type { JSX } from 'react'
import { formatValue } from '../../../../shared/text/format.ts'
import styles from './DifferenceTable.module.css'

export interface DifferenceTableProps {
  readonly columns: readonly string[]
  readonly rows: readonly { readonly path: string; readonly values: readonly unknown[] }[]
  readonly emptyText: string
}

/** Only the config fields that differ, one column each config. */
export function DifferenceTable({ columns, rows, emptyText }: DifferenceTableProps): JSX.Element {
  if (rows.length === 0) return <Text className="muted">{emptyText}</Text>
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Field</Table.Th>
          {columns.map((column, index) => (
            <Table.Th key={index}>{column}</Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(({ path, values }) => (
          <Table.Tr key={path}>
            <Table.Td className="mono">{path}</Table.Td>
            {values.map((value, index) => (
              <Table.Td key={index} className={`mono ${styles.value}`}>
                {formatValue(value)}
              </Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
