import type { PlotLine, PlotPoint } from '../../../shared/plots/plotData.ts'
import type { MachineFigure, MachineHistory } from '../../../shared/runs/machineHistory.ts'
import { formatDuration } from '../../../shared/text/format.ts'
import type { BoardPlot } from '../plots/PlotBoard.tsx'

interface Panel {
  readonly id: string
  readonly title: string
  readonly unit: MachineFigure['unit']
  readonly yLabel: string
  readonly note: string
  /** Of what is stored, in what the plot shows. */
  readonly scale: number
}

const panels: readonly Panel[] = [
  {
    id: 'machine-load',
    title: 'Machine: load',
    unit: 'percent',
    yLabel: 'per cent',
    note: 'share of the time in which they work',
    scale: 1,
  },
  {
    id: 'machine-memory',
    title: 'Machine: memory',
    unit: 'bytes',
    yLabel: 'GiB',
    note: 'in use; the trainer’s part of it; of each card',
    scale: 1 / 2 ** 30,
  },
  {
    id: 'machine-power',
    title: 'Machine: power',
    unit: 'watts',
    yLabel: 'W',
    note: 'drawn by each card, and by the processors where they say so',
    scale: 1,
  },
]

/** What the machine did while the run was at work; power only where the machine says it. */
export function machinePlots(history: MachineHistory | null): BoardPlot[] {
  if (history === null) return []
  return panels.flatMap((panel) => {
    const lines = linesOf(history, panel)
    return lines.length === 0 ? [] : [plotOf(history, panel, lines)]
  })
}

function linesOf({ figures, buckets, seconds }: MachineHistory, { unit, scale }: Panel): PlotLine[] {
  const shown = figures
    .map((figure, place) => ({ figure, place }))
    .filter(({ figure }) => figure.unit === unit)
  return shown.flatMap(({ figure, place }, colour): PlotLine[] => {
    const points: PlotPoint[] = []
    let last: number | null = null
    for (const { index, values } of buckets) {
      const value = values[place] ?? null
      // the run was not at work, or nothing was read
      if (last !== null && index > last + 1) points.push([minutes((last + 1) * seconds), null])
      if (value !== null || points.length > 0)
        points.push([minutes(index * seconds), value === null ? null : value.mean * scale])
      last = index
    }
    const end = points.findLastIndex(([, y]) => y !== null) + 1
    return end === 0 ? [] : [{ label: figure.label, colour, points: points.slice(0, end) }]
  })
}

/** As an axis shows them. */
function minutes(seconds: number): number {
  return Math.round((seconds / 60) * 100) / 100
}

function plotOf({ seconds, buckets }: MachineHistory, panel: Panel, lines: readonly PlotLine[]): BoardPlot {
  const { id, title, yLabel, note } = panel
  const count = buckets.length.toLocaleString('en-US')
  return {
    id,
    shape: { title, yLabel, note, kind: 'line', xLabel: 'minutes', series: [], yRange: null, lines: [] },
    lines,
    bins: [],
    emptyText: 'The first reading comes in a few seconds.',
    footText: seconds === 1 ? `${count} seconds` : `${count} means of ${formatDuration(seconds * 1000)}`,
    hasOwnX: true,
  }
}
