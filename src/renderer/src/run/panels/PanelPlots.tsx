import { Button } from '@mantine/core'
import { IconLayoutGrid } from '@tabler/icons-react'
import { useMemo, useState, type JSX } from 'react'
import type { Run } from '../../../../shared/runs/records.ts'
import { goTo } from '../../data/useRouteTarget.ts'
import { morePlots, plotsOf, type NamedPlot } from '../../plots/morePlots.ts'
import { useStoredState } from '../../widgets/hooks/useStoredState.ts'
import { useOffer } from '../../widgets/pageActions.ts'
import { RunPlots } from '../RunPlots.tsx'
import { PanelsDialog } from './PanelsDialog.tsx'
import { panelsText, parsePanels, plotsOfPanels, type Panel } from './panels.ts'

export interface PanelPlotsProps {
  readonly run: Run
  /** The part of the address that says which panels; '' = those kept for every run, or the usual ones. */
  readonly query: string
}

/** Plots of a run as they were chosen and arranged: by the address, else as kept in this browser. */
export function PanelPlots({ run, query }: PanelPlotsProps): JSX.Element {
  const [isChoosing, setIsChoosing] = useState(false)
  const [kept, keep] = useStoredState<string | null>('panels', { first: null, parse: parseKept })
  const named = useMemo(() => namedPlotsOf(run), [run])
  const usual = plotsOf(run).map(({ id }): Panel => ({ kind: 'named', id }))
  const asked = parsePanels(new URLSearchParams(query).get('panels') ?? '')
  const panels = asked ?? (kept === null ? null : parsePanels(kept)) ?? usual
  const choose = (): void => setIsChoosing(true)
  useOffer([{ id: 'panels', label: 'Choose and arrange the plots…', run: choose }])
  const show = (next: readonly Panel[] | null): void => {
    const search = next === null ? '' : new URLSearchParams({ panels: panelsText(next) }).toString()
    goTo({ page: 'run', runId: run.runId, tab: 'plots', query: search })
  }
  return (
    <>
      <RunPlots run={run} named={plotsOfPanels(panels, named)}>
        <Button variant="default" leftSection={<IconLayoutGrid size={15} />} onClick={choose}>
          Panels…
        </Button>
      </RunPlots>
      {isChoosing && (
        <PanelsDialog
          run={run}
          panels={panels}
          named={named}
          isKept={panelsText(panels) === (kept ?? panelsText(usual))}
          onShow={show}
          onKeep={() => keep(panelsText(panels))}
          onUsual={() => {
            keep(null)
            show(null)
          }}
          onClose={() => setIsChoosing(false)}
        />
      )}
    </>
  )
}

function parseKept(stored: unknown): string | null {
  return typeof stored === 'string' && parsePanels(stored) !== null ? stored : null
}

/** Every plot that has a name, those of this run first. */
function namedPlotsOf(run: Run): readonly NamedPlot[] {
  const all = plotsOf(run).concat(morePlots)
  return all.filter((plot, index) => all.findIndex(({ id }) => id === plot.id) === index)
}
