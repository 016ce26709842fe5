import { Table } from '@mantine/core'
import type { JSX } from 'react'
import { findMetric } from '../../../shared/metrics/metrics.ts'
import type { PointRow, SweepView } from '../../../shared/sweep/sweepView.ts'
import { formatCount, missing } from '../../../shared/text/format.ts'
import { TermHead } from '../widgets/table/TermHead.tsx'
import { chanceText, differenceText, meanText } from './sweepWords.ts'

/** Every point over its seeds, best first, and where points are named their differences to the first. */
export function PointTable({ sweep }: { readonly sweep: SweepView }): JSX.Element {
  const { points, metric, differences } = sweep
  const label = findMetric(metric)?.label ?? metric
  const first = differences.length === 0 ? null : (Object.keys(sweep.spec?.points ?? {})[0] ?? null)
  const columns = [
    ['Point', 'A setting of the varied fields, tried with every seed'],
    [`Validation ${label}`, 'Mean over seeds with Student’s t 95 % interval'],
    ['Seeds', 'Finished'],
    [
      'Chance of best',
      'Share of bootstrap draws of the seeds in which its mean is the highest (10,000 draws)',
    ],
    ['Tokens a run', 'Generated in stage 2, mean over seeds'],
    ...(first === null
      ? []
      : [
          [
            `Against ${first}`,
            'Difference of the metric, paired by seed; the intervals of all comparisons hold together with 95 % (Bonferroni)',
          ] as const,
        ]),
  ] as const
  return (
    <section className="panel panel-wide" aria-label="Points">
      <Table className="tabular first-stays" aria-label="Points">
        <TermHead columns={columns} />
        <Table.Tbody>
          {points.map((point) => (
            <Table.Tr key={point.label}>
              <PointCells point={point} />
              {first !== null && (
                <Table.Td>
                  {differenceOf(differences, point.label) ?? (point.label === first ? '' : missing)}
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}

function PointCells({ point }: { readonly point: PointRow }): JSX.Element {
  const { label, validation, chanceOfBest, tokens } = point
  return (
    <>
      <Table.Td>{label}</Table.Td>
      <Table.Td>{validation === null ? missing : meanText(validation)}</Table.Td>
      <Table.Td>{validation?.count ?? 0}</Table.Td>
      <Table.Td>{chanceOfBest === null ? missing : chanceText(chanceOfBest)}</Table.Td>
      <Table.Td>{tokens === null ? missing : formatCount(Math.round(tokens))}</Table.Td>
    </>
  )
}

function differenceOf(differences: SweepView['differences'], label: string): string | null {
  const found = differences.find(({ point }) => point === label)?.difference ?? null
  return found === null ? null : differenceText(found)
}
