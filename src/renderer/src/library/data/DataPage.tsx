import { Button, Group, Table, Text, Title } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState, type JSX } from 'react'
import type { ListedData } from '../../../../shared/routes/library/library.ts'
import { formatBytes, missing } from '../../../../shared/text/format.ts'
import { invalidate } from '../../data/invalidate.ts'
import { useRouteMutation, useRouteQuery } from '../../data/useRoute.ts'
import { Loading } from '../../widgets/Loading.tsx'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'
import { TermHead } from '../../widgets/table/TermHead.tsx'
import { DataImport } from './DataImport.tsx'
import { DataRowsView } from './DataRowsView.tsx'
import { FetchForm } from '../fetch/FetchForm.tsx'
import { FetchJobs } from '../fetch/FetchJobs.tsx'
import { RemoveDialog } from '../RemoveDialog.tsx'
import { UsedBy } from '../UsedBy.tsx'
import styles from './DataPage.module.css'

const columns = [
  ['Name', 'A folder of the library of data sets'],
  // in reach in a narrow window, too
  ['What to do with it', null],
  ['Size', 'Of its files'],
  ['From', 'What it was made from, and when it came'],
  ['Licence', 'As its source states it'],
  ['Used by', 'Runs whose config names it, newest first'],
] as const

/** The data sets on this machine, and the problems in them. */
export function DataPage(): JSX.Element {
  const list = useRouteQuery('data.list', {})
  const client = useQueryClient()
  const [chosen, setChosen] = useState<string | null>(null)
  const [isImporting, setImporting] = useState(false)
  const [leaving, setLeaving] = useState<ListedData | null>(null)
  const readAgain = (): void =>
    void invalidate(client, ({ queryKey }) => String(queryKey[0]).startsWith('data.'))
  const sets = list.data ?? []
  const shown = sets.find(({ name }) => name === chosen) ?? sets[0]
  return (
    <div className="page page-scroll">
      <Group justify="space-between">
        <Title order={1} fz={17}>
          Data
        </Title>
        <Button onClick={() => setImporting(true)}>Import a file…</Button>
      </Group>
      <FetchForm
        kind="data"
        label="Fetch a data set of the Hugging Face hub"
        example="math, gsm8k, owner/name or owner/name@revision"
      />
      <FetchJobs kinds={['data']} />
      <ProblemNote problem={list.error} />
      {list.data === undefined && list.error === null && <Loading what="Reading the library…" />}
      {list.data?.length === 0 && (
        <Text className="muted">
          No data set on this machine yet. Import a CSV, JSONL or Parquet file of problems with known answers;
          arithmetic problems need no file, a run makes its own.
        </Text>
      )}
      {sets.length > 0 && (
        <SetTable sets={sets} chosen={shown?.name ?? null} onChoose={setChosen} onRemove={setLeaving} />
      )}
      {shown !== undefined && (
        <DataRowsView
          key={shown.name}
          name={shown.name}
          others={sets.filter((each) => each !== shown).map(({ name }) => name)}
        />
      )}
      {isImporting && (
        <DataImport
          onClose={() => setImporting(false)}
          onImported={(name) => {
            setImporting(false)
            setChosen(name)
            readAgain()
          }}
        />
      )}
      {leaving !== null && <RemoveSet set={leaving} onClose={() => setLeaving(null)} onRemoved={readAgain} />}
    </div>
  )
}

interface SetTableProps {
  readonly sets: readonly ListedData[]
  readonly chosen: string | null
  readonly onChoose: (name: string) => void
  readonly onRemove: (set: ListedData) => void
}

function SetTable({ sets, chosen, onChoose, onRemove }: SetTableProps): JSX.Element {
  return (
    <div className="panel panel-wide">
      <Table className="tabular first-stays" aria-label="Data sets on this machine">
        <TermHead columns={columns} />
        <Table.Tbody>
          {sets.map((set) => (
            <Table.Tr key={set.name} aria-selected={set.name === chosen}>
              <Table.Td>
                <strong title={set.folder}>{set.name}</strong>
              </Table.Td>
              <Table.Td>
                <Group gap={6} wrap="nowrap">
                  <Button
                    variant={set.name === chosen ? 'light' : 'default'}
                    aria-label={`Problems of ${set.name}`}
                    aria-pressed={set.name === chosen}
                    onClick={() => onChoose(set.name)}
                  >
                    Problems
                  </Button>
                  <Button variant="default" aria-label={`Remove ${set.name}`} onClick={() => onRemove(set)}>
                    Remove…
                  </Button>
                </Group>
              </Table.Td>
              <Table.Td>{formatBytes(set.bytes)}</Table.Td>
              <Table.Td className={styles.source}>
                {set.from.source ?? missing}
                <div className="muted fine-print">{set.from.importedAt?.slice(0, 10)}</div>
              </Table.Td>
              <Table.Td>{set.from.licence ?? missing}</Table.Td>
              <Table.Td>
                <UsedBy runs={set.usedBy} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

interface RemoveSetProps {
  readonly set: ListedData
  readonly onClose: () => void
  readonly onRemoved: () => void
}

function RemoveSet({ set, onClose, onRemoved }: RemoveSetProps): JSX.Element {
  const remove = useRouteMutation('data.remove')
  const begin = (): void =>
    remove.mutate(
      { name: set.name },
      {
        onSuccess: () => {
          onRemoved()
          onClose()
        },
      },
    )
  return (
    <RemoveDialog
      name={set.name}
      bytes={set.bytes}
      usedBy={set.usedBy}
      loss="What they have measured stays; without the data they cannot go on."
      isPending={remove.isPending}
      problem={remove.error}
      onClose={onClose}
      onRemove={begin}
    />
  )
}
