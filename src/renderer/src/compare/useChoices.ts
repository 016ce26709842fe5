import { useState } from 'react'
import { usePlotFrame, type PlotFrame } from '../plots/usePlotFrame.ts'

export type CompareView = 'overlaid' | 'side-by-side'

/** What was chosen on the compare page: it outlives a change of the runs, and one of the view. */
export interface CompareChoices {
  readonly view: CompareView
  readonly setView: (view: CompareView) => void
  /** The config field by which the runs are coloured; null = a colour for each run. */
  readonly colourBy: string | null
  readonly setColourBy: (path: string | null) => void
  /** Ids of the runs that are switched off in the legend. */
  readonly hiddenRuns: ReadonlySet<string>
  readonly setHiddenRuns: (runIds: ReadonlySet<string>) => void
  /** The plot that stands side by side. */
  readonly plotId: string
  readonly setPlotId: (plotId: string) => void
  readonly frame: PlotFrame
}

export function useCompareChoices(): CompareChoices {
  const [view, setView] = useState<CompareView>('overlaid')
  const [colourBy, setColourBy] = useState<string | null>(null)
  const [hiddenRuns, setHiddenRuns] = useState<ReadonlySet<string>>(new Set())
  const [plotId, setPlotId] = useState('answer-accuracy')
  const frame = usePlotFrame()
  return {
    view,
    setView,
    colourBy,
    setColourBy,
    hiddenRuns,
    setHiddenRuns,
    plotId,
    setPlotId,
    frame,
  }
}
