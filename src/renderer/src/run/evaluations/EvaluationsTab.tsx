import { Table, Text } from '@mantine/core'
import { Fragment, useState, type JSX } from 'react'
import { findMetric } from '../../../../shared/metrics/metrics.ts'
import type { Evaluation, Run } from '../../../../shared/runs/records.ts'
import { useRouteQuery } from '../../data/useRoute.ts'
import { formatCount } from '../../../../shared/text/format.ts'
import { AskedEvaluation } from './AskedEvaluation.tsx'
import { BeforeAfter } from './BeforeAfter.tsx'
import { VoteCurves } from './VoteCurves.tsx'
import { RevisionGainTable } from './RevisionGainTable.tsx'
import { Age } from '../../widgets/Age.tsx'
import { Interval } from '../../widgets/Interval.tsx'
import { SortedHead } from '../../widgets/table/SortedHead.tsx'
import { sortedRows, type SortColumn, type TableSort } from '../../widgets/table/tableSort.ts'
import { Term } from '../../widgets/Term.tsx'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'
import styles from './EvaluationsTab.module.css'

/** Evaluations of the held-out splits, newest first, every share with its 95 % interval. */
export function EvaluationsTab({ run }: { readonly run: Run }): JSX.Element {
  const { data, error } = useRouteQuery('evaluations.list', { runId: run.runId })
  if (error !== null) return <ProblemNote problem={error} />
  if (data?.length === 0)
    return (
      <div className={styles.tab}>
        <AskedEvaluation run={run} />
        <Text className="muted">
          Nothing evaluated yet. The test split is evaluated before and after training; “Evaluate” in the
          Checkpoints tab does so for a single checkpoint.
        </Text>
      </div>
    )
  return (
    <div className={styles.tab}>
      <AskedEvaluation run={run} />
      <Text fz={12} className="muted">
        Shares with{' '}
        <Term meaning="95 of 100 such intervals contain the true share">Wilson’s 95 % interval</Term>, and
        successes of trials.
      </Text>
      {(['test', 'validation'] as const).map((split) => {
        const evaluations = (data ?? [])
          .filter((each) => each.split === split)
          .toSorted((a, b) => b.step - a.step)
        return evaluations.length === 0 ? null : (
          <Fragment key={split}>
            <SplitTable split={split} evaluations={evaluations} />
            <BeforeAfter run={run} split={split} steps={evaluatedSteps(evaluations)} />
            <RevisionGainTable split={split} evaluations={evaluations} />
          </Fragment>
        )
      })}
      <VoteCurves run={run} />
    </div>
  )
}

/** Ascending. */
function evaluatedSteps(evaluations: readonly Evaluation[]): readonly number[] {
  return [...new Set(evaluations.map(({ step }) => step))].toSorted((a, b) => a - b)
}

interface SplitTableProps {
  readonly split: string
  readonly evaluations: readonly Evaluation[]
}

function SplitTable({ split, evaluations }: SplitTableProps): JSX.Element {
  const names = [...new Set(evaluations.flatMap((each) => Object.keys(each.proportions)))]
  const columns = columnsOf(split, names)
  const [sort, setSort] = useState<TableSort>({ column: `Step, ${split}`, isDescending: true })
  return (
    <section className="panel panel-wide" aria-label={`Evaluations of the ${split} split`}>
      <Table className="tabular first-stays" horizontalSpacing={6}>
        <SortedHead columns={columns} sort={sort} onSort={setSort} />
        <Table.Tbody>
          {sortedRows(evaluations, columns, sort).map((each) => (
            <Table.Tr key={each.evaluationId}>
              <Table.Td>{formatCount(each.step)}</Table.Td>
              <Table.Td>
                {formatCount(each.problems)}
                {each.samples > 1 && ` × ${each.samples}`}
              </Table.Td>
              {names.map((name) => (
                <Table.Td key={name}>
                  <Interval proportion={each.proportions[name]} />
                </Table.Td>
              ))}
              <Table.Td className="muted">
                <Age thenMs={each.createdAtMs} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}

function columnsOf(split: string, names: readonly string[]): readonly SortColumn<Evaluation>[] {
  const shares = names.map((name) => ({
    label: findMetric(name)?.label ?? name,
    meaning: findMetric(name)?.meaning ?? null,
    value: ({ proportions }: Evaluation) => proportions[name]?.value ?? null,
  }))
  return [
    { label: `Step, ${split}`, meaning: null, value: ({ step }) => step },
    { label: 'Problems', meaning: null, value: ({ problems, samples }) => problems * samples },
    ...shares,
    { label: 'Time', meaning: null, value: ({ createdAtMs }) => createdAtMs },
  ]
}
