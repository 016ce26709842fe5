import { ActionIcon, Badge, Button, Group, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconCopy, IconPencil } from '@tabler/icons-react'
import type { JSX } from 'react'
import type { Run } from '../../../shared/records.ts'
import { listedRun } from '../../../shared/runList.ts'
import { useNow } from '../hooks/useNow.ts'
import { goTo } from '../hooks/usePlace.ts'
import { useRead } from '../hooks/useRoute.ts'
import { formatAge, formatCount, formatDuration } from '../state/format.ts'
import { stageWords } from '../state/runWords.ts'
import { waitText } from '../state/waitText.ts'
import { LabelsDialog } from './LabelsDialog.tsx'
import { ProblemNote } from './ProblemNote.tsx'
import { RunActions } from './RunActions.tsx'
import { RunProgress } from './RunProgress.tsx'
import { StatusBadge } from './StatusBadge.tsx'

export function RunHead({ run }: { readonly run: Run }): JSX.Element {
  const [opened, labels] = useDisclosure(false)
  return (
    <header className="panel" style={{ padding: '0.625rem 0.875rem' }}>
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="md">
        <div style={{ minWidth: 0, flex: 1 }}>
          <Group gap={8} wrap="nowrap">
            <Title order={1} fz={17} lineClamp={1} title={run.name}>
              {run.name}
            </Title>
            <ActionIcon aria-label="Name, tags, group and notes" onClick={labels.open}>
              <IconPencil size={16} />
            </ActionIcon>
            <StatusBadge status={run.status} />
            {run.tags.map((tag) => (
              <Badge key={tag} variant="default" tt="none" fw={400}>
                {tag}
              </Badge>
            ))}
          </Group>
          <Facts run={run} />
        </div>
        <Group gap="xs" wrap="nowrap">
          <RunActions run={run} />
          <Button
            variant="default"
            leftSection={<IconCopy size={15} />}
            onClick={() => goTo({ page: 'new', likeRunId: run.runId })}
          >
            New run like this
          </Button>
        </Group>
      </Group>
      <div style={{ marginTop: 8 }}>
        <RunProgress run={listedRun(run)} wide />
      </div>
      {run.status === 'queued' && <Wait runId={run.runId} />}
      {run.notes !== '' && (
        <Text fz={12} mt={4} className="muted" style={{ whiteSpace: 'pre-wrap' }} lineClamp={3}>
          {run.notes}
        </Text>
      )}
      {run.error !== null && (
        <div style={{ marginTop: 8 }}>
          <ProblemNote problem={new Error(run.error.message)} />
        </div>
      )}
      {opened && <LabelsDialog runs={[run]} onClose={labels.close} />}
    </header>
  )
}

function Wait({ runId }: { readonly runId: string }): JSX.Element | null {
  const live = useRead('run.list', { statuses: ['running', 'paused', 'queued'] }).data
  if (live === undefined) return null
  return (
    <Text fz={12} mt={4} role="note">
      {waitText(runId, live)}
    </Text>
  )
}

function Facts({ run }: { readonly run: Run }): JSX.Element {
  const now = useNow(30_000)
  const facts = [
    stageWords[run.stage],
    run.group === null ? null : `group ${run.group}`,
    run.device,
    `active ${formatDuration(run.activeMs)}`,
    `${formatCount(run.tokensGenerated)} tokens generated`,
    `${formatCount(run.problemsSeen)} problems seen`,
    `created ${formatAge(run.createdAtMs, now)}`,
    `config ${run.configHash.slice(0, 12)}`,
  ].filter((fact) => fact !== null)
  return (
    <Text fz={12} className="muted tabular" mt={2}>
      {facts.join(' · ')}
    </Text>
  )
}
