import { Button, Group, Modal, Stack, TagsInput, Textarea, TextInput } from '@mantine/core'
import type { JSX } from 'react'
import { useLabels, type Labelled } from './useLabels.ts'
import { ProblemNote } from '../widgets/ProblemNote.tsx'

export interface LabelsDialogProps {
  readonly runs: readonly Labelled[]
  readonly onClose: () => void
}

/**
 * Tags and group of one or several runs; name and notes where it is one. Tags of several are added, not
 * replaced.
 */
export function LabelsDialog({ runs, onClose }: LabelsDialogProps): JSX.Element {
  const { labels, isOne, set, save, problems, isPending, problem } = useLabels(runs)
  const isValid = Object.keys(problems).length === 0
  const title = isOne ? 'Name, tags, group and notes' : `Tags and group of ${runs.length} runs`
  const text = (field: 'name' | 'group') => ({
    value: labels[field],
    maxLength: 200,
    onChange: (event: { currentTarget: { value: string } }) => set({ [field]: event.currentTarget.value }),
  })
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack
        component="form"
        gap="sm"
        onSubmit={(event) => {
          event.preventDefault()
          if (isValid && !isPending) void save().then(onClose, () => undefined) // said below
        }}
      >
        {isOne && <TextInput label="Name" {...text('name')} error={problems.name} />}
        <TagsInput
          label={isOne ? 'Tags' : 'Tags to add'}
          placeholder="Type a tag, press Enter"
          value={[...labels.tags]}
          onChange={(tags) => set({ tags })}
          maxTags={50}
          error={problems.tags}
        />
        <TextInput label="Group" {...text('group')} />
        {isOne && (
          <Textarea
            label="Notes"
            autosize
            minRows={3}
            maxRows={12}
            value={labels.notes}
            onChange={(event) => set({ notes: event.currentTarget.value })}
          />
        )}
        <ProblemNote problem={problem} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={!isValid} loading={isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
