import { findMetric } from '../../../../shared/metrics/metrics.ts'
import type { NamedPlot } from '../../plots/morePlots.ts'

/** A panel of a board: one of the plots that have a name, or a plot of any stored metrics. */
export type Panel =
  | { readonly kind: 'named'; readonly id: string }
  | { readonly kind: 'own'; readonly metrics: readonly string[] }

/** What an address, or a hand, can ask for. */
const mostPanels = 24
export const mostMetrics = 8
const longestName = 100

/** Panels as an address has them: `training-loss;m:policy/klK3,policy/entropy`. */
export function panelsText(panels: readonly Panel[]): string {
  return panels
    .map((panel) =>
      panel.kind === 'named' ? panel.id : `m:${panel.metrics.map(encodeURIComponent).join(',')}`,
    )
    .join(';')
}

/** @returns null where nothing of it can be read; what cannot be read is left out */
export function parsePanels(text: string): readonly Panel[] | null {
  const panels = text.split(';').slice(0, mostPanels).flatMap(panelOf)
  const distinct = new Map(panels.map((panel) => [panelsText([panel]), panel]))
  return distinct.size === 0 ? null : [...distinct.values()]
}

function panelOf(item: string): Panel[] {
  if (!item.startsWith('m:')) return /^[a-z][a-z-]*$/.test(item) ? [{ kind: 'named', id: item }] : []
  const names = item.slice(2).split(',').map(decoded)
  const metrics = [...new Set(names)].filter((name) => name !== '' && name.length <= longestName)
  return metrics.length === 0 ? [] : [{ kind: 'own', metrics: metrics.slice(0, mostMetrics) }]
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return ''
  }
}

/** The plots of these panels; a name that no plot of this run has is left out. */
export function plotsOfPanels(panels: readonly Panel[], named: readonly NamedPlot[]): readonly NamedPlot[] {
  return panels.flatMap((panel) => {
    if (panel.kind === 'own') return [ownPlot(panel.metrics)]
    const plot = named.find(({ id }) => id === panel.id)
    return plot === undefined ? [] : [plot]
  })
}

/** A plot of any stored metrics: words and units from the registry, where it knows them. */
export function ownPlot(metrics: readonly string[]): NamedPlot {
  const known = metrics.map((name) => ({ name, entry: findMetric(name) }))
  const units = [...new Set(known.map(({ entry }) => entry?.unit ?? null))]
  const labels = known.map(({ name, entry }) => entry?.label ?? name)
  return {
    id: panelsText([{ kind: 'own', metrics }]),
    shape: {
      title: labels.join(', '),
      kind: 'line',
      xLabel: 'step',
      yLabel: units.length === 1 ? (units[0] ?? 'value') : 'value',
      // two of one label would be one line
      series: known.map(({ name }, index) => ({
        metric: name,
        label: labels.indexOf(labels[index] ?? '') === index ? (labels[index] ?? name) : name,
        colour: index,
      })),
      yRange: null,
      lines: [],
      note: known.map(({ name, entry }) => entry?.meaning ?? name).join(' · '),
    },
  }
}

/** The panel one place on, or back. */
export function moved(panels: readonly Panel[], index: number, by: -1 | 1): readonly Panel[] {
  const [panel, other] = [panels[index], panels[index + by]]
  if (panel === undefined || other === undefined) return panels
  return panels.map((each, place) => (place === index ? other : place === index + by ? panel : each))
}
