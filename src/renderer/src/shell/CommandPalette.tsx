import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from '@mantine/spotlight'
import { IconSearch } from '@tabler/icons-react'
import { useEffect, useMemo, useState, type JSX } from 'react'
import { goTo } from '../data/useRouteTarget.ts'
import { useRouteQuery } from '../data/useRoute.ts'
import { allRuns, emptyReplay } from '../data/routeTarget.ts'
import { paletteStore } from './palette.ts'
import { useOffered } from '../widgets/pageActions.ts'
import { statusLabels } from '../widgets/run/runLabels.ts'

export interface CommandPaletteProps {
  readonly onToggleTheme: () => void
  readonly onShowKeys: () => void
}

/** What the page in view offers, pages, and every run by name; the runs are read only while it is open. */
export function CommandPalette({ onToggleTheme, onShowKeys }: CommandPaletteProps): JSX.Element {
  const [isOpen, setOpen] = useState(false)
  const runs = useRouteQuery('run.list', { archived: false }, { enabled: isOpen }).data
  useEffect(markFirst, [runs])
  const offered = useOffered()
  const actions = useMemo((): SpotlightActionGroupData[] => {
    const go = (id: string, label: string, onClick: () => void): SpotlightActionData => ({
      id,
      label,
      onClick,
    })
    const here = offered.map(({ id, label, run }) => go(`here-${id}`, label, run))
    const pages = [
      go('runs', 'Runs', () => goTo(allRuns)),
      go('new', 'New run', () => goTo({ page: 'new', likeRunId: null })),
      go('compare', 'Compare runs', () => goTo({ page: 'compare', runIds: [] })),
      go('sweeps', 'Sweeps and comparisons of methods', () => goTo({ page: 'sweeps', name: null })),
      go('replay', 'Replay a problem', () => goTo(emptyReplay)),
      go('models', 'Models on this machine', () => goTo({ page: 'models' })),
      go('data', 'Data sets on this machine', () => goTo({ page: 'data' })),
      go('theme', 'Dark or light', onToggleTheme),
      go('keys', 'Keyboard map', onShowKeys),
    ]
    const pinnedFirst = (runs ?? []).toSorted((a, b) => Number(b.pinned === true) - Number(a.pinned === true))
    const named = pinnedFirst.map((run) => ({
      id: `run-${run.runId}`,
      label: run.name,
      description: statusLabels[run.status],
      onClick: () => goTo({ page: 'run', runId: run.runId, tab: 'plots' }),
    }))
    return [
      { group: 'Here', actions: here },
      { group: 'Recheck', actions: pages },
      { group: 'Runs', actions: named },
    ].filter(({ actions: some }) => some.length > 0)
  }, [offered, runs, onToggleTheme, onShowKeys])
  return (
    <Spotlight
      store={paletteStore}
      actions={actions}
      onSpotlightOpen={() => setOpen(true)}
      onSpotlightClose={() => setOpen(false)}
      shortcut={null}
      attributes={{ content: { 'aria-label': 'Command palette' } }}
      limit={40}
      scrollable
      maxHeight={420}
      nothingFound="No page, action or run of that name"
      searchProps={{
        leftSection: <IconSearch size={16} />,
        placeholder: 'Go to a page or a run, or do something',
        'aria-label': 'Command',
      }}
    />
  )
}

/**
 * Mantine marks what Enter takes as one types; runs that are read later are found, but none of them is
 * marked.
 */
function markFirst(): void {
  const { opened, query, listId } = paletteStore.getState()
  const list = document.getElementById(listId)
  if (!opened || query.trim() === '' || list === null || list.querySelector('[data-selected]') !== null)
    return
  list.querySelector('[data-action]')?.setAttribute('data-selected', 'true')
  paletteStore.updateState((state) => ({ ...state, selected: 0 }))
}
