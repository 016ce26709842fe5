import { Alert, Group, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useState, type JSX } from 'react'
import type { Run } from '../../../shared/records.ts'
import { useRead } from '../hooks/useRoute.ts'
import { latestAlarms } from '../state/alarms.ts'
import { formatTime } from '../state/format.ts'

/** What is wrong with the run, in plain words, with the remedy; the latest of each kind. */
export function RunAlarms({ run }: { readonly run: Run }): JSX.Element | null {
  const log = useRead('run.log', { runId: run.runId, limit: 2000 }).data
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set())
  const alarms = latestAlarms(log ?? []).filter((entry) => !hidden.has(entry.sequence))
  if (alarms.length === 0) return null
  return (
    <div style={{ display: 'flex', flexDirection: 'column', gap: 6 }}>
      {alarms.map((entry) => (
        <Alert
          key={entry.code}
          variant="default"
          className={entry.level === 'error' ? 'alarm alarm-error' : 'alarm'}
          color={entry.level === 'error' ? 'red' : 'yellow'}
          icon={<IconAlertTriangle size={17} />}
          p="6px 12px"
          role="status"
          withCloseButton
          closeButtonLabel="Hide this alarm"
          onClose={() => setHidden(new Set([...hidden, entry.sequence]))}
        >
          <Group gap={8} justify="space-between">
            <Text fz={13} style={{ color: 'var(--text)' }}>
              {entry.message}. {entry.remedy !== null && <strong>{entry.remedy}</strong>}
            </Text>
            <Text fz={11} className="muted tabular">
              {formatTime(entry.atMs)}
            </Text>
          </Group>
        </Alert>
      ))}
    </div>
  )
}
