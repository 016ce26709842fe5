import { Button, Group, Modal, Stack, TagsInput, Textarea, TextInput } from '@mantine/core'
import { useState, type JSX } from 'react'
import type { Run } from '../../../shared/records.ts'
import { useChange } from '../hooks/useRoute.ts'
import { ProblemNote } from './ProblemNote.tsx'

/** Tags and group of one or several runs; name and notes where it is one. Tags of several are added, not replaced. */
export function LabelsDialog({
  runs,
  onClose,
}: {
  readonly runs: readonly Run[]
  readonly onClose: () => void
}): JSX.Element {
  const [only] = runs.length === 1 ? runs : []
  const [name, setName] = useState(only?.name ?? '')
  const [tags, setTags] = useState<string[]>([...(only?.tags ?? [])])
  const [group, setGroup] = useState(only?.group ?? '')
  const [notes, setNotes] = useState(only?.notes ?? '')
  const update = useChange('run.update')
  const save = async (): Promise<void> => {
    for (const run of runs) {
      await update.mutateAsync({
        runId: run.runId,
        ...(only === undefined ? {} : { notes, ...(name.trim() === '' ? {} : { name }) }),
        tags: only === undefined ? [...new Set([...run.tags, ...tags])] : tags,
        ...(only === undefined && group === '' ? {} : { group: group === '' ? null : group }),
      })
    }
    onClose()
  }
  const title = only === undefined ? `Tags and group of ${runs.length} runs` : 'Name, tags, group and notes'
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack gap="sm">
        {only !== undefined && (
          <TextInput
            label="Name"
            value={name}
            maxLength={200}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        )}
        <TagsInput
          label={only === undefined ? 'Tags to add' : 'Tags'}
          placeholder="Type a tag, press Enter"
          value={tags}
          onChange={setTags}
          maxTags={50}
        />
        <TextInput
          label="Group"
          value={group}
          maxLength={200}
          onChange={(event) => setGroup(event.currentTarget.value)}
        />
        {only !== undefined && (
          <Textarea
            label="Notes"
            autosize
            minRows={3}
            maxRows={12}
            value={notes}
            onChange={(event) => setNotes(event.currentTarget.value)}
          />
        )}
        <ProblemNote problem={update.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button onClick={() => void save().catch(() => undefined)} loading={update.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
