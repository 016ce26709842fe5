import { stringify } from 'csv-stringify/browser/esm/sync'
import { csvText } from '../../../../shared/text/plainText.ts'
import type { Stamp } from '../../../../shared/plots/pictureFrame.ts'
import { drawnPoints, type PlotBin, type PlotLine } from '../../../../shared/plots/plotData.ts'

/** Whose rows they are, in one field. */
export function stampText(stamps: readonly Stamp[]): string {
  return csvText(stamps.map(({ name, proof }) => `${name} · ${proof}`).join('   '))
}

/** Bins of a histogram, stamped with run and config as its pictures are. */
export function binsCsv(stamp: string, bins: readonly PlotBin[]): string {
  return stringify([
    ['run', 'low', 'high', 'problems'],
    ...bins.map(({ low, high, count }) => [stamp, low, high, count]),
  ])
}

/** Points of lines that are no metrics of a run's course: a distribution, readings of the machine. */
export function linesCsv(stamp: string, lines: readonly PlotLine[]): string {
  return stringify([
    ['run', 'line', 'x', 'y'],
    ...lines.flatMap(({ label, points }) =>
      drawnPoints(points).map(([x, y]) => [stamp, csvText(label), x, y]),
    ),
  ])
}
