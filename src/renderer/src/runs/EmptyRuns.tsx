import { Button, Group, Stack, Text, Title } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import type { JSX } from 'react'
import { presetConfig } from '../../../shared/config/presets.ts'
import { goTo } from '../data/useRouteTarget.ts'
import { useRouteMutation, useRouteQuery } from '../data/useRoute.ts'
import { formatCount } from '../../../shared/text/format.ts'
import type { RunListName } from '../data/routeTarget.ts'
import { ImportButton } from './ImportButton.tsx'
import { Loading } from '../widgets/Loading.tsx'
import { ProblemNote } from '../widgets/ProblemNote.tsx'

/** Nothing to list: one click starts the demo, or shows the archived or deleted runs where there are any. */
export function EmptyRuns({ onShow }: { readonly onShow: (list: RunListName) => void }): JSX.Element {
  const start = useRouteMutation('run.start')
  const info = useRouteQuery('app.info', {}).data
  const archived = useRouteQuery('run.list', { archived: true })
  const deleted = useRouteQuery('run.list', { deleted: true })
  const startDemo = async (): Promise<void> => {
    // awaited, not a callback: with the first run in the list this component is gone
    const config = { ...presetConfig('builtin') }
    const { runIds } = await start.mutateAsync({ stage: 'self-correction', config, group: 'demo' })
    const last = runIds.at(-1)
    if (last !== undefined) goTo({ page: 'run', runId: last, tab: 'plots' })
  }
  if (archived.isPending || deleted.isPending) return <Loading what="Reading the runs…" />
  const kept = archived.data?.length ?? 0
  const gone = deleted.data?.length ?? 0
  return (
    <Stack align="flex-start" gap="md" maw={620} mx="auto" mt="10vh" p="xl" className="panel">
      <Title order={1} size="h2">
        {kept === 0 ? 'No runs yet' : 'All runs are archived'}
      </Title>
      {kept > 0 && (
        <Button size="sm" onClick={() => onShow('archived')}>
          {showText(kept, 'archived')}
        </Button>
      )}
      <Text>
        The demo teaches the built-in model to check and correct its own answers to arithmetic problems. It
        takes minutes on two cores and needs no download.
      </Text>
      <Text className="muted">
        Stage 1 estimates how well the untrained model does on each problem (V*), stage 2 trains. You can stop
        at any time and resume.
      </Text>
      <Group>
        <Button
          size="sm"
          variant={kept === 0 ? 'filled' : 'default'}
          leftSection={<IconPlayerPlay size={16} />}
          onClick={() => void startDemo().catch(() => undefined)}
          loading={start.isPending}
          disabled={info?.canTrain === false}
        >
          Start the demo
        </Button>
        <Button size="sm" variant="default" onClick={() => goTo({ page: 'new', likeRunId: null })}>
          Set up a run
        </Button>
        <ImportButton />
        {gone > 0 && (
          <Button size="sm" variant="default" onClick={() => onShow('deleted')}>
            {showText(gone, 'deleted')}
          </Button>
        )}
      </Group>
      {typeof info?.trainingProblem === 'string' && <ProblemNote problem={new Error(info.trainingProblem)} />}
      <ProblemNote problem={start.error ?? archived.error ?? deleted.error} />
    </Stack>
  )
}

function showText(runs: number, which: string): string {
  return runs === 1 ? `Show the ${which} run` : `Show the ${formatCount(runs)} ${which} runs`
}
