import { useCallback, useState } from 'react'
import type { HiddenLines } from './hiddenLines.ts'
import { zoomed, type XRange } from './plotLines.ts'
import { firstSettings, parseSettings, type PlotSettings } from './plotSettings.ts'
import { useStoredState } from '../widgets/hooks/useStoredState.ts'

export interface PlotFrame {
  readonly settings: PlotSettings
  /** The stretch of x that was zoomed to; null = the whole run. */
  readonly range: XRange | null
  readonly setRange: (range: XRange | null) => void
  readonly hidden: HiddenLines
  readonly onHidden: (plotId: string, labels: ReadonlySet<string>) => void
  /** What the toolbar needs, given what is drawn now and how far the data goes. */
  readonly toolbar: (
    drawn: XRange | null,
    ends: XRange,
  ) => {
    readonly settings: PlotSettings
    readonly onSettings: (settings: PlotSettings) => void
    readonly isZoomed: boolean
    readonly onZoom: (factor: number) => void
    readonly onReset: () => void
  }
}

/**
 * Axis, smoothing and zoom that all plots of a view share, and what is switched off in the legend of each.
 */
export function usePlotFrame(): PlotFrame {
  const [settings, setSettings] = useStoredState('plots', { first: firstSettings, parse: parseSettings })
  const [range, setRange] = useState<XRange | null>(null)
  const [hidden, setHidden] = useState<HiddenLines>(new Map())
  const onHidden = useCallback(
    // a click in one of several joined charts comes once from each
    (plotId: string, labels: ReadonlySet<string>) =>
      setHidden((before) => new Map(before).set(plotId, labels)),
    [],
  )
  return {
    settings,
    range,
    setRange,
    hidden,
    onHidden,
    toolbar: (drawn, ends) => ({
      settings,
      onSettings: (next) => {
        // a range of steps means nothing in minutes
        if (next.axis !== settings.axis) setRange(null)
        setSettings(next)
      },
      isZoomed: range !== null,
      onZoom: (factor) => {
        if (drawn !== null) setRange(zoomed(range ?? drawn, factor, ends))
      },
      onReset: () => setRange(null),
    }),
  }
}
