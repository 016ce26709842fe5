import { Group, Select } from '@mantine/core'
import type { JSX } from 'react'
import type { DataColumns } from '../../../../shared/routes/library/dataImport.ts'
import styles from './ColumnChoice.module.css'

export interface ColumnChoiceProps {
  readonly columns: readonly string[]
  readonly value: DataColumns | null
  readonly onChange: (columns: DataColumns) => void
}

const parts = [
  { name: 'question', label: 'Question', isNeeded: true },
  { name: 'answer', label: 'Known answer', isNeeded: true },
  { name: 'subject', label: 'Subject', isNeeded: false },
  { name: 'level', label: 'Level', isNeeded: false },
] as const

/** Which column holds what. */
export function ColumnChoice({ columns, value, onChange }: ColumnChoiceProps): JSX.Element {
  const first = columns[0] ?? ''
  const known = value ?? { question: first, answer: columns[1] ?? first, subject: null, level: null }
  return (
    <Group gap="sm" wrap="wrap" role="group" aria-label="Columns">
      {parts.map(({ name, label, isNeeded }) => (
        <Select
          key={name}
          label={`${label}${isNeeded ? '' : ' (optional)'}`}
          placeholder={isNeeded ? 'Choose a column' : 'None'}
          data={[...new Set(columns)]}
          value={value === null ? null : known[name]}
          searchable
          clearable={!isNeeded}
          allowDeselect={false}
          onChange={(column) => {
            if (column !== null || !isNeeded) onChange({ ...known, [name]: column })
          }}
          clearButtonProps={{ 'aria-label': `No ${label.toLowerCase()}` }}
          className={styles.column}
        />
      ))}
    </Group>
  )
}
