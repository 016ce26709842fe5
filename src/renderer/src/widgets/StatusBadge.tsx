import { Badge } from '@mantine/core'
import type { JSX } from 'react'
import type { RunStatus } from '../../../shared/records.ts'
import { statusColours, statusWords } from './runLabels.ts'

export function StatusBadge({ status }: { readonly status: RunStatus }): JSX.Element {
  return (
    <Badge
      variant="dot"
      color={statusColours[status]}
      tt="none"
      fw={500}
      style={{ color: 'var(--text)', flex: 'none' }}
    >
      {statusWords[status]}
    </Badge>
  )
}
