import { Group, Pagination, Select, Table, Text, TextInput, Title } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState, type JSX } from 'react'
import type { DataRows } from '../../../../shared/routes/library/library.ts'
import { formatCount, missing } from '../../../../shared/text/format.ts'
import { useRouteQuery } from '../../data/useRoute.ts'
import { Loading } from '../../widgets/Loading.tsx'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'
import { CheckNote } from './CheckNote.tsx'
import { OverlapNote } from './OverlapNote.tsx'
import styles from './DataRowsView.module.css'

const pageSize = 50
const splits = [
  { value: 'train', label: 'Training' },
  { value: 'validation', label: 'Validation' },
  { value: 'test', label: 'Test' },
] as const

interface Filter {
  readonly search: string
  readonly split: (typeof splits)[number]['value'] | null
  readonly subject: string | null
  readonly level: string | null
  /** From 1. */
  readonly page: number
}

export interface DataRowsViewProps {
  readonly name: string
  /** What it can be compared with. */
  readonly others: readonly string[]
}

/** The problems of a data set as a run reads them, and what it shares with another. */
export function DataRowsView({ name, others }: DataRowsViewProps): JSX.Element {
  const [filter, setFilter] = useState<Filter>({
    search: '',
    split: null,
    subject: null,
    level: null,
    page: 1,
  })
  const [{ page, ...wanted }] = useDebouncedValue(filter, 200)
  const found = useRouteQuery(
    'data.rows',
    { name, ...wanted, offset: (page - 1) * pageSize, limit: pageSize },
    { keepPreviousOf: ['name'] },
  )
  const change = (part: Partial<Filter>): void => setFilter({ ...filter, page: 1, ...part })
  return (
    <section className="panel side-panel" aria-label={`Problems of ${name}`}>
      <Title order={2} fz={14} mb={6}>
        Problems of {name}
      </Title>
      <CheckNote name={name} />
      <OverlapNote name={name} others={others} />
      <FilterBar filter={filter} found={found.data} onChange={change} />
      <ProblemNote problem={found.error} />
      {found.data === undefined ? (
        found.error === null && <Loading what="Reading the problems…" />
      ) : (
        <RowsTable found={found.data} page={filter.page} onPage={(next) => change({ page: next })} />
      )}
    </section>
  )
}

interface FilterBarProps {
  readonly filter: Filter
  readonly found: DataRows | undefined
  readonly onChange: (part: Partial<Filter>) => void
}

function FilterBar({ filter, found, onChange }: FilterBarProps): JSX.Element {
  const counts = splits
    .map(({ value, label }) => `${label.toLowerCase()} ${formatCount(found?.splits[value] ?? 0)}`)
    .join(', ')
  return (
    <Group gap="sm" mb={8}>
      <TextInput
        aria-label="Search the problems"
        placeholder="Search question and answer"
        value={filter.search}
        onChange={(event) => onChange({ search: event.currentTarget.value })}
        className={styles.search}
      />
      <Select
        aria-label="Split"
        placeholder="All splits"
        clearable
        data={[...splits]}
        value={filter.split}
        onChange={(split) => onChange({ split: split as Filter['split'] })}
        w={130}
      />
      {(['subject', 'level'] as const).map((part) => {
        const choices = found?.[`${part}s`] ?? []
        return choices.length === 0 ? null : (
          <Select
            key={part}
            aria-label={part === 'subject' ? 'Subject' : 'Level'}
            placeholder={`All ${part}s`}
            clearable
            searchable
            data={[...choices]}
            value={filter[part]}
            onChange={(chosen) => onChange({ [part]: chosen })}
            w={170}
          />
        )
      })}
      {found !== undefined && (
        <Text fz={12} className="muted tabular">
          {formatCount(found.total)} found · {counts}
        </Text>
      )}
    </Group>
  )
}

interface RowsTableProps {
  readonly found: DataRows
  readonly page: number
  readonly onPage: (page: number) => void
}

function RowsTable({ found, page, onPage }: RowsTableProps): JSX.Element {
  if (found.total === 0) return <Text className="muted">No problem matches.</Text>
  const hasMore = found.subjects.length > 0 || found.levels.length > 0
  return (
    <>
      <Table className="tabular" aria-label="Problems">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Question</Table.Th>
            <Table.Th>Known answer</Table.Th>
            <Table.Th>Split</Table.Th>
            {hasMore && <Table.Th>Subject, level</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {found.rows.map((row) => (
            <Table.Tr key={row.problemId}>
              <Table.Td className={styles.question}>{row.question}</Table.Td>
              <Table.Td className={`mono ${styles.answer}`}>{row.answer}</Table.Td>
              <Table.Td>{row.split}</Table.Td>
              {hasMore && (
                <Table.Td>
                  {[row.subject, row.level].filter((part) => part !== null).join(', ') || missing}
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {found.total > pageSize && (
        <Pagination
          mt={8}
          size="xs"
          total={Math.ceil(found.total / pageSize)}
          value={page}
          onChange={onPage}
          getControlProps={(control) => ({ 'aria-label': `${control} page` })}
        />
      )}
    </>
  )
}
