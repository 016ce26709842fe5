import { ActionIcon, Badge, Group, Text, Tooltip, UnstyledButton } from '@mantine/core'
import { IconCommand, IconDevices, IconKeyboard, IconSunMoon } from '@tabler/icons-react'
import type { JSX } from 'react'
import type { AppInfo, Telemetry } from '../../../shared/routes/app.ts'
import { useDelayed } from '../widgets/hooks/useDelayed.ts'
import { useRouteQuery } from '../data/useRoute.ts'
import { NoticeButton } from './NoticeButton.tsx'
import { palette } from './palette.ts'
import { formatBytes } from '../../../shared/text/format.ts'
import styles from './Header.module.css'

export interface HeaderProps {
  readonly onToggleTheme: () => void
  readonly onShowKeys: () => void
  readonly onShowSessions: () => void
}

export function Header({ onToggleTheme, onShowKeys, onShowSessions }: HeaderProps): JSX.Element {
  const info = useRouteQuery('app.info', {}).data
  const telemetry = useRouteQuery('app.telemetry', {}, { everyMs: 2500, enabled: useDelayed(1000) })
  return (
    <Group h="100%" px={14} gap={12} wrap="nowrap" justify="space-between">
      <Text fw={700} fz={16}>
        Recheck
      </Text>
      <Group gap={14} wrap="nowrap" className={styles.names}>
        {telemetry.data !== undefined && telemetry.error === null && <Load telemetry={telemetry.data} />}
        {info !== undefined && <Device info={info} />}
        <Tooltip label="Command palette (Ctrl K)">
          <ActionIcon aria-label="Command palette" onClick={palette.open}>
            <IconCommand size={18} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Keyboard map (?)">
          <ActionIcon aria-label="Keyboard map" onClick={onShowKeys}>
            <IconKeyboard size={18} />
          </ActionIcon>
        </Tooltip>
        {/* a window has the system's own */}
        {info?.shell === 'browser' && <NoticeButton />}
        {info?.shell === 'browser' && (
          <Tooltip label="Sessions and log out">
            <ActionIcon aria-label="Sessions and log out" onClick={onShowSessions}>
              <IconDevices size={18} />
            </ActionIcon>
          </Tooltip>
        )}
        <Tooltip label="Dark or light (t)">
          <ActionIcon aria-label="Dark or light" onClick={onToggleTheme}>
            <IconSunMoon size={18} />
          </ActionIcon>
        </Tooltip>
      </Group>
    </Group>
  )
}

/** The device that training would really use, and why no other; never a silent CPU. */
function Device({ info }: { readonly info: AppInfo }): JSX.Element {
  const note = [info.trainingProblem, info.deviceNote, `Recheck ${info.version}`, `Data: ${info.dataFolder}`]
    .filter((line) => line !== null)
    .join('\n')
  return (
    <Tooltip label={<span className={styles.lines}>{note}</span>}>
      <UnstyledButton aria-label={`Device: ${info.device}. ${note}`}>
        <Badge
          variant="dot"
          color={info.canTrain ? (info.deviceNote === null ? 'teal' : 'yellow') : 'red'}
          tt="none"
          maw={260}
          className={styles.badge}
        >
          {info.canTrain ? info.device : 'cannot train'}
        </Badge>
      </UnstyledButton>
    </Tooltip>
  )
}

function Load({ telemetry }: { readonly telemetry: Telemetry }): JSX.Element {
  const { cpuPercent, memoryUsedBytes, memoryTotalBytes, trainerMemoryBytes, cards } = telemetry
  return (
    <Group gap={14} wrap="nowrap" className="tabular muted" fz={12} visibleFrom="xs">
      {cpuPercent !== null && <span>CPU {Math.round(cpuPercent)} %</span>}
      {memoryUsedBytes !== null && (
        <span>
          Memory {formatBytes(memoryUsedBytes)} of {formatBytes(memoryTotalBytes)}
        </span>
      )}
      {trainerMemoryBytes !== null && <span>Trainer {formatBytes(trainerMemoryBytes)}</span>}
      {cards.map(({ name, percent, memoryBytes }, index) => (
        <span key={index}>
          {name}
          {percent === null ? '' : ` ${Math.round(percent)} %`}
          {memoryBytes === null ? '' : `, ${formatBytes(memoryBytes)}`}
        </span>
      ))}
    </Group>
  )
}
