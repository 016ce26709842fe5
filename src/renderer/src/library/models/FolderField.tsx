import { Autocomplete, Badge, Group, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import type { JSX } from 'react'
import { useRouteQuery } from '../../data/useRoute.ts'
import { PathRow } from '../../widgets/path/PathRow.tsx'
import { usePathDialog } from '../../widgets/path/usePathDialog.ts'

const pauseMs = 150

export interface FolderFieldProps {
  /** Of what it is the folder: `an adapter`. */
  readonly what: string
  readonly folder: string
  readonly onFolder: (folder: string) => void
}

/** A folder of the machine that Recheck runs on, its path completed folder by folder, or chosen. */
export function FolderField({ what, folder, onFolder }: FolderFieldProps): JSX.Element {
  const [typed] = useDebouncedValue(folder, pauseMs)
  const choices = useRouteQuery('folder.choices', { typed })
  // one that holds a model is what is looked for; any other is gone into
  const found = (choices.data ?? []).map(
    ({ path, holds }) => [holds === null ? `${path}/` : path, holds] as const,
  )
  const contents = new Map(found)
  // nothing is left to choose; the list would lie over the fields below
  const isChosen = (contents.get(folder) ?? null) !== null
  const dialog = usePathDialog({
    kind: 'folder',
    title: `Choose the folder of ${what}`,
    filters: [],
    startAt: folder,
    onPath: onFolder,
  })
  return (
    <PathRow dialog={dialog}>
      <Autocomplete
        label="Folder"
        description="On the machine that Recheck runs on; ~ is the home folder there. Choose folder by folder, or type the path."
        value={folder}
        onChange={onFolder}
        data={isChosen ? [] : found.map(([path]) => path)}
        filter={({ options }) => options} // the owner has chosen
        renderOption={({ option }) => (
          <Choice path={option.value} holds={contents.get(option.value) ?? null} />
        )}
        maxDropdownHeight={260}
        comboboxProps={{ shadow: 'md' }}
        data-autofocus
      />
    </PathRow>
  )
}

function Choice({ path, holds }: { readonly path: string; readonly holds: string | null }): JSX.Element {
  return (
    <Group gap="xs" wrap="nowrap">
      <Text fz={13}>{path}</Text>
      {holds !== null && (
        <Badge variant="light" tt="none">
          {holds}
        </Badge>
      )}
    </Group>
  )
}
