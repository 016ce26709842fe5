import { Alert, Button, Group, Kbd, SegmentedControl, Stack, Text } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import type { JSX } from 'react'
import { useRouteQuery } from '../data/useRoute.ts'
import { useRunsWithStatus } from '../data/useRunsWithStatus.ts'
import type { RunStart } from './useRunStart.ts'
import { formatCount } from '../../../shared/text/format.ts'
import { startKinds, type StartKind } from './startKind.ts'
import { ArtifactList } from './ArtifactList.tsx'
import { FetchOffer } from './FetchOffer.tsx'
import { MemoryParts } from './MemoryParts.tsx'
import { PlanTable } from './PlanTable.tsx'
import { EngineControl } from '../widgets/engine/EngineControl.tsx'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import styles from './StartPanel.module.css'

/** Problems of no field that are written out: a text that is no config has one a line. */
const mostProblems = 5

/** What is to run, with which V*, what it will take, what is in its way, and the start. */
export function StartPanel({ start }: { readonly start: RunStart }): JSX.Element {
  const info = useRouteQuery('app.info', {}).data
  const { kind, estimate, problems } = start
  return (
    <Stack gap={8}>
      <SegmentedControl
        aria-label="What to run"
        fullWidth
        data={startKinds.map(({ value, label }) => ({ value, label }))}
        value={kind}
        onChange={(next) => start.choose(next as StartKind)}
      />
      <Text className="muted" fz={12}>
        {estimate.words}
      </Text>
      {estimate.isChosenByHand && (
        <ArtifactList
          choices={estimate.choices}
          value={start.vStarId}
          problem={estimate.problem}
          onChange={start.chooseVStar}
        />
      )}
      <PlanTable lines={start.lines} />
      <EngineControl draft={start.engine} onChange={start.chooseEngine} hasShards={kind === 'stage-1'} />
      {start.engine.engine === 'here' && (
        <>
          <MemoryParts plan={start.memory} isForced={start.isForced} onForce={start.force} />
          <QueueNote />
        </>
      )}
      <Notices start={start} />
      <GeneralProblems problems={problems.general} />
      <Group gap="sm" wrap="nowrap">
        <Button
          size="sm"
          leftSection={<IconPlayerPlay size={16} />}
          onClick={start.begin}
          className={styles.fixed}
          loading={start.isStarting}
          disabled={info?.canTrain === false}
          // stays within reach: pressing it leads to what is wrong
          aria-disabled={!start.isReady}
          data-disabled={!start.isReady || undefined}
        >
          Start
        </Button>
        <Kbd size="xs" className={styles.fixed}>
          Ctrl Enter
        </Kbd>
        <Text fz={12} role="status" style={{ color: start.isReady ? 'var(--muted)' : 'var(--bad)' }}>
          {start.message}
        </Text>
      </Group>
      {typeof info?.trainingProblem === 'string' && <ProblemNote problem={new Error(info.trainingProblem)} />}
      <ProblemNote problem={start.refusal} />
    </Stack>
  )
}

function GeneralProblems({ problems }: { readonly problems: readonly string[] }): JSX.Element {
  return (
    <>
      {problems.slice(0, mostProblems).map((problem) => (
        <Alert key={problem} color="red" p="xs" role="alert" tabIndex={-1} data-path="general">
          {problem}
        </Alert>
      ))}
      {problems.length > mostProblems && (
        <Text fz={12}>And {formatCount(problems.length - mostProblems)} more of these.</Text>
      )}
    </>
  )
}

/** Said before the start, not found out after it. */
function QueueNote(): JSX.Element | null {
  const runs = useRunsWithStatus(['running', 'queued']) ?? []
  const running = runs.find((run) => run.status === 'running')
  if (running === undefined) return null
  const waiting = runs.length - 1
  const line = waiting === 0 ? '' : ` ${waiting === 1 ? 'One run waits' : `${waiting} runs wait`} already.`
  return (
    <Text fz={12} role="note">
      “{running.name}” is running. Runs of one device wait for each other: this one is queued until it is
      free.{line}
    </Text>
  )
}

/** What is to be known of data and model before the run starts; what is missing can be fetched here. */
function Notices({ start }: { readonly start: RunStart }): JSX.Element {
  return (
    <>
      {start.notices.map((notice) => (
        <Text key={notice} fz={12}>
          {notice}
        </Text>
      ))}
      <FetchOffer missing={start.missing} isFound={start.isFound} onStart={start.begin} />
    </>
  )
}
