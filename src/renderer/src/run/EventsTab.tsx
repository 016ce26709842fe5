import { Badge, SegmentedControl, Text } from '@mantine/core'
import { useState, type JSX } from 'react'
import type { EventLevel, Run } from '../../../shared/runs/records.ts'
import { useRouteQuery } from '../data/useRoute.ts'
import { formatCount, formatTime } from '../../../shared/text/format.ts'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import styles from './EventsTab.module.css'

const levelColours: Readonly<Record<EventLevel, string>> = { info: 'gray', warning: 'yellow', error: 'red' }
const choices = [
  { value: 'all', label: 'All' },
  { value: 'warnings', label: 'Warnings and errors' },
]

const unread = (isPending: boolean): string => (isPending ? 'Reading the events…' : '')

/** The run's log, newest first; goes on while the run does. */
export function EventsTab({ run }: { readonly run: Run }): JSX.Element {
  const [choice, setChoice] = useState('all')
  const log = useRouteQuery('run.log', { runId: run.runId, limit: 2000 })
  const entries = (log.data ?? []).filter((entry) => choice === 'all' || entry.level !== 'info').toReversed()
  return (
    <div className={styles.tab}>
      <ProblemNote problem={log.error} />
      <SegmentedControl data={choices} value={choice} onChange={setChoice} className={styles.atStart} />
      {entries.length === 0 ? (
        <Text className="muted">
          {log.data === undefined ? unread(log.isPending) : 'Nothing has been reported.'}
        </Text>
      ) : (
        <div className={`panel ${styles.scroll}`}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th className={styles.time}>Time</th>
                <th className={styles.level}>Level</th>
                <th className={styles.step}>Step</th>
                <th>Message and remedy</th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <tr key={entry.sequence}>
                  <td className="tabular muted">{formatTime(entry.atMs)}</td>
                  <td>
                    <Badge variant="dot" color={levelColours[entry.level]} tt="none" className={styles.badge}>
                      {entry.level}
                    </Badge>
                  </td>
                  <td className="tabular muted">{entry.step === null ? '' : formatCount(entry.step)}</td>
                  <td className={styles.message}>
                    {entry.message}
                    {entry.remedy !== null && <div className="muted">{entry.remedy}</div>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  )
}
