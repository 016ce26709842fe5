import type { JSX } from 'react'
import { Badge } from '@mantine/core'
import type { Run } from '../../../../shared/runs/records.ts'
import { StatusBadge } from './StatusBadge.tsx'

/** The status of a run; of one that another tool has logged, that it is imported. */
export function RunBadge({ run }: { readonly run: Pick<Run, 'stage' | 'status'> }): JSX.Element {
  if (run.stage !== 'imported') return <StatusBadge status={run.status} />
  return (
    <Badge
      variant="outline"
      color="gray"
      tt="none"
      fw={400}
      title="Another tool has logged this run; it is only read"
    >
      imported
    </Badge>
  )
}
