import { Table, Text } from '@mantine/core'
import type { JSX } from 'react'
import { formatCount, formatDifference, formatShare, missing } from '../../../../shared/text/format.ts'
import type { Evaluation } from '../../../../shared/runs/records.ts'
import { gainFactors, gainFromBetter, revisionGain } from '../../../../shared/runs/evaluation/revisionGain.ts'
import type { RevisionGain } from '../../../../shared/runs/evaluation/revisionGain.ts'
import { Interval } from '../../widgets/Interval.tsx'
import { Term } from '../../widgets/Term.tsx'
import { TermHead } from '../../widgets/table/TermHead.tsx'
import styles from './RevisionGainTable.module.css'

const gainColumn = [
  'Gain of revising',
  'Acc@final − Acc@t1 with its paired 95 % interval: wrong attempts · called wrong · corrected, minus correct attempts · called wrong · spoilt',
] as const
const factorColumns = gainFactors.map(({ label, meaning }) => [label, meaning] as const)

interface RevisionGainTableProps {
  readonly split: string
  /** Of one split, newest first. */
  readonly evaluations: readonly Evaluation[]
}

/** Why revising gains or loses: the gain of every evaluation and the shares that it is the product of. */
export function RevisionGainTable({ split, evaluations }: RevisionGainTableProps): JSX.Element | null {
  const rows = evaluations.flatMap((evaluation) => {
    const gain = revisionGain(evaluation)
    return gain === null ? [] : [{ evaluation, gain }]
  })
  const newest = rows[0]
  if (newest === undefined) return null
  return (
    <section className="panel panel-wide" aria-label={`Gain of revising on the ${split} split`}>
      <Table className="tabular first-stays" horizontalSpacing="xs">
        <TermHead columns={[[`Step, ${split}`, null], gainColumn, ...factorColumns]} />
        <Table.Tbody>
          {rows.map(({ evaluation, gain }) => (
            <Table.Tr key={evaluation.evaluationId}>
              <Table.Td>{formatCount(evaluation.step)}</Table.Td>
              <Table.Td className={styles.factor}>
                <strong>{formatDifference(gain.gain.value)}</strong>
                <div className="muted fine-print">
                  [{formatDifference(gain.gain.low)}, {formatDifference(gain.gain.high)}]
                </div>
              </Table.Td>
              {gainFactors.map(({ factor }) => (
                <Table.Td key={factor}>
                  <Interval proportion={gain[factor]} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
          <BetterRow gain={newest.gain} />
        </Table.Tbody>
      </Table>
    </section>
  )
}

/** What each factor holds back at the newest evaluation. */
function BetterRow({ gain }: { readonly gain: RevisionGain }): JSX.Element {
  return (
    <Table.Tr>
      <Table.Td colSpan={2}>
        <Text fz={12} className="muted">
          <Term meaning="How much larger the newest gain would be if this share alone were better by 0.1, or by what is left of it">
            0.1 better would add
          </Term>
        </Text>
      </Table.Td>
      {gainFactors.map(({ factor }) => {
        const added = gainFromBetter(gain, factor)
        return <Table.Td key={factor}>{added === null ? missing : `+${formatShare(added)}`}</Table.Td>
      })}
    </Table.Tr>
  )
}
