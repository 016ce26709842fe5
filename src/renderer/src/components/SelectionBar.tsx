import { Button, Group, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconArchive, IconArrowsDiff, IconTag, IconTrash } from '@tabler/icons-react'
import type { JSX } from 'react'
import type { ListedRun } from '../../../shared/runList.ts'
import { isOver } from '../../../shared/runTransitions.ts'
import { goTo } from '../hooks/usePlace.ts'
import { useChange, useChanges } from '../hooks/useRoute.ts'
import { mostCompared } from '../state/compareRuns.ts'
import { LabelsDialog } from './LabelsDialog.tsx'
import { ProblemNote } from './ProblemNote.tsx'
import type { Undo } from './UndoBar.tsx'

export interface SelectionBarProps {
  readonly runs: readonly ListedRun[]
  readonly onClear: () => void
  readonly onUndo: (undo: Undo) => void
}

export function SelectionBar({ runs, onClear, onUndo }: SelectionBarProps): JSX.Element {
  const remove = useChange('run.delete')
  const update = useChanges('run.update')
  const [labelsOpened, labels] = useDisclosure(false)
  const runIds = runs.map((run) => run.runId)
  const isLive = runs.some((run) => !isOver(run.status))
  const deleteRuns = async (): Promise<void> => {
    await remove.mutateAsync({ runIds })
    onUndo({ did: 'deleted', runIds })
    onClear()
  }
  const archiveRuns = async (): Promise<void> => {
    await update.mutateAsync(runIds.map((runId) => ({ runId, archived: true })))
    onUndo({ did: 'archived', runIds })
    onClear()
  }
  const canCompare = runs.length >= 2 && runs.length <= mostCompared
  return (
    <Group gap="xs" role="toolbar" aria-label="Selected runs">
      <Text fw={600}>{runs.length} selected</Text>
      <Button
        leftSection={<IconArrowsDiff size={15} />}
        disabled={!canCompare}
        title={canCompare ? undefined : 'Two to eight runs can be compared'}
        onClick={() => goTo({ page: 'compare', runIds })}
      >
        Compare
      </Button>
      <Button variant="default" leftSection={<IconTag size={15} />} onClick={labels.open}>
        Tags and group
      </Button>
      <Button
        variant="default"
        leftSection={<IconArchive size={15} />}
        onClick={() => void archiveRuns().catch(() => undefined)}
      >
        Archive
      </Button>
      <Button
        variant="default"
        leftSection={<IconTrash size={15} />}
        disabled={isLive}
        title={isLive ? 'A run that is under way cannot be deleted: stop it first' : undefined}
        onClick={() => void deleteRuns().catch(() => undefined)}
      >
        Delete
      </Button>
      <Button variant="subtle" onClick={onClear}>
        Clear
      </Button>
      <ProblemNote problem={remove.error ?? update.error} />
      {labelsOpened && <LabelsDialog runs={runs} onClose={labels.close} />}
    </Group>
  )
}
