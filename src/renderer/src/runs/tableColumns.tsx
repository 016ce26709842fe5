import { Badge, Group } from '@mantine/core'
import { columnVisibilityFeature, createColumnHelper, tableFeatures } from '@tanstack/react-table'
import type { JSX } from 'react'
import type { ListedRun } from '../../../shared/runs/runList.ts'
import { useRouteQuery } from '../data/useRoute.ts'
import { useRunStage } from '../data/useRunStage.ts'
import {
  formatCount,
  formatDifference,
  formatDuration,
  formatNumber,
  formatShare,
  missing,
} from '../../../shared/text/format.ts'
import { targetAddress } from '../data/routeTarget.ts'
import { fittingTags } from './fittingTags.ts'
import { runColumns, type RunColumnId } from './rows.ts'
import { curveOf } from './runCurve.ts'
import { shortStageLabel } from '../widgets/run/runLabels.ts'
import { testScoreParts, testScoreText } from '../../../shared/runs/evaluation/testScore.ts'
import type { TestScore } from '../../../shared/runs/records.ts'
import { MiddleCut } from '../widgets/MiddleCut.tsx'
import { Age } from '../widgets/Age.tsx'
import { RunProgress } from '../widgets/run/RunProgress.tsx'
import { PinButton } from './PinButton.tsx'
import { Sparkline } from './Sparkline.tsx'
import { RunBadge } from '../widgets/run/RunBadge.tsx'
import styles from './tableColumns.module.css'

export const runTableFeatures = tableFeatures({ columnVisibilityFeature })
const helper = createColumnHelper<typeof runTableFeatures, ListedRun>()

export const runTableColumns = helper.columns(
  runColumns.map((column) =>
    helper.display({
      id: column.id,
      header: column.label,
      cell: ({ row }) => <Cell run={row.original} column={column.id} />,
    }),
  ),
)

function Cell({
  run,
  column,
}: {
  readonly run: ListedRun
  readonly column: RunColumnId
}): JSX.Element | string | null {
  switch (column) {
    case 'name':
      return <NameCell run={run} />
    case 'status':
      return <RunBadge run={run} />
    case 'stage':
      return <StageCell run={run} />
    case 'progress':
      return <RunProgress run={run} />
    case 'curve':
      return <Curve run={run} />
    case 'tags':
      return <Tags tags={run.tags} />
    case 'activeMs':
      return formatDuration(run.activeMs)
    case 'createdAtMs':
      return <Age thenMs={run.createdAtMs} />
    case 'group':
      return run.group ?? missing
    case 'device':
      return run.device ?? missing
    case 'tokensGenerated':
      return formatCount(run.tokensGenerated)
    case 'test/accuracy/final':
      return run.testScore === null ? missing : <TestScoreCell run={run} score={run.testScore} />
    case 'loss/policy':
    case 'policy/klK3':
      return formatNumber(run.latest[column])
    default:
      return formatShare(run.latest[column])
  }
}

function StageCell({ run }: { readonly run: ListedRun }): JSX.Element {
  return <>{shortStageLabel(useRunStage(run).stage)}</>
}

/** The share, the interval, of how many; and at which step where the run has gone on since. */
function TestScoreCell({ run, score }: { readonly run: ListedRun; readonly score: TestScore }): JSX.Element {
  const { value, interval } = testScoreParts(score)
  const isOld = score.step < run.stepsDone
  const learned = useLearned(run.runId, score)
  const said = `${testScoreText(score)} test rollouts, evaluated at step ${formatCount(score.step)}`
  return (
    <div className={styles.testScore} title={learned === null ? said : `${said}; ${learned.meaning}`}>
      <strong>{value}</strong> <span className="muted fine-print">{interval}</span>
      <div className="muted fine-print">
        {[learned?.text, isOld ? `step ${formatCount(score.step)}` : ''].filter(Boolean).join(' · ')}
      </div>
    </div>
  )
}

/** What training changed of it, paired by problem; null before it is known, and with a single evaluation. */
function useLearned(
  runId: string,
  { step }: TestScore,
): { readonly text: string; readonly meaning: string } | null {
  const { data } = useRouteQuery('evaluations.learned', { runId }, { enabled: step > 0 })
  const difference = data?.differences['accuracy/final']
  if (data === undefined || data === null || difference === undefined) return null
  const { estimate, low, high } = difference
  return {
    text: `${formatDifference(estimate)} [${formatDifference(low)}, ${formatDifference(high)}]`,
    meaning: `below it the difference to step ${formatCount(data.before)} over the same ${formatCount(data.problems)} problems, paired, with its 95 % interval`,
  }
}

function Curve({ run }: { readonly run: ListedRun }): JSX.Element | null {
  const curve = curveOf(run.stage)
  return run.step === 0 || curve === null ? null : <Sparkline runId={run.runId} curve={curve} />
}

function NameCell({ run }: { readonly run: ListedRun }): JSX.Element {
  return (
    <div className={styles.name}>
      <PinButton run={run} />
      <a
        className={styles.link}
        title={run.name}
        href={targetAddress({ page: 'run', runId: run.runId, tab: 'plots' })}
      >
        <MiddleCut text={run.name} />
      </a>
    </div>
  )
}

function Tags({ tags }: { readonly tags: readonly string[] }): JSX.Element {
  const { shown, rest } = fittingTags(tags)
  return (
    <Group gap={4} wrap="nowrap" title={tags.join(', ')}>
      {shown.map((tag) => (
        <Badge key={tag} variant="default" tt="none" fw={400} className={styles.tag}>
          {tag}
        </Badge>
      ))}
      {rest > 0 && (
        <Badge variant="default" tt="none" fw={400} className={styles.moreTags}>
          +{rest}
        </Badge>
      )}
    </Group>
  )
}
