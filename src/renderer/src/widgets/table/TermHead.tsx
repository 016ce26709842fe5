import { Table } from '@mantine/core'
import type { JSX } from 'react'
import { Term } from '../Term.tsx'

/** The head of a table whose columns have a meaning each; null = the label says it. */
export function TermHead({
  columns,
}: {
  readonly columns: readonly (readonly [label: string, meaning: string | null])[]
}): JSX.Element {
  return (
    <Table.Thead>
      <Table.Tr>
        {columns.map(([label, meaning]) => (
          <Table.Th key={label}>
            <Term meaning={meaning}>{label}</Term>
          </Table.Th>
        ))}
      </Table.Tr>
    </Table.Thead>
  )
}
