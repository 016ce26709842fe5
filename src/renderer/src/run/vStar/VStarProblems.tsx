import { Anchor, Pagination, Table, Text } from '@mantine/core'
import type { JSX } from 'react'
import { formatCount, missing } from '../../../../shared/text/format.ts'
import type { EstimatedProblem } from '../../../../shared/routes/vStar.ts'
import { vStarTurns } from '../../../../shared/runs/vStarTurns.ts'
import { targetAddress } from '../../data/routeTarget.ts'
import { TermHead } from '../../widgets/TermHead.tsx'
import styles from './VStarProblems.module.css'

export const problemsAPage = 50

export interface VStarProblemsProps {
  readonly runId: string
  readonly found: { readonly total: number; readonly problems: readonly EstimatedProblem[] }
  readonly page: number
  readonly onPage: (page: number) => void
}

const columns = [
  ['Problem', null],
  ['V*', 'Of the chosen turn, from its own samples at β₁; 0 and 1 give no signal'],
  ['Attempts', 'Correct ones of those that the reference sampled'],
  ['Verdicts, correct attempt', 'Verdicts after correct attempts: those that said so, of all'],
  ['Verdicts, wrong attempt', 'Verdicts after wrong attempts: those that said so, of all'],
  ['Revisions, correct attempt', 'Revisions of correct attempts: those that stayed correct, of all'],
  ['Revisions, wrong attempt', 'Revisions of wrong attempts: those that became correct, of all'],
] as const

/** Problems by V*, the lowest first, with k correct of N samples a kind of turn. */
export function VStarProblems({ runId, found, page, onPage }: VStarProblemsProps): JSX.Element {
  if (found.total === 0) return <Text className="muted">No problem matches.</Text>
  return (
    <>
      <div className="panel panel-wide">
        <Table className="tabular first-stays" aria-label="Problems by V*">
          <TermHead columns={columns} />
          <Table.Tbody>
            {found.problems.map(({ problemId, canonical, value, counts }) => (
              <Table.Tr key={problemId}>
                <Table.Td className={styles.problem}>
                  <Anchor
                    fz="inherit"
                    href={targetAddress({
                      page: 'run',
                      runId,
                      tab: 'rollouts',
                      query: new URLSearchParams({ problemId }).toString(),
                    })}
                  >
                    {problemId}
                  </Anchor>
                  {!problemId.includes(canonical) && <div className="muted fine-print">{canonical}</div>}
                </Table.Td>
                <Table.Td>{value.toFixed(3)}</Table.Td>
                {vStarTurns.map((turn) => (
                  <Table.Td key={turn}>
                    {counts[turn].samples === 0
                      ? missing
                      : `${formatCount(counts[turn].correct)} of ${formatCount(counts[turn].samples)}`}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {found.total > problemsAPage && (
        <Pagination
          size="xs"
          total={Math.ceil(found.total / problemsAPage)}
          value={page}
          onChange={onPage}
          getControlProps={(control) => ({ 'aria-label': `${control} page` })}
        />
      )}
    </>
  )
}
