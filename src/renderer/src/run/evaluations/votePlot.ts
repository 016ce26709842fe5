import type { PlotLine } from '../../../../shared/plots/plotData.ts'
import {
  selectionMethods,
  type SelectionMethod,
  type VoteCurve,
} from '../../../../shared/runs/evaluation/voteCurve.ts'
import { formatCount } from '../../../../shared/text/format.ts'
import type { BoardPlot } from '../../plots/PlotBoard.tsx'

export const selectionLabels: Readonly<Record<SelectionMethod, string>> = {
  'majority-vote': 'pass@1 and majority vote',
  'self-correction': 'self-correction',
  'self-verified-best': 'self-verified best',
}

/** One line a method, over the tokens that a problem costs with 1, 2, … samples. */
export function votePlot({ step, samples, problems, curve }: VoteCurve): BoardPlot {
  const lines = selectionMethods.flatMap((method, colour): PlotLine[] => {
    const rows = curve.filter((row) => row.method === method)
    if (rows.length === 0) return []
    return [
      {
        label: selectionLabels[method],
        colour,
        points: rows.map(({ tokensPerProblem, accuracy }) => [tokensPerProblem, accuracy.estimate] as const),
        band: rows.map(({ accuracy }) => [accuracy.low, accuracy.high] as const),
      },
    ]
  })
  return {
    id: 'votes',
    lines,
    bins: [],
    hasOwnX: true,
    emptyText: 'Nothing measured.',
    footText: `${formatCount(problems)} test problems, ${samples} samples each`,
    shape: {
      title: `Accuracy against tokens, step ${formatCount(step)}`,
      kind: 'line',
      xLabel: 'generated tokens a problem',
      yLabel: 'share of correct answers',
      series: [],
      yRange: null,
      lines: [],
      note: 'a point for 1, 2, … samples a problem; bands: bootstrap 95 % interval over problems',
    },
  }
}
