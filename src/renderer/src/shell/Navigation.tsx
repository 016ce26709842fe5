import { NavLink, Stack } from '@mantine/core'
import {
  IconArrowsDiff,
  IconBox,
  IconDatabase,
  IconGridDots,
  IconListDetails,
  IconPlayerPlay,
  IconPlus,
} from '@tabler/icons-react'
import type { JSX } from 'react'
import { allRuns, emptyReplay, targetAddress, type RouteTarget } from '../data/routeTarget.ts'
import styles from './Navigation.module.css'

const entries = [
  { place: allRuns, label: 'Runs', icon: IconListDetails },
  { place: { page: 'new', likeRunId: null }, label: 'New run', icon: IconPlus },
  { place: { page: 'compare', runIds: [] }, label: 'Compare', icon: IconArrowsDiff },
  { place: { page: 'sweeps', name: null }, label: 'Sweeps', icon: IconGridDots },
  { place: emptyReplay, label: 'Replay', icon: IconPlayerPlay },
  { place: { page: 'models' }, label: 'Models', icon: IconBox },
  { place: { page: 'data' }, label: 'Data', icon: IconDatabase },
] as const

export function Navigation({ place }: { readonly place: RouteTarget }): JSX.Element {
  const current = place.page === 'run' ? 'runs' : place.page
  return (
    <Stack component="nav" aria-label="Pages" gap={2} p={8}>
      {entries.map(({ place: target, label, icon: Icon }) => (
        <NavLink
          key={label}
          href={targetAddress(target)}
          label={<span className={styles.label}>{label}</span>}
          aria-label={label}
          title={label}
          leftSection={<Icon size={17} stroke={1.7} />}
          active={current === target.page}
          aria-current={current === target.page ? 'page' : undefined}
          py={7}
          className={styles.link}
        />
      ))}
    </Stack>
  )
}
