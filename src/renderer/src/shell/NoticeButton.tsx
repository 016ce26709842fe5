import { ActionIcon, Tooltip } from '@mantine/core'
import { IconBell, IconBellOff } from '@tabler/icons-react'
import { useEffect, useState, type JSX } from 'react'
import { useApi } from '../data/apiContext.ts'
import { useStoredState } from '../widgets/hooks/useStoredState.ts'
import { noticePermission, startNotices, type NoticePermission } from './browserNotices.ts'

/**
 * Asks the browser for notifications once, when it is pressed, and never by itself; from then on it turns
 * them on and off.
 */
export function NoticeButton(): JSX.Element | null {
  const api = useApi()
  const [isOn, setIsOn] = useStoredState('notices', {
    first: false,
    parse: (stored) => (typeof stored === 'boolean' ? stored : null),
  })
  const [permission, setPermission] = useState(() => noticePermission(window))
  const isActive = isOn && permission === 'granted'
  useEffect(() => (isActive ? startNotices(api, window) : undefined), [api, isActive])
  if (permission === 'absent') return null
  const press = async (): Promise<void> => {
    if (permission === 'unasked') await Notification.requestPermission()
    setPermission(noticePermission(window))
    setIsOn(noticePermission(window) === 'granted' && !isActive)
  }
  return (
    <Tooltip label={words(permission, isActive)}>
      <ActionIcon
        aria-label="Notify me of alarms and of ends of runs"
        aria-pressed={isActive}
        onClick={() => void press()}
      >
        {isActive ? <IconBell size={18} /> : <IconBellOff size={18} />}
      </ActionIcon>
    </Tooltip>
  )
}

function words(permission: NoticePermission, isActive: boolean): string {
  if (permission === 'blocked')
    return 'This browser blocks notifications of this page. Allow them in its settings of this address, then press here.'
  return isActive
    ? 'While this page is not in front, the browser tells of alarms and of ends of runs. Press for no more.'
    : 'Notify me of alarms and of ends of runs while this page is not in front'
}
