import { Table } from '@mantine/core'
import type { JSX } from 'react'
import type { VoteCurve } from '../../../../shared/runs/evaluation/voteCurve.ts'
import { formatDifference, formatShare, missing } from '../../../../shared/text/format.ts'
import { TermHead } from '../../widgets/table/TermHead.tsx'
import { selectionLabels } from './votePlot.ts'

const columns = [
  [
    'At equal tokens',
    'One self-correction, and the others with as many samples as cost just less and just more',
  ],
  ['Samples', 'Of a problem'],
  ['Tokens', 'Generated for a problem, mean'],
  ['Accuracy', 'With its bootstrap 95 % interval over problems'],
  ['Self-correction ahead', 'Its accuracy − this one’s, paired by problem, with a bootstrap 95 % interval'],
] as const

const boundText = { equal: '', below: 'just less', above: 'just more' } as const

/** Whether one self-correction beats what the same tokens buy otherwise. */
export function EqualTokens({ curve }: { readonly curve: VoteCurve }): JSX.Element {
  return (
    <div className="panel panel-wide">
      <Table className="tabular first-stays" aria-label="At equal tokens">
        <TermHead columns={columns} />
        <Table.Tbody>
          {curve.atEqualTokens.map(
            ({ method, n, bound, tokensPerProblem, accuracy, selfCorrectionAhead: ahead }) => (
              <Table.Tr key={`${method} ${n}`}>
                <Table.Td>{selectionLabels[method]}</Table.Td>
                <Table.Td>{n}</Table.Td>
                <Table.Td>
                  {tokensPerProblem.toFixed(1)} <span className="muted">{boundText[bound]}</span>
                </Table.Td>
                <Table.Td>
                  <strong>{formatShare(accuracy.estimate)}</strong>{' '}
                  <span className="muted">
                    [{formatShare(accuracy.low)}, {formatShare(accuracy.high)}]
                  </span>
                </Table.Td>
                <Table.Td>
                  {ahead === null
                    ? missing
                    : `${formatDifference(ahead.estimate)} [${formatDifference(ahead.low)}, ${formatDifference(ahead.high)}]`}
                </Table.Td>
              </Table.Tr>
            ),
          )}
        </Table.Tbody>
      </Table>
    </div>
  )
}
