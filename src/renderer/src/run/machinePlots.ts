import type { PlotLine } from '../../../shared/plots/plotData.ts'
import type { Telemetry } from '../../../shared/routes/app.ts'
import type { BoardPlot } from '../plots/PlotBoard.tsx'

interface Reading {
  readonly label: string
  readonly value: (telemetry: Telemetry) => number | null | undefined
}

const gibibyte = 2 ** 30

/** Memory and load of the machine since the view was opened; cards only where there are any. */
export function machinePlots(history: readonly Telemetry[]): BoardPlot[] {
  const cards = history.at(-1)?.gpus ?? []
  const gib = (bytes: number | null | undefined): number | null =>
    bytes === null || bytes === undefined ? null : bytes / gibibyte
  return [
    machinePlot(
      history,
      { id: 'memory', title: 'Memory', yLabel: 'GiB', note: 'in use; the trainer’s part of it' },
      [
        { label: 'machine', value: (each) => gib(each.memoryUsedBytes) },
        { label: 'trainer', value: (each) => gib(each.trainerMemoryBytes) },
        ...cards.map((card, index): Reading => ({
          label: `${card.name}, card ${index + 1}`,
          value: (each) => gib(each.gpus[index]?.memoryUsedBytes),
        })),
      ],
    ),
    machinePlot(
      history,
      { id: 'load', title: 'Load', yLabel: 'per cent', note: 'share of the time in which they work' },
      [
        { label: 'processors', value: (each) => each.cpuPercent },
        ...cards.map((card, index): Reading => ({
          label: `${card.name}, card ${index + 1}`,
          value: (each) => each.gpus[index]?.utilisationPercent,
        })),
      ],
    ),
  ]
}

interface MachinePlot {
  readonly id: string
  readonly title: string
  readonly yLabel: string
  readonly note: string
}

function machinePlot(
  history: readonly Telemetry[],
  { id, title, yLabel, note }: MachinePlot,
  readings: readonly Reading[],
): BoardPlot {
  const start = history[0]?.atMs ?? 0
  const lines = readings.flatMap(({ label, value }, colour): PlotLine[] => {
    const readings = history.map((each) => [(each.atMs - start) / 60_000, value(each) ?? null] as const)
    // a reading that failed interrupts the line; before the first and after the last there is none
    const points = readings.slice(
      Math.max(
        0,
        readings.findIndex(([, y]) => y !== null),
      ),
      readings.findLastIndex(([, y]) => y !== null) + 1,
    )
    return points.length === 0 ? [] : [{ label, colour, dashed: false, points }]
  })
  return {
    id,
    shape: {
      title,
      yLabel,
      note: `${note}; since this view was opened`,
      kind: 'line',
      xLabel: 'minutes',
      series: [],
      yRange: null,
      lines: [],
    },
    lines,
    bins: [],
    emptyText: 'The first reading comes in a few seconds.',
    footText: `${history.length} readings`,
    hasOwnX: true,
  }
}
