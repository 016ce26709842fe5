import { Alert, Anchor, Group, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { JSX } from 'react'
import type { Run } from '../../../shared/records.ts'
import { useKept } from '../widgets/useStoredState.ts'
import { goTo } from '../data/usePlace.ts'
import { useRead } from '../data/useRoute.ts'
import { groupAlarms, mostAlarms, parseHidden, withHidden, type AlarmGroup } from './alarms.ts'
import { formatCount, formatTime } from '../../../shared/format.ts'

/** What is wrong with the run, in plain words, with the remedy: one line a kind, the newest first. */
export function RunAlarms({ run: { runId, error } }: { readonly run: Run }): JSX.Element | null {
  const log = useRead('run.log', { runId, limit: 2000 }).data
  const [hidden, setHidden] = useKept('hiddenAlarms', { first: {}, parse: parseHidden })
  const codes = hidden[runId] ?? []
  // what the run ended of stands above, in its head, with the same code and perhaps more words
  const groups = groupAlarms(log ?? []).filter(({ newest }) => newest.code !== error?.code)
  const alarms = groups.filter(({ newest }) => !codes.includes(newest.code))
  const shown = alarms.slice(0, mostAlarms)
  if (groups.length === 0) return null
  const hide = (code: string): void => setHidden(withHidden(hidden, runId, [...codes, code]))
  return (
    <div className="alarms">
      {shown.map((group) => (
        <AlarmLine key={group.newest.code} group={group} onHide={() => hide(group.newest.code)} />
      ))}
      <Rest
        more={alarms.length - shown.length}
        hidden={groups.length - alarms.length}
        onEvents={() => goTo({ page: 'run', runId, tab: 'events' })}
        onShow={() => setHidden(withHidden(hidden, runId, []))}
      />
    </div>
  )
}

interface AlarmLineProps {
  readonly group: AlarmGroup
  readonly onHide: () => void
}

function AlarmLine({ group: { newest, count, firstAtMs }, onHide }: AlarmLineProps): JSX.Element {
  const times = count === 1 ? '' : `${formatCount(count)} times since ${formatTime(firstAtMs)}, last `
  return (
    <Alert
      variant="default"
      className={newest.level === 'error' ? 'alarm alarm-error' : 'alarm'}
      color={newest.level === 'error' ? 'red' : 'yellow'}
      icon={<IconAlertTriangle size={17} />}
      p="6px 12px"
      role="status"
      withCloseButton
      closeButtonLabel="Hide this alarm"
      onClose={onHide}
    >
      <Group gap={8} justify="space-between" pr={8}>
        <Text fz={13} style={{ color: 'var(--text)' }}>
          {newest.message.replace(/\.?$/, '.')} {newest.remedy !== null && <strong>{newest.remedy}</strong>}
        </Text>
        <Text fz={11} className="muted tabular">
          {times}
          {formatTime(newest.atMs)}
        </Text>
      </Group>
    </Alert>
  )
}

interface RestProps {
  /** Kinds beyond those that are shown. */
  readonly more: number
  readonly hidden: number
  readonly onEvents: () => void
  readonly onShow: () => void
}

/** What is not shown is said, with the way to it. */
function Rest({ more, hidden, onEvents, onShow }: RestProps): JSX.Element | null {
  if (more === 0 && hidden === 0) return null
  return (
    <Group gap="md" fz={12}>
      {more > 0 && (
        <Anchor component="button" fz={12} onClick={onEvents}>
          {more} more in the events
        </Anchor>
      )}
      {hidden > 0 && (
        <Anchor component="button" fz={12} onClick={onShow}>
          {hidden === 1 ? '1 alarm hidden' : `${hidden} alarms hidden`}: show
        </Anchor>
      )}
    </Group>
  )
}
