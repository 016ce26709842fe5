import { Table, Text } from '@mantine/core'
import type { JSX } from 'react'
import { shortened } from '../../../shared/plots/textFit.ts'
import { findMetric } from '../../../shared/metrics/metrics.ts'
import type { PairedTest } from '../../../shared/runs/evaluation/pairedTest.ts'
import type { Evaluation } from '../../../shared/runs/records.ts'
import { formatDifference, formatShare, missing } from '../../../shared/text/format.ts'
import { useRouteQueries } from '../data/useRouteQueries.ts'
import { lastTest } from './compareRuns.ts'
import type { ComparedProps } from './ComparedPlots.tsx'
import { seedMean } from './seedMeans.ts'
import { Interval } from '../widgets/Interval.tsx'
import { Term } from '../widgets/Term.tsx'
import styles from './TestScores.module.css'

/** Two lines of the column of names, px at the usual size. */
const nameWidth = 300

/** Each run's newest scores on the held-out test split, with 95 % intervals. */
export function TestScores({ runs, labels, fields }: ComparedProps): JSX.Element {
  const evaluations = useRouteQueries(
    'evaluations.list',
    runs.map(({ runId }) => ({ runId })),
  )
  const learned = useRouteQueries(
    'evaluations.learned',
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
            <LearnedHead />
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
              <Table.Td>
                <Learned test={learned[index] ?? null} />
              </Table.Td>
              {names.map((name) => (
                <Table.Td key={name}>
                  <Interval proportion={tests[index]?.proportions[name]} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
          <SeedMeans fields={fields} tests={tests} names={names} />
        </Table.Tbody>
      </Table>
    </div>
  )
}

function LearnedHead(): JSX.Element {
  return (
    <Table.Th>
      <Term meaning="Acc@final at the last evaluation − at the first, over the same problems and draws: paired by problem, with its 95 % interval">
        Learned
      </Term>
    </Table.Th>
  )
}

/** A dash where there are not two evaluations with all their rollouts. */
function Learned({ test }: { readonly test: PairedTest | null }): JSX.Element {
  const difference = test?.differences['accuracy/final']
  if (difference === undefined) return <>{missing}</>
  return (
    <>
      <strong>{formatDifference(difference.estimate)}</strong>
      <div className="muted fine-print">
        [{formatDifference(difference.low)}, {formatDifference(difference.high)}]
      </div>
    </>
  )
}

interface SeedMeansProps extends Pick<ComparedProps, 'fields'> {
  readonly tests: readonly (Evaluation | null)[]
  readonly names: readonly string[]
}

/** Of runs that differ in their seed alone; nothing for others. */
function SeedMeans({ fields, tests, names }: SeedMeansProps): JSX.Element | null {
  const means = names.map((name) => seedMean(fields, tests, name))
  if (means.every((mean) => mean === null)) return null
  return (
    <Table.Tr>
      <Table.Td colSpan={3}>
        <Term meaning="These runs differ in their seed alone: the mean of their scores with Student’s t 95 % interval">
          Mean over {tests.length} seeds
        </Term>
      </Table.Td>
      {means.map((mean, index) => (
        <Table.Td key={names[index]}>
          {mean === null ? (
            missing
          ) : (
            <>
              <strong>{formatShare(mean.mean)}</strong>
              <div className="muted fine-print">
                [{formatShare(Math.max(0, mean.low ?? NaN))}, {formatShare(Math.min(1, mean.high ?? NaN))}]
              </div>
            </>
          )}
        </Table.Td>
      ))}
    </Table.Tr>
  )
}
