import { ActionIcon, Alert, Anchor, Group, Text } from '@mantine/core'
import { IconAlertTriangle, IconX } from '@tabler/icons-react'
import type { JSX } from 'react'
import {
  pastText,
  splitWarnings,
  stepsText,
  warningsOf,
  type Warning,
} from '../../../../shared/runs/alarms.ts'
import type { Run } from '../../../../shared/runs/records.ts'
import type { RunTab } from '../../data/routeTarget.ts'
import { goTo } from '../../data/useRouteTarget.ts'
import { useRouteQuery } from '../../data/useRoute.ts'
import { formatCount, formatTime } from '../../../../shared/text/format.ts'
import { useStoredState } from '../../widgets/hooks/useStoredState.ts'
import { mostAlarms, parseHidden, withHidden } from './hiddenAlarms.ts'
import styles from './RunAlarms.module.css'

export interface RunAlarmsProps {
  readonly run: Run
  readonly tab: RunTab
}

/**
 * What is wrong with a run that goes on, in plain words, with the remedy: one line a kind, the newest first,
 * on every tab. What has passed, and all alarms of a run that is over, are one line above its plots.
 */
export function RunAlarms({ run, tab }: RunAlarmsProps): JSX.Element | null {
  const { runId, status, error } = run
  const log = useRouteQuery('run.log', { runId, limit: 2000 }).data
  const [hidden, setHidden] = useStoredState('hiddenAlarms', { first: {}, parse: parseHidden })
  const codes = hidden[runId] ?? []
  // what the run ended of stands above, in its head, with the same code and perhaps more words
  const warnings = warningsOf(log ?? []).filter(({ code }) => code !== error?.code)
  const { now, past } = splitWarnings(warnings, status)
  const isShown = ({ code }: Warning): boolean => !codes.includes(code)
  const alarms = now.filter(isShown)
  const history = tab === 'plots' ? past.filter(isShown) : []
  if (now.length + history.length === 0) return null
  const hide = (more: readonly Warning[]): void =>
    setHidden(withHidden(hidden, runId, [...codes, ...more.map(({ code }) => code)]))
  const showAll = (): void => goTo({ page: 'run', runId, tab: 'alarms' })
  return (
    <div className={styles.list}>
      {alarms.slice(0, mostAlarms).map((warning) => (
        <AlarmLine key={warning.code} warning={warning} onHide={() => hide([warning])} />
      ))}
      <Rest
        more={Math.max(0, alarms.length - mostAlarms)}
        hidden={now.length - alarms.length}
        onAll={showAll}
        onShow={() => setHidden(withHidden(hidden, runId, []))}
      />
      {history.length > 0 && <History past={history} onAll={showAll} onHide={() => hide(history)} />}
    </div>
  )
}

interface AlarmLineProps {
  readonly warning: Warning
  readonly onHide: () => void
}

function AlarmLine({ warning, onHide }: AlarmLineProps): JSX.Element {
  const { level, message, remedy, count, atMs, firstAtMs } = warning
  const times = count === 1 ? '' : `${formatCount(count)} times since ${formatTime(firstAtMs)}, last `
  return (
    <Alert
      variant="default"
      className={level === 'error' ? `${styles.alarm} ${styles.error}` : styles.alarm}
      color={level === 'error' ? 'red' : 'yellow'}
      icon={<IconAlertTriangle size={16} />}
      p="3px 10px"
      role="status"
      withCloseButton
      closeButtonLabel="Hide this alarm"
      onClose={onHide}
    >
      <Group gap="0 8px" justify="space-between" pr={8}>
        <Text fz={12.5} className={styles.message}>
          {message.replace(/\.?$/, '.')} {remedy !== null && <strong>{remedy}</strong>}
        </Text>
        <Text fz={11} className="muted tabular">
          {stepsText(warning) === '' ? `${times}${formatTime(atMs)}` : `${times}${stepsText(warning)}`}
        </Text>
      </Group>
    </Alert>
  )
}

interface RestProps {
  /** Kinds beyond those that are shown. */
  readonly more: number
  readonly hidden: number
  readonly onAll: () => void
  readonly onShow: () => void
}

/** What is not shown is said, with the way to it. */
function Rest({ more, hidden, onAll, onShow }: RestProps): JSX.Element | null {
  if (more === 0 && hidden === 0) return null
  return (
    <Group gap="md" fz={12}>
      {more > 0 && (
        <Anchor component="button" fz={12} onClick={onAll}>
          {more} more alarms
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

interface HistoryProps {
  readonly past: readonly Warning[]
  readonly onAll: () => void
  readonly onHide: () => void
}

function History({ past, onAll, onHide }: HistoryProps): JSX.Element {
  const text = past.map(pastText).join(' · ')
  return (
    <div className={styles.history} role="note" aria-label="Earlier alarms">
      <Text fz={12} className={`muted ${styles.historyText}`} title={text}>
        Earlier alarms: {text}
      </Text>
      <Anchor component="button" fz={12} onClick={onAll}>
        All alarms
      </Anchor>
      <ActionIcon size={18} variant="subtle" color="gray" aria-label="Hide earlier alarms" onClick={onHide}>
        <IconX size={13} />
      </ActionIcon>
    </div>
  )
}
