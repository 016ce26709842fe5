import { Alert, Button, Group, SegmentedControl, Select, Stack, Text } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import { useState, type JSX } from 'react'
import type { Stage } from '../../../shared/records.ts'
import { goTo } from '../hooks/usePlace.ts'
import { useChange, useRead } from '../hooks/useRoute.ts'
import type { ConfigDraft, DraftProblems } from '../state/configDraft.ts'
import { artifactChoices } from '../state/artifactChoices.ts'
import { ProblemNote } from './ProblemNote.tsx'

const stages = [
  { value: 'self-correction', label: 'Train (both stages)' },
  { value: 'estimate-v-star', label: 'Stage 1 only' },
]

export interface StartPanelProps {
  readonly draft: ConfigDraft
  readonly problems: DraftProblems
}

/** What is to run, with which V*, and the start. */
export function StartPanel({ draft, problems }: StartPanelProps): JSX.Element {
  const [stage, setStage] = useState<Stage>('self-correction')
  const [vStarId, setVStarId] = useState<string | null>(null)
  const start = useChange('run.start')
  const info = useRead('app.info', {}).data
  const count = problems.byPath.size + problems.general.length
  const begin = (): void =>
    start.mutate(
      { stage, config: { ...draft }, vStarId: stage === 'self-correction' ? vStarId : null },
      {
        onSuccess: ({ runIds }) => {
          const last = runIds.at(-1)
          if (last !== undefined) goTo({ page: 'run', runId: last, tab: 'plots' })
        },
      },
    )
  return (
    <Stack gap={8}>
      <SegmentedControl
        aria-label="Stage"
        data={stages}
        value={stage}
        onChange={(next) => setStage(next === 'estimate-v-star' ? 'estimate-v-star' : 'self-correction')}
      />
      {stage === 'self-correction' && <ArtifactSelect value={vStarId} onChange={setVStarId} />}
      {problems.general.map((problem) => (
        <Alert key={problem} color="red" p="xs" role="alert">
          {problem}
        </Alert>
      ))}
      <Group gap="sm" wrap="nowrap">
        <Button
          size="sm"
          leftSection={<IconPlayerPlay size={16} />}
          onClick={begin}
          loading={start.isPending}
          disabled={count > 0 || info?.canTrain === false}
        >
          Start
        </Button>
        <Text fz={12} role="status" style={{ color: count > 0 ? 'var(--bad)' : 'var(--muted)' }}>
          {count === 0
            ? 'The config is valid.'
            : `${count} ${count === 1 ? 'field is' : 'fields are'} not valid.`}
        </Text>
      </Group>
      {typeof info?.trainingProblem === 'string' && <ProblemNote problem={new Error(info.trainingProblem)} />}
      <ProblemNote problem={start.error} />
    </Stack>
  )
}

interface ArtifactSelectProps {
  readonly value: string | null
  readonly onChange: (vStarId: string | null) => void
}

function ArtifactSelect({ value, onChange }: ArtifactSelectProps): JSX.Element {
  const artifacts = useRead('vStar.list', {}).data
  const runs = useRead('run.list', { archived: false }).data
  const choices = artifactChoices(artifacts ?? [], runs ?? [])
  return (
    <Select
      label="V* estimate"
      description="One from the same model, data, template and seed is reused; another is refused."
      placeholder="One that fits, else stage 1 runs first"
      data={choices}
      value={value}
      clearable
      searchable
      onChange={onChange}
    />
  )
}
