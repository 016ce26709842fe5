import { Badge } from '@mantine/core'
import type { JSX } from 'react'
import type { RunStatus } from '../../../../shared/runs/records.ts'
import { statusColours, statusLabels } from './runLabels.ts'
import styles from './StatusBadge.module.css'

export function StatusBadge({ status }: { readonly status: RunStatus }): JSX.Element {
  return (
    <Badge variant="dot" color={statusColours[status]} tt="none" fw={500} className={styles.badge}>
      {statusLabels[status]}
    </Badge>
  )
}
