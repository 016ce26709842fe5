import { Anchor, Badge, Group, Text, Title } from '@mantine/core'
import type { JSX } from 'react'
import type { SweepView } from '../../../shared/sweep/sweepView.ts'
import { allRuns, targetAddress } from '../data/routeTarget.ts'
import { useRouteQuery } from '../data/useRoute.ts'
import { withTerm } from '../runs/filterText.ts'
import { Loading } from '../widgets/Loading.tsx'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import { ReportButton } from '../widgets/report/ReportButton.tsx'
import { BestPoint } from './BestPoint.tsx'
import { PointCurves } from './PointCurves.tsx'
import { PointTable } from './PointTable.tsx'
import { SweepActions } from './SweepActions.tsx'
import { SweepImportance } from './SweepImportance.tsx'
import { TrialTable } from './TrialTable.tsx'
import { VariedFields } from './VariedFields.tsx'
import {
  countsOf,
  countsText,
  engineText,
  kindLabels,
  paceText,
  stateText,
  underWayText,
} from './sweepWords.ts'

/** One sweep: its state, what it has found, and its trials. */
export function SweepPage({ name }: { readonly name: string }): JSX.Element {
  const { data, error } = useRouteQuery('sweep.get', { name })
  return (
    <div className="page page-scroll">
      <ProblemNote problem={error} />
      {data === undefined
        ? error === null && <Loading what="Reading the sweep…" />
        : error === null && <Sweep sweep={data} />}
    </div>
  )
}

function Sweep({ sweep }: { readonly sweep: SweepView }): JSX.Element {
  const hasScore = sweep.points.some(({ validation }) => validation !== null)
  return (
    <>
      <SweepHead sweep={sweep} />
      {hasScore ? (
        <>
          <BestPoint sweep={sweep} />
          <PointTable sweep={sweep} />
          <SweepImportance sweep={sweep} />
          <VariedFields sweep={sweep} />
          <PointCurves name={sweep.name} />
        </>
      ) : (
        <Text className="muted">
          Points are ranked as soon as a trial has finished with an evaluation on the validation split.
        </Text>
      )}
      <TrialTable trials={sweep.trials} />
    </>
  )
}

function SweepHead({ sweep }: { readonly sweep: SweepView }): JSX.Element {
  const { name, kind, work, trials } = sweep
  const listed = { ...sweep, trials: trials.length, counts: countsOf(sweep) }
  const filter = withTerm('', 'group', name)
  return (
    <>
      <Group justify="space-between" align="flex-start">
        <div>
          <Group gap="xs">
            <Title order={1} fz={17}>
              {name}
            </Title>
            <Badge variant="light" tt="none">
              {kindLabels[kind]}
            </Badge>
            <Badge variant="dot" tt="none" color={work.state === 'idle' ? 'gray' : 'teal'}>
              {stateText(listed)}
            </Badge>
          </Group>
          <Text fz={12} className="muted">
            {[countsText(listed.counts, trials.length), underWayText(sweep)].filter(Boolean).join(': ')}
            {sweep.pace !== null && ` · ${paceText(sweep.pace)}`} ·{' '}
            <Anchor fz={12} href={targetAddress({ ...allRuns, filter })}>
              its runs in the list
            </Anchor>
            {sweep.engine !== null && ` · trials on ${engineText(sweep)}`}
          </Text>
        </div>
        <Group gap="xs" align="flex-start">
          <ReportButton subject={{ sweep: name }} what={`the ${kindLabels[kind]} ${name}`} />
          {kind !== 'group' && <SweepActions sweep={sweep} />}
        </Group>
      </Group>
      {work.said !== null && (
        <Text fz={12} role="status">
          {work.said}
        </Text>
      )}
      {kind === 'group' && (
        <Text fz={12} className="muted">
          These runs were put into one group by hand or by a command; there is no plan of what else belongs to
          it. Runs that differ in their seed alone are one point.
        </Text>
      )}
    </>
  )
}
