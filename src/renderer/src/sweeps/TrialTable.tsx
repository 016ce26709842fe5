import { Anchor, Button, Table, Text, Title } from '@mantine/core'
import { useState, type JSX } from 'react'
import type { TrialRow } from '../../../shared/sweep/sweepView.ts'
import { formatCount, formatShare, missing } from '../../../shared/text/format.ts'
import { targetAddress } from '../data/routeTarget.ts'
import { StatusBadge } from '../widgets/run/StatusBadge.tsx'
import { TermHead } from '../widgets/table/TermHead.tsx'

const columns = [
  ['Trial', 'Its run, once it has begun'],
  ['Status', null],
  ['Seed', null],
  ['Steps', 'Over, of how many'],
  ['Validation', 'The sweep’s metric at the last evaluation of a finished run'],
  ['Tokens', 'Generated in stage 2'],
] as const

const firstRows = 100

/** Every trial, with its run. No test score: those are looked at for the best point alone. */
export function TrialTable({ trials }: { readonly trials: readonly TrialRow[] }): JSX.Element {
  const [isWhole, setWhole] = useState(false)
  const shown = isWhole ? trials : trials.slice(0, firstRows)
  return (
    <section className="panel panel-wide" aria-label="Trials">
      <Title order={2} fz={14} p={10} pb={0}>
        Trials
      </Title>
      <Table className="tabular first-stays" aria-label="Trials">
        <TermHead columns={columns} />
        <Table.Tbody>
          {shown.map((trial) => (
            <Table.Tr key={trial.runId ?? trial.name}>
              <Table.Td>
                <TrialName trial={trial} />
              </Table.Td>
              <Table.Td>
                {trial.status === null ? (
                  <span className="muted">not begun</span>
                ) : (
                  <StatusBadge status={trial.status} />
                )}
                {trial.waitsFor !== null && (
                  <Text fz={12} className="muted" maw={340} lineClamp={1} title={trial.waitsFor}>
                    {trial.waitsFor}
                  </Text>
                )}
              </Table.Td>
              <Table.Td>{trial.seed}</Table.Td>
              <Table.Td>{stepsText(trial)}</Table.Td>
              <Table.Td>{trial.validation === null ? missing : formatShare(trial.validation)}</Table.Td>
              <Table.Td>{trial.tokens === null ? missing : formatCount(trial.tokens)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {shown.length < trials.length && (
        <Button variant="subtle" m={6} onClick={() => setWhole(true)}>
          All {formatCount(trials.length)} trials
        </Button>
      )}
    </section>
  )
}

function TrialName({ trial: { runId, name } }: { readonly trial: TrialRow }): JSX.Element {
  if (runId === null) return <>{name}</>
  return (
    <Anchor fz={13} href={targetAddress({ page: 'run', runId, tab: 'plots' })}>
      {name}
    </Anchor>
  )
}

/** How many there will be is not known where a budget of tokens decides. */
function stepsText({ stepsDone, totalSteps }: TrialRow): string {
  if (stepsDone === null || totalSteps === null) return missing
  return totalSteps === 0 ? formatCount(stepsDone) : `${formatCount(stepsDone)} of ${formatCount(totalSteps)}`
}
