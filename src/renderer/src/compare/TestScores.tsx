import { Table, Text } from '@mantine/core'
import type { JSX } from 'react'
import { shortened } from '../../../shared/plots/textFit.ts'
import { findMetric } from '../../../shared/metrics/metrics.ts'
import { useRouteQueries } from '../data/useRouteQueries.ts'
import { lastTest } from './compareRuns.ts'
import type { ComparedProps } from './ComparedPlots.tsx'
import { Interval } from '../widgets/Interval.tsx'
import { Term } from '../widgets/Term.tsx'
import styles from './TestScores.module.css'

/** Two lines of the column of names, px at the usual size. */
const nameWidth = 300

/** Each run's newest scores on the held-out test split, with 95 % intervals. */
export function TestScores({ runs, labels }: ComparedProps): JSX.Element {
  const evaluations = useRouteQueries(
    'evaluations.list',
    runs.map(({ runId }) => ({ runId })),
  )
  const tests = evaluations.map((each) => lastTest(each ?? []))
  const names = [...new Set(tests.flatMap((test) => Object.keys(test?.proportions ?? {})))]
  if (names.length === 0 && evaluations.some((each) => each === null))
    return <Text className="muted">Reading the evaluations…</Text>
  if (names.length === 0)
    return <Text className="muted">None of these runs has been evaluated on the test split yet.</Text>
  return (
    <div className={styles.scroll}>
      <Table className={`tabular first-stays ${styles.rows}`}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Run</Table.Th>
            <Table.Th>Step</Table.Th>
            {names.map((name) => (
              <Table.Th key={name}>
                <Term meaning={findMetric(name)?.meaning}>{findMetric(name)?.label ?? name}</Term>
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.map((run, index) => (
            <Table.Tr key={run.runId}>
              <Table.Td>
                <span className={styles.name} title={labels[index]}>
                  {shortened(labels[index] ?? '', nameWidth, 13)}
                </span>
              </Table.Td>
              <Table.Td>
                {tests[index]?.step ?? (evaluations[index] === null ? '' : 'not evaluated')}
              </Table.Td>
              {names.map((name) => (
                <Table.Td key={name}>
                  <Interval proportion={tests[index]?.proportions[name]} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
