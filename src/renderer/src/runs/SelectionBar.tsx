import { Button, Group, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import {
  IconArchive,
  IconArchiveOff,
  IconArrowsDiff,
  IconRestore,
  IconTag,
  IconTrash,
} from '@tabler/icons-react'
import type { JSX } from 'react'
import type { ListedRun } from '../../../shared/runs/runList.ts'
import { isOver } from '../../../shared/runs/runTransitions.ts'
import { goTo } from '../data/useRouteTarget.ts'
import { useMoveRuns, type RunMove } from './useMoveRuns.ts'
import { mostCompared } from '../compare/compareRuns.ts'
import type { RunListName } from '../data/routeTarget.ts'
import { LabelsDialog } from '../run/LabelsDialog.tsx'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import type { Undo } from './UndoBar.tsx'

export interface SelectionBarProps {
  /** Selected and shown. */
  readonly runs: readonly ListedRun[]
  /** Selected, but hidden by the filter: nothing here touches them. */
  readonly hidden: number
  readonly list: RunListName
  readonly onClear: () => void
  readonly onUndo: (undo: Undo) => void
}

export function SelectionBar({ runs, hidden, list, onClear, onUndo }: SelectionBarProps): JSX.Element {
  const runIds = runs.map((run) => run.runId)
  const moves = useMoveRuns(runIds)
  const move = (did: RunMove): void => {
    void moves.move(did).then(
      () => {
        onUndo({ did, runIds })
        onClear()
      },
      () => undefined, // said below
    )
  }
  const isNone = runs.length === 0
  const moveButton = (did: RunMove, text: string, icon: JSX.Element): JSX.Element => (
    <Button
      variant="default"
      leftSection={icon}
      disabled={isNone}
      loading={moves.underWay === did}
      onClick={() => move(did)}
    >
      {text}
    </Button>
  )
  return (
    <Group gap="xs" role="toolbar" aria-label="Selected runs">
      <Text fw={600}>
        {runs.length} selected{hidden > 0 ? `, ${hidden} more hidden by the filter` : ''}
      </Text>
      {list === 'deleted' ? (
        moveButton('restored', 'Restore', <IconRestore size={15} />)
      ) : (
        <>
          <CompareAndLabel runs={runs} />
          {list === 'archived'
            ? moveButton('brought back', 'Bring back', <IconArchiveOff size={15} />)
            : moveButton('archived', 'Archive', <IconArchive size={15} />)}
          <Delete runs={runs} isUnderWay={moves.underWay === 'deleted'} onClick={() => move('deleted')} />
        </>
      )}
      <Button variant="subtle" onClick={onClear}>
        Clear
      </Button>
      <ProblemNote problem={moves.problem} />
    </Group>
  )
}

function CompareAndLabel({ runs }: { readonly runs: readonly ListedRun[] }): JSX.Element {
  const [labelsOpened, labels] = useDisclosure(false)
  const canCompare = runs.length >= 2 && runs.length <= mostCompared
  return (
    <>
      <Button
        leftSection={<IconArrowsDiff size={15} />}
        disabled={!canCompare}
        title={canCompare ? undefined : `Two to ${mostCompared} runs can be compared`}
        onClick={() => goTo({ page: 'compare', runIds: runs.map((run) => run.runId) })}
      >
        Compare
      </Button>
      <Button
        variant="default"
        leftSection={<IconTag size={15} />}
        disabled={runs.length === 0}
        onClick={labels.open}
      >
        Tags and group
      </Button>
      {labelsOpened && <LabelsDialog runs={runs} onClose={labels.close} />}
    </>
  )
}

interface DeleteProps {
  readonly runs: readonly ListedRun[]
  readonly isUnderWay: boolean
  readonly onClick: () => void
}

function Delete({ runs, isUnderWay, onClick }: DeleteProps): JSX.Element {
  const isLive = runs.some((run) => !isOver(run.status))
  return (
    <Button
      variant="default"
      leftSection={<IconTrash size={15} />}
      disabled={isLive || runs.length === 0}
      title={isLive ? 'A run that is under way cannot be deleted: stop it first' : undefined}
      loading={isUnderWay}
      onClick={onClick}
    >
      Delete
    </Button>
  )
}
