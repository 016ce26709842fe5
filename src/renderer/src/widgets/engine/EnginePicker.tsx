import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { JSX } from 'react'
import { EngineControl } from './EngineControl.tsx'
import type { PickedEngine } from './usePickedEngine.ts'

export interface EnginePickerProps {
  readonly engine: PickedEngine
  /** What is executed there: `evaluation`. */
  readonly what: string
}

/** One line that says where, with the choice behind a button. */
export function EnginePicker({ engine, what }: EnginePickerProps): JSX.Element {
  const [opened, { open, close }] = useDisclosure(false)
  const { draft, choose, problem } = engine
  const where = draft.engine === 'here' ? 'this machine' : `Ray at ${draft.address}`
  return (
    <Group gap="xs">
      <Text fz={12} className="muted">
        Each {what} runs on {where}.
      </Text>
      <Button
        variant="default"
        size="compact-xs"
        onClick={open}
        aria-label={`Change where each ${what} runs`}
      >
        Change…
      </Button>
      {problem !== null && (
        <Text fz={12} c="red" role="alert">
          {problem}
        </Text>
      )}
      <Modal
        opened={opened}
        onClose={close}
        title={`Where each ${what} runs`}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Stack gap="sm">
          <EngineControl draft={draft} onChange={choose} what={what} />
          <Group justify="flex-end">
            <Button onClick={close}>Done</Button>
          </Group>
        </Stack>
      </Modal>
    </Group>
  )
}
