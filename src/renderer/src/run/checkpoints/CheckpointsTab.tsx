import { Table, Text } from '@mantine/core'
import type { JSX } from 'react'
import { validationOf } from '../../../../shared/runs/checkpointValidation.ts'
import type { Evaluation, Run } from '../../../../shared/runs/records.ts'
import { listedRun } from '../../../../shared/runs/runList.ts'
import { useRouteQuery } from '../../data/useRoute.ts'
import { useRunStage } from '../../data/useRunStage.ts'
import { noCheckpointText } from '../emptyTabs.ts'
import { formatBytes, formatCount, formatShare, formatTime } from '../../../../shared/text/format.ts'
import { FetchJobs } from '../../library/fetch/FetchJobs.tsx'
import { AskedEvaluation } from '../evaluations/AskedEvaluation.tsx'
import { CheckpointActions } from './CheckpointActions.tsx'
import { EnginePicker } from '../../widgets/engine/EnginePicker.tsx'
import { usePickedEngine } from '../../widgets/engine/usePickedEngine.ts'
import { Interval } from '../../widgets/Interval.tsx'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'
import { TermHead } from '../../widgets/table/TermHead.tsx'
import styles from './CheckpointsTab.module.css'

const columns = [
  ['Step', 'Steps that are in it; a run goes on from its newest one'],
  // in reach in a narrow window, too
  ['What to do with it', null],
  [
    'Acc@final, validation',
    'Share of correct last answers on the validation split; a dash where the step was not evaluated',
  ],
  [
    'Acc@final, test',
    'Share of correct last answers on the test split, with its 95 % interval; a dash where nobody has evaluated the step',
  ],
  ['Size', null],
  ['Written', null],
  ['Folder', 'In the data folder'],
  ['SHA-256', 'Of the whole checkpoint; checked before it is loaded. The first 16 digits'],
] as const

export function CheckpointsTab({ run }: { readonly run: Run }): JSX.Element {
  const { data, error } = useRouteQuery('checkpoints.list', { runId: run.runId })
  const evaluations = useRouteQuery('evaluations.list', { runId: run.runId }).data ?? []
  const { stage } = useRunStage(listedRun(run))
  const engine = usePickedEngine()
  if (error !== null) return <ProblemNote problem={error} />
  if (data?.length === 0) return <Text className="muted">{noCheckpointText(run, stage)}</Text>
  const testOf = (step: number): Evaluation | undefined =>
    evaluations.findLast((each) => each.split === 'test' && each.step === step)
  return (
    <div className={styles.tab}>
      <AskedEvaluation run={run} />
      <EnginePicker engine={engine} what="evaluation" />
      <FetchJobs kinds={['export']} />
      <div className="panel panel-wide">
        <Table className="tabular">
          <TermHead columns={columns} />
          <Table.Tbody>
            {data?.map((checkpoint) => (
              <Table.Tr key={checkpoint.checkpointId}>
                <Table.Td>{formatCount(checkpoint.step)}</Table.Td>
                <Table.Td>
                  <CheckpointActions
                    run={run}
                    step={checkpoint.step}
                    isEvaluated={testOf(checkpoint.step) !== undefined}
                    engine={engine}
                  />
                </Table.Td>
                <Table.Td>{formatShare(validationOf(checkpoint, evaluations))}</Table.Td>
                <Table.Td>
                  <Interval proportion={testOf(checkpoint.step)?.proportions['accuracy/final']} />
                </Table.Td>
                <Table.Td>{formatBytes(checkpoint.bytes)}</Table.Td>
                <Table.Td>{formatTime(checkpoint.createdAtMs)}</Table.Td>
                <Table.Td className="mono">{checkpoint.folder}</Table.Td>
                <Table.Td className="mono" title={checkpoint.sha256}>
                  {checkpoint.sha256.slice(0, 16)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </div>
  )
}
