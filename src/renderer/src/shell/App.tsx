import { Alert, AppShell, useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import { useDisclosure, useMediaQuery } from '@mantine/hooks'
import { lazy, Suspense, useMemo, type JSX } from 'react'
import { CommandPalette } from './CommandPalette.tsx'
import { Header } from './Header.tsx'
import { KeyboardMap } from './KeyboardMap.tsx'
import { palette } from './palette.ts'
import { PageBoundary } from './PageBoundary.tsx'
import { Navigation } from './Navigation.tsx'
import { useApi } from '../data/apiContext.ts'
import { goTo, useRouteTarget } from '../data/useRouteTarget.ts'
import { useLiveUpdates } from '../data/useLiveUpdates.ts'
import { useShortcuts } from '../widgets/hooks/useShortcuts.ts'
import { allRuns, emptyReplay, targetAddress, type RouteTarget } from '../data/routeTarget.ts'
import { SessionsDialog } from './SessionsDialog.tsx'
import { UnknownPage } from './UnknownPage.tsx'
import { RunsPage } from '../runs/RunsPage.tsx'
import { InlineCode } from '../widgets/InlineCode.tsx'
import { Loading } from '../widgets/Loading.tsx'
import styles from './App.module.css'

/**
 * Pages with their own libraries (the editor, the charts) come when they are needed: the list opens without
 * them.
 */
const NewRunPage = lazy(() =>
  import('../newRun/NewRunPage.tsx').then((module) => ({ default: module.NewRunPage })),
)
const RunPage = lazy(() => import('../run/RunPage.tsx').then((module) => ({ default: module.RunPage })))
const ComparePage = lazy(() =>
  import('../compare/ComparePage.tsx').then((module) => ({ default: module.ComparePage })),
)
const ReplayPage = lazy(() =>
  import('../replay/ReplayPage.tsx').then((module) => ({ default: module.ReplayPage })),
)
const SweepsPage = lazy(() =>
  import('../sweeps/SweepsPage.tsx').then((module) => ({ default: module.SweepsPage })),
)
const ModelsPage = lazy(() =>
  import('../library/models/ModelsPage.tsx').then((module) => ({ default: module.ModelsPage })),
)
const DataPage = lazy(() =>
  import('../library/data/DataPage.tsx').then((module) => ({ default: module.DataPage })),
)

export function App(): JSX.Element {
  const place = useRouteTarget()
  const connection = useLiveUpdates(useApi())
  const [keysOpened, keys] = useDisclosure(false)
  const [sessionsOpened, sessions] = useDisclosure(false)
  const toggleTheme = useToggleTheme()
  const isNarrow = useMediaQuery('(max-width: 1200px)', false, { getInitialValueInEffect: false })
  useShortcuts(
    useMemo(
      () => ({
        '?': keys.open,
        'g r': () => goTo(allRuns),
        'g n': () => goTo({ page: 'new', likeRunId: null }),
        'g c': () => goTo({ page: 'compare', runIds: [] }),
        'g s': () => goTo({ page: 'sweeps', name: null }),
        'g p': () => goTo(emptyReplay),
        'g m': () => goTo({ page: 'models' }),
        'g d': () => goTo({ page: 'data' }),
        t: toggleTheme,
        'ctrl+k': palette.open,
      }),
      [keys.open, toggleTheme],
    ),
  )
  return (
    <AppShell header={{ height: 44 }} navbar={{ width: isNarrow ? 56 : 156, breakpoint: 0 }} h="100%">
      <a className={styles.skip} href="#main" onClick={focusMain}>
        Skip to the page
      </a>
      <AppShell.Header>
        <Header onToggleTheme={toggleTheme} onShowKeys={keys.open} onShowSessions={sessions.open} />
      </AppShell.Header>
      <AppShell.Navbar>
        <Navigation place={place} />
      </AppShell.Navbar>
      <AppShell.Main h="100dvh" id="main" tabIndex={-1} className={styles.main}>
        {connection !== 'open' && (
          <Alert color="red" radius={0} p="xs" role="status">
            <InlineCode text={connectionWords[connection]} />
          </Alert>
        )}
        <PageBoundary address={targetAddress(place)}>
          <Suspense fallback={<Loading what="Opening the page…" />}>
            <Page place={place} />
          </Suspense>
        </PageBoundary>
      </AppShell.Main>
      <CommandPalette onToggleTheme={toggleTheme} onShowKeys={keys.open} />
      <KeyboardMap opened={keysOpened} onClose={keys.close} />
      <SessionsDialog opened={sessionsOpened} onClose={sessions.close} />
    </AppShell>
  )
}

const connectionWords = {
  lost: 'The connection to Recheck is lost. Trying again… If it was ended, start it again and open the link that it prints: its runs can be resumed.',
  over: 'This page’s session is over: it was logged out, unused for a week, or Recheck was started again. Run `recheck serve` once more, or press Enter where it runs, for a new link: opened in another tab of this browser, it lets this page go on, too.',
} as const

function Page({ place }: { readonly place: RouteTarget }): JSX.Element {
  switch (place.page) {
    case 'runs':
      return <RunsPage place={place} />
    case 'run':
      return <RunPage key={place.runId} {...place} />
    case 'new':
      return <NewRunPage key={`${place.likeRunId} ${place.conversations}`} place={place} />
    case 'compare':
      return <ComparePage runIds={place.runIds} />
    case 'replay':
      return <ReplayPage place={place} />
    case 'sweeps':
      return <SweepsPage key={place.name} name={place.name} />
    case 'models':
      return <ModelsPage />
    case 'data':
      return <DataPage />
    case 'unknown':
      return <UnknownPage address={place.address} />
  }
}

/** The link's fragment is the page's address, so the jump is made by hand. */
function focusMain(event: { preventDefault(): void }): void {
  event.preventDefault()
  document.getElementById('main')?.focus()
}

function useToggleTheme(): () => void {
  const { setColorScheme } = useMantineColorScheme()
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false })
  return useMemo(() => () => setColorScheme(scheme === 'dark' ? 'light' : 'dark'), [scheme, setColorScheme])
}
