import { Button, Checkbox, Group, Popover, Select, Stack, Switch, TextInput } from '@mantine/core'
import { IconColumns3, IconPlus, IconSearch } from '@tabler/icons-react'
import { useMemo, useRef, type JSX } from 'react'
import { runStatuses } from '../../../shared/runs/records.ts'
import type { ListedRun } from '../../../shared/runs/runList.ts'
import { goTo } from '../data/useRouteTarget.ts'
import { useShortcuts } from '../widgets/hooks/useShortcuts.ts'
import { ImportButton } from './ImportButton.tsx'
import { termOf, withTerm } from './filterText.ts'
import type { RunListName } from '../data/routeTarget.ts'
import { runColumns, type RunColumnId } from './rows.ts'
import styles from './RunsToolbar.module.css'

const lists: readonly { readonly value: RunListName; readonly label: string }[] = [
  { value: 'runs', label: 'Runs' },
  { value: 'archived', label: 'Archived' },
  { value: 'deleted', label: 'Deleted' },
]

export interface RunsToolbarProps {
  readonly runs: readonly ListedRun[]
  readonly text: string
  readonly onText: (text: string) => void
  readonly isGrouped: boolean
  readonly onGrouped: (isGrouped: boolean) => void
  readonly list: RunListName
  readonly onList: (list: RunListName) => void
  readonly shownColumns: readonly RunColumnId[]
  readonly onShownColumns: (columns: readonly RunColumnId[]) => void
}

export function RunsToolbar(props: RunsToolbarProps): JSX.Element {
  const { text, onText, runs } = props
  const search = useRef<HTMLInputElement>(null)
  useShortcuts(useMemo(() => ({ '/': () => search.current?.focus() }), []))
  const tags = useMemo(() => [...new Set(runs.flatMap((run) => run.tags))].sort(), [runs])
  return (
    <Group gap="xs" align="center" wrap="wrap">
      <TextInput
        ref={search}
        aria-label="Search and filter"
        placeholder="Search, or test/accuracy/final >= 0.6   vStar.beta = 0.5   tag:baseline"
        leftSection={<IconSearch size={15} />}
        value={text}
        onChange={(event) => onText(event.currentTarget.value)}
        onKeyDown={(event) => {
          // the keys are the list's again
          if (event.key === 'Enter' || event.key === 'Escape') event.currentTarget.blur()
        }}
        className={styles.search}
      />
      <Select
        aria-label="Status"
        placeholder="Any status"
        clearable
        w={122}
        data={[...runStatuses]}
        value={termOf(text, 'status')}
        onChange={(status) => onText(withTerm(text, 'status', status))}
      />
      <Select
        aria-label="Tag"
        placeholder="Any tag"
        clearable
        searchable
        data-select
        w={112}
        data={tags}
        value={termOf(text, 'tag')}
        onChange={(tag) => onText(withTerm(text, 'tag', tag))}
      />
      <Switch
        label="Groups"
        checked={props.isGrouped}
        onChange={(event) => props.onGrouped(event.currentTarget.checked)}
      />
      <Select
        aria-label="List"
        allowDeselect={false}
        w={104}
        data={lists}
        value={props.list}
        onChange={(list) => props.onList((list ?? 'runs') as RunListName)}
      />
      <ColumnChooser shown={props.shownColumns} onShown={props.onShownColumns} />
      <ImportButton />
      <NewRunButton />
    </Group>
  )
}

function NewRunButton(): JSX.Element {
  return (
    <Button leftSection={<IconPlus size={15} />} onClick={() => goTo({ page: 'new', likeRunId: null })}>
      New run
    </Button>
  )
}

interface ColumnChooserProps {
  readonly shown: readonly RunColumnId[]
  readonly onShown: (columns: readonly RunColumnId[]) => void
}

function ColumnChooser({ shown, onShown }: ColumnChooserProps): JSX.Element {
  return (
    <Popover position="bottom-end" trapFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconColumns3 size={15} />}>
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown p="xs" aria-label="Columns">
        <Stack gap={6}>
          {runColumns.map(({ id, label }) => (
            <Checkbox
              key={id}
              label={label}
              checked={shown.includes(id)}
              disabled={id === 'name'}
              onChange={() =>
                onShown(shown.includes(id) ? shown.filter((each) => each !== id) : [...shown, id])
              }
            />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
