import { Anchor, Button, Group, Table, Text, Title } from '@mantine/core'
import { useState, type JSX } from 'react'
import type { ListedSweep } from '../../../shared/sweep/sweepView.ts'
import { targetAddress } from '../data/routeTarget.ts'
import { useRouteQuery } from '../data/useRoute.ts'
import { Age } from '../widgets/Age.tsx'
import { Loading } from '../widgets/Loading.tsx'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import { TermHead } from '../widgets/table/TermHead.tsx'
import { CompareMethodsDialog } from './CompareMethodsDialog.tsx'
import { NewSweepDialog } from './NewSweepDialog.tsx'
import { SweepPage } from './SweepPage.tsx'
import { countsText, kindLabels, stateText } from './sweepWords.ts'

const columns = [
  ['Name', 'Also the group of its runs'],
  ['Kind', 'A group of runs has no plan: what is there is compared, and nothing can go on'],
  ['Trials', 'Each is an ordinary run'],
  [
    'State',
    'running: by this process. run elsewhere: a terminal runs it. resumable: trials of its plan are left',
  ],
  ['Begun', null],
] as const

/** All sweeps, comparisons of methods and groups of runs; or one of them. */
export function SweepsPage({ name }: { readonly name: string | null }): JSX.Element {
  return name === null ? <SweepList /> : <SweepPage name={name} />
}

function SweepList(): JSX.Element {
  const list = useRouteQuery('sweep.list', {})
  const [dialog, setDialog] = useState<'sweep' | 'methods' | null>(null)
  return (
    <div className="page page-scroll">
      <Group justify="space-between">
        <Title order={1} fz={17}>
          Sweeps
        </Title>
        <Group gap="xs">
          <Button variant="default" onClick={() => setDialog('methods')}>
            Compare methods…
          </Button>
          <Button onClick={() => setDialog('sweep')}>New sweep…</Button>
        </Group>
      </Group>
      <ProblemNote problem={list.error} />
      {list.data === undefined ? (
        list.error === null && <Loading what="Reading the sweeps…" />
      ) : list.data.length === 0 ? (
        <Text className="muted">
          No sweep yet. “New sweep” tries every combination of settings over seeds and ranks them; “Compare
          methods” trains several methods at equal generated tokens. In a terminal these are{' '}
          <code>recheck sweep</code> and <code>recheck compare-methods</code>.
        </Text>
      ) : (
        <SweepTable sweeps={list.data} />
      )}
      {dialog === 'sweep' && <NewSweepDialog onClose={() => setDialog(null)} />}
      {dialog === 'methods' && <CompareMethodsDialog onClose={() => setDialog(null)} />}
    </div>
  )
}

function SweepTable({ sweeps }: { readonly sweeps: readonly ListedSweep[] }): JSX.Element {
  return (
    <div className="panel panel-wide">
      <Table className="tabular first-stays" aria-label="Sweeps">
        <TermHead columns={columns} />
        <Table.Tbody>
          {sweeps.map((sweep) => (
            <Table.Tr key={sweep.name}>
              <Table.Td>
                <Anchor fz={13} href={targetAddress({ page: 'sweeps', name: sweep.name })}>
                  {sweep.name}
                </Anchor>
              </Table.Td>
              <Table.Td>{kindLabels[sweep.kind]}</Table.Td>
              <Table.Td>{countsText(sweep.counts, sweep.trials)}</Table.Td>
              <Table.Td>{stateText(sweep)}</Table.Td>
              <Table.Td className="muted">
                <Age thenMs={sweep.createdAtMs} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
