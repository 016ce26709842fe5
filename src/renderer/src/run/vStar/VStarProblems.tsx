import { ActionIcon, Anchor, Group, Pagination, Table, Text } from '@mantine/core'
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import { Fragment, type JSX } from 'react'
import { formatCount, missing } from '../../../../shared/text/format.ts'
import type { EstimatedProblem } from '../../../../shared/routes/vStar.ts'
import { vStarTurns } from '../../../../shared/runs/vStarTurns.ts'
import { targetAddress } from '../../data/routeTarget.ts'
import { TermHead } from '../../widgets/table/TermHead.tsx'
import { VStarSamples } from './VStarSamples.tsx'
import styles from './VStarProblems.module.css'

export const problemsAPage = 50

export interface VStarProblemsProps {
  readonly runId: string
  readonly found: { readonly total: number; readonly problems: readonly EstimatedProblem[] }
  readonly page: number
  readonly onPage: (page: number) => void
  readonly vStarId: string
  /** Id of the problem whose samples are shown. */
  readonly opened: string | null
  readonly onOpened: (problemId: string | null) => void
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
export function VStarProblems(props: VStarProblemsProps): JSX.Element {
  const { found, page, onPage, vStarId, opened } = props
  if (found.total === 0) return <Text className="muted">No problem matches.</Text>
  return (
    <>
      <div className="panel panel-wide">
        <Table className="tabular first-stays" aria-label="Problems by V*">
          <TermHead columns={columns} />
          <Table.Tbody>
            {found.problems.map((problem) => (
              <Fragment key={problem.problemId}>
                <ProblemRow {...props} problem={problem} />
                {opened === problem.problemId && (
                  <Table.Tr>
                    <Table.Td colSpan={columns.length} className={styles.samples}>
                      <VStarSamples vStarId={vStarId} problemId={problem.problemId} />
                    </Table.Td>
                  </Table.Tr>
                )}
              </Fragment>
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

type ProblemRowProps = Pick<VStarProblemsProps, 'runId' | 'opened' | 'onOpened'> & {
  readonly problem: EstimatedProblem
}

function ProblemRow({ runId, opened, onOpened, problem }: ProblemRowProps): JSX.Element {
  const { problemId, canonical, value, counts } = problem
  const isOpened = opened === problemId
  const Chevron = isOpened ? IconChevronDown : IconChevronRight
  return (
    <Table.Tr>
      <Table.Td className={styles.problem}>
        <Group gap={4} wrap="nowrap" align="flex-start">
          <ActionIcon
            size={20}
            aria-label={`Samples of ${problemId}`}
            aria-expanded={isOpened}
            title="What the reference wrote"
            onClick={() => onOpened(isOpened ? null : problemId)}
          >
            <Chevron size={14} />
          </ActionIcon>
          <div>
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
          </div>
        </Group>
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
  )
}
