import { Table, Text } from '@mantine/core'
import type { JSX } from 'react'
import type { Run } from '../../../shared/records.ts'
import { useRead } from '../hooks/useRoute.ts'
import { formatBytes, formatCount, formatShare, formatTime } from '../state/format.ts'
import { ProblemNote } from './ProblemNote.tsx'
import { Term } from './Term.tsx'

const columns = [
  ['Step', 'Steps that are in it; a run goes on from its newest one'],
  ['Acc@final, validation', 'Share of right last answers on the validation split'],
  ['Size', null],
  ['Written', null],
  ['Folder', 'In the data folder'],
  ['SHA-256', 'Of the whole checkpoint; checked before it is loaded. The first 16 digits'],
] as const

export function CheckpointsTab({ run }: { readonly run: Run }): JSX.Element {
  const { data, error } = useRead('checkpoints.list', { runId: run.runId })
  if (error !== null) return <ProblemNote problem={error} />
  if (data?.length === 0)
    return (
      <Text className="muted">No checkpoint yet. Every stop writes one, and so does the end of the run.</Text>
    )
  return (
    <div className="panel" style={{ overflow: 'auto' }}>
      <Table className="tabular">
        <Table.Thead>
          <Table.Tr>
            {columns.map(([label, meaning]) => (
              <Table.Th key={label}>
                <Term meaning={meaning}>{label}</Term>
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data?.map((checkpoint) => (
            <Table.Tr key={checkpoint.checkpointId}>
              <Table.Td>{formatCount(checkpoint.step)}</Table.Td>
              <Table.Td>{formatShare(checkpoint.validation)}</Table.Td>
              <Table.Td>{formatBytes(checkpoint.bytes)}</Table.Td>
              <Table.Td>{formatTime(checkpoint.createdAtMs)}</Table.Td>
              <Table.Td className="mono">{checkpoint.folder}</Table.Td>
              <Table.Td className="mono" title={checkpoint.sha256}>
                {checkpoint.sha256.slice(0, 16)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
