import { Button, Group, Kbd, Text } from '@mantine/core'
import { IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react'
import type { JSX } from 'react'
import { useRunsWithStatus } from '../data/useRunsWithStatus.ts'
import { waitWords } from './waitWords.ts'

export interface ReplayButtonsProps {
  readonly isRunning: boolean
  /** What is still to be given; null = nothing. */
  readonly missing: string | null
  readonly onBegin: () => void
  readonly onStop: () => void
}

export function ReplayButtons({ isRunning, missing, onBegin, onStop }: ReplayButtonsProps): JSX.Element {
  const training = useRunsWithStatus(['running'])?.[0]
  return (
    <Group gap="sm" mt={10}>
      {isRunning ? (
        <Button size="sm" variant="default" leftSection={<IconPlayerStop size={16} />} onClick={onStop}>
          Stop
        </Button>
      ) : (
        <Button
          size="sm"
          leftSection={<IconPlayerPlay size={16} />}
          onClick={onBegin}
          disabled={missing !== null}
        >
          Replay
        </Button>
      )}
      <Kbd size="xs">Ctrl Enter</Kbd>
      <Text fz={12} className="muted" role="status">
        {missing ?? waitWords(training)}
      </Text>
    </Group>
  )
}
