import { Badge, SegmentedControl, Table, Text } from '@mantine/core'
import { useState, type JSX } from 'react'
import { alarmEpisodes, type AlarmEpisode } from '../../../../shared/runs/alarms.ts'
import type { Run } from '../../../../shared/runs/records.ts'
import { isOver } from '../../../../shared/runs/runTransitions.ts'
import { formatCount, formatTime, missing } from '../../../../shared/text/format.ts'
import { useRouteQuery } from '../../data/useRoute.ts'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'
import styles from './AlarmsTab.module.css'

/** Entries of the log that are looked through. */
const mostEntries = 5000

type AlarmState = 'now' | 'passed' | 'over'

const stateWords: Readonly<Record<AlarmState, string>> = { now: 'now', passed: 'passed', over: 'run over' }
const stateColours: Readonly<Record<AlarmState, string>> = { now: 'yellow', passed: 'teal', over: 'gray.5' }

const choices = [
  { value: 'all', label: 'All' },
  { value: 'now', label: 'Now' },
  { value: 'past', label: 'Earlier' },
] as const

/** Every alarm that the run has raised: when, until when, and what to do about it. */
export function AlarmsTab({ run }: { readonly run: Run }): JSX.Element {
  const [choice, setChoice] = useState('all')
  const log = useRouteQuery('run.log', { runId: run.runId, limit: mostEntries })
  if (log.data === undefined)
    return log.error === null ? (
      <Text className="muted">Reading the alarms…</Text>
    ) : (
      <ProblemNote problem={log.error} />
    )
  const episodes = alarmEpisodes(log.data).map((episode) => ({ episode, state: stateOf(episode, run) }))
  const shown = episodes.filter(({ state }) => choice === 'all' || (choice === 'now') === (state === 'now'))
  return (
    <div className={styles.tab}>
      <ProblemNote problem={log.error} />
      <div className="form-tools">
        <SegmentedControl aria-label="Which alarms" data={[...choices]} value={choice} onChange={setChoice} />
        <Text fz={12} className="muted tabular" role="status">
          {countText(episodes.map(({ state }) => state))}
          {log.data.length === mostEntries &&
            ` · of the newest ${formatCount(mostEntries)} entries of the log`}
        </Text>
      </div>
      {shown.length === 0 ? (
        <Text className="muted">
          {episodes.length === 0 ? 'The run has raised no alarm.' : 'No alarm of this kind.'}
        </Text>
      ) : (
        <Alarms shown={shown} />
      )}
    </div>
  )
}

function stateOf({ passed }: AlarmEpisode, { status }: Run): AlarmState {
  if (passed !== null) return 'passed'
  return isOver(status) ? 'over' : 'now'
}

function countText(states: readonly AlarmState[]): string {
  const count = (wanted: AlarmState): number => states.filter((state) => state === wanted).length
  const now = count('now')
  return `${formatCount(states.length)} raised, ${formatCount(count('passed'))} passed${now === 0 ? '' : `, ${formatCount(now)} now`}`
}

interface AlarmsProps {
  readonly shown: readonly { readonly episode: AlarmEpisode; readonly state: AlarmState }[]
}

function Alarms({ shown }: AlarmsProps): JSX.Element {
  return (
    <div className="panel panel-wide">
      <Table className="tabular first-stays" aria-label="Alarms">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>State</Table.Th>
            <Table.Th>Raised</Table.Th>
            <Table.Th>At step</Table.Th>
            <Table.Th>Passed at</Table.Th>
            <Table.Th>What, and what to do</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map(({ episode, state }) => (
            <AlarmRow key={episode.raised.sequence} episode={episode} state={state} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

function AlarmRow({ episode, state }: AlarmsProps['shown'][number]): JSX.Element {
  const { raised, passed, title } = episode
  return (
    <Table.Tr>
      <Table.Td className={styles.state}>
        <Badge
          variant="dot"
          color={raised.level === 'error' ? 'red' : stateColours[state]}
          tt="none"
          className={styles.badge}
        >
          {raised.level === 'error' ? 'error' : stateWords[state]}
        </Badge>
      </Table.Td>
      <Table.Td className={`${styles.time} muted`}>{formatTime(raised.atMs)}</Table.Td>
      <Table.Td>{raised.step === null ? missing : formatCount(raised.step)}</Table.Td>
      <Table.Td>
        {passed?.step === undefined || passed.step === null ? missing : `step ${formatCount(passed.step)}`}
      </Table.Td>
      <Table.Td className={styles.message}>
        {title !== null && <strong>{title}: </strong>}
        {raised.message}
        {raised.remedy !== null && <div className="muted">{raised.remedy}</div>}
      </Table.Td>
    </Table.Tr>
  )
}
