import { Group, Select, Table, Text, Title } from '@mantine/core'
import { useState, type JSX } from 'react'
import { errorData } from '../../../../shared/errors/recheckError.ts'
import { findMetric } from '../../../../shared/metrics/metrics.ts'
import type { Evaluation, Run } from '../../../../shared/runs/records.ts'
import {
  formatCount,
  formatDifference,
  formatNumber,
  formatShare,
  missing,
} from '../../../../shared/text/format.ts'
import type { ComparedSteps } from '../../../../shared/routes/evaluations.ts'
import { useRouteQuery } from '../../data/useRoute.ts'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'
import { Term } from '../../widgets/Term.tsx'
import styles from './BeforeAfter.module.css'

export interface BeforeAfterProps {
  readonly run: Run
  readonly split: Evaluation['split']
  /** Steps that were evaluated on the split, ascending. */
  readonly steps: readonly number[]
}

/**
 * What changed between two evaluations of a run, with the paired difference: both asked the same problems
 * with the same draws.
 */
export function BeforeAfter({ run, split, steps }: BeforeAfterProps): JSX.Element | null {
  const [chosen, setChosen] = useState<{ readonly first?: number; readonly second?: number }>({})
  const first = chosen.first ?? steps[0] ?? 0
  const second = chosen.second ?? steps.at(-1) ?? 0
  const compared = useRouteQuery(
    'evaluations.compare',
    { runId: run.runId, split, first, second },
    { enabled: steps.length > 1, keepPreviousOf: ['runId', 'split'] },
  )
  if (steps.length < 2) return null
  const choices = steps.map((step) => ({ value: String(step), label: `Step ${formatCount(step)}` }))
  return (
    <section className="panel side-panel" aria-label={`Before and after on the ${split} split`}>
      <Group gap="sm" mb={6}>
        <Title order={2} fz={14}>
          Before → after, {split}
        </Title>
        <Select
          aria-label="Before"
          data={choices}
          value={String(first)}
          allowDeselect={false}
          w={120}
          onChange={(step) => setChosen({ ...chosen, first: Number(step) })}
        />
        <span aria-hidden="true">→</span>
        <Select
          aria-label="After"
          data={choices}
          value={String(second)}
          allowDeselect={false}
          w={120}
          onChange={(step) => setChosen({ ...chosen, second: Number(step) })}
        />
        {compared.data !== undefined && (
          <Text fz={12} className="muted">
            {formatCount(compared.data.problems)} problems in both
          </Text>
        )}
      </Group>
      <WhyNotCompared problem={compared.error} />
      {compared.data !== undefined && <Shares compared={compared.data} first={first} second={second} />}
    </section>
  )
}

/** An evaluation whose rollouts are not kept is nothing that went wrong. */
function WhyNotCompared({ problem }: { readonly problem: unknown }): JSX.Element | null {
  if (problem === null || errorData(problem).code !== 'eval.no-common-problem')
    return <ProblemNote problem={problem} />
  return (
    <Text fz={12} className="muted">
      {errorData(problem).message}
    </Text>
  )
}

interface SharesProps {
  readonly compared: ComparedSteps
  readonly first: number
  readonly second: number
}

function Shares({ compared, first, second }: SharesProps): JSX.Element {
  return (
    <div className={styles.table}>
      <Table className="tabular first-stays">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Share</Table.Th>
            <Table.Th>Step {formatCount(first)}</Table.Th>
            <Table.Th>Step {formatCount(second)}</Table.Th>
            <Table.Th>
              <Term meaning="After − before over the same problems; the 95 % interval resamples problems in pairs, so that what both get correct or both get wrong adds no noise">
                Difference, paired
              </Term>
            </Table.Th>
            <Table.Th>
              <Term meaning="Exact, two-sided: how often so uneven a change would come about if neither were better; a dash with several samples a problem">
                McNemar’s p
              </Term>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {compared.shares.map(({ name, difference, ...share }) => (
            <Table.Tr key={name}>
              <Table.Td>
                <Term meaning={findMetric(name)?.meaning}>{findMetric(name)?.label ?? name}</Term>
              </Table.Td>
              <Table.Td>{formatShare(share.first)}</Table.Td>
              <Table.Td>{formatShare(share.second)}</Table.Td>
              <Table.Td>
                <strong>{formatDifference(difference.estimate)}</strong>{' '}
                <span className="muted">
                  [{formatDifference(difference.low)}, {formatDifference(difference.high)}]
                </span>
              </Table.Td>
              <Table.Td>
                {share.mcNemarP === null ? missing : formatNumber(Number(share.mcNemarP.toPrecision(2)))}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
