import { ActionIcon, Badge, Button, Group, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconCopy, IconPencil } from '@tabler/icons-react'
import type { JSX } from 'react'
import type { Run } from '../../../shared/runs/records.ts'
import { listedRun } from '../../../shared/runs/runList.ts'
import { useNow } from '../widgets/hooks/useNow.ts'
import { goTo } from '../data/useRouteTarget.ts'
import { useRunStage } from '../data/useRunStage.ts'
import { useRouteMutation } from '../data/useRoute.ts'
import { formatAge, formatCount, formatDuration, missing } from '../../../shared/text/format.ts'
import { isInFirstStage } from '../widgets/run/runStage.ts'
import { stageLabel } from '../widgets/run/runLabels.ts'
import { DeletedRun } from './DeletedRun.tsx'
import { LabelsDialog } from './LabelsDialog.tsx'
import { MiddleCut } from '../widgets/MiddleCut.tsx'
import { useOffer } from '../widgets/pageActions.ts'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import { ReportButton } from '../widgets/report/ReportButton.tsx'
import { RunActions } from './RunActions.tsx'
import { RunNotes } from './RunNotes.tsx'
import { RunPlace } from './RunPlace.tsx'
import { RunProgress } from '../widgets/run/RunProgress.tsx'
import { RunBadge } from '../widgets/run/RunBadge.tsx'
import styles from './RunHead.module.css'

export function RunHead({ run }: { readonly run: Run }): JSX.Element {
  const [opened, labels] = useDisclosure(false)
  const copy = (): void => goTo({ page: 'new', likeRunId: run.runId })
  const mayCopy = run.stage !== 'imported'
  const update = useRouteMutation('run.update')
  const { runId, pinned } = run
  useOffer(
    [
      {
        id: 'pin',
        label: pinned ? 'Unpin this run' : 'Pin this run: first in lists',
        run: () => update.mutate({ runId, pinned: !pinned }),
      },
      { id: 'copy', label: 'New run like this', run: copy },
      { id: 'labels', label: 'Name, tags, group and notes', run: labels.open },
    ].filter(({ id }) => id !== 'copy' || mayCopy),
  )
  return (
    <header className={`panel ${styles.head}`}>
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="md">
        <div className={styles.names}>
          <Group gap="4px 8px">
            <Group gap={8} wrap="nowrap" maw="100%">
              <Title order={1} fz={17} title={run.name} className="one-line">
                <MiddleCut text={run.name} />
              </Title>
              <ActionIcon aria-label="Name, tags, group and notes" onClick={labels.open}>
                <IconPencil size={16} />
              </ActionIcon>
              <RunBadge run={run} />
            </Group>
            <Tags tags={run.tags} />
          </Group>
        </div>
        <Group gap="xs" wrap="nowrap">
          {run.deletedAtMs === null ? <RunActions run={run} /> : <DeletedRun runId={run.runId} />}
          {run.deletedAtMs === null && (
            <ReportButton subject={{ runIds: [run.runId] }} what={`the run ${run.name}`} />
          )}
          {mayCopy && (
            <Button variant="default" leftSection={<IconCopy size={15} />} onClick={copy}>
              New run like this
            </Button>
          )}
        </Group>
      </Group>
      <Facts run={run} />
      <RunProgress run={listedRun(run)} wide />
      <RunPlace run={run} />
      {run.notes !== '' && <RunNotes notes={run.notes} />}
      {run.error !== null && (
        <div className={styles.below}>
          <ProblemNote problem={new Error(run.error.message)} />
        </div>
      )}
      {opened && <LabelsDialog runs={[run]} onClose={labels.close} />}
    </header>
  )
}

/** Whole, on a line of their own where the name leaves no room. */
function Tags({ tags }: { readonly tags: readonly string[] }): JSX.Element {
  return (
    <Group gap={4} className={styles.tags}>
      {tags.map((tag) => (
        <Badge key={tag} variant="default" tt="none" fw={400}>
          {tag}
        </Badge>
      ))}
    </Group>
  )
}

function Facts({ run }: { readonly run: Run }): JSX.Element {
  const now = useNow(30_000)
  const { stage } = useRunStage(listedRun(run))
  // stage 1 of a run of both counts problems alone: what follows counts training
  const trained = (count: number): string => (isInFirstStage(run, stage) ? missing : formatCount(count))
  const isImported = run.stage === 'imported'
  const facts = [
    stageLabel(run, stage),
    run.group === null ? null : `group ${run.group}`,
    run.device,
    `active ${formatDuration(run.activeMs)}`,
    isImported ? null : `${trained(run.tokensGenerated)} tokens generated`,
    isImported ? null : `${trained(run.problemsSeen)} problems seen`,
    `created ${formatAge(run.createdAtMs, now)}`,
    `config ${run.configHash.slice(0, 12)}`,
  ].filter((fact) => fact !== null)
  const text = facts.join(' · ')
  return (
    <Text fz={12} className={`muted tabular ${styles.facts}`} title={text}>
      {text}
    </Text>
  )
}
