import { Button, Group, TextInput } from '@mantine/core'
import type { JSX } from 'react'
import styles from './NameAndImport.module.css'

export interface NameAndImportProps {
  readonly name: string
  readonly onName: (name: string) => void
  /** The file may be taken in as it is. */
  readonly isReady: boolean
  readonly isPending: boolean
  readonly onImport: () => void
}

/** The name in the library, and the button that takes the file in. */
export function NameAndImport(props: NameAndImportProps): JSX.Element {
  const { name, onName, isReady, isPending, onImport } = props
  return (
    <Group align="flex-end" gap="sm">
      <TextInput
        label="Name in the library"
        value={name}
        onChange={(event) => onName(event.currentTarget.value)}
        className={styles.name}
      />
      <Button onClick={onImport} loading={isPending} disabled={!isReady || name.trim() === ''}>
        Import
      </Button>
    </Group>
  )
}
