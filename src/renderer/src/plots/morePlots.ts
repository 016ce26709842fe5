import type { Run } from '../../../shared/runs/records.ts'
import { findMetric, plots } from '../../../shared/metrics/metrics.ts'
import type { PlotShape } from '../../../shared/plots/plotOption.ts'

export interface NamedPlot {
  readonly id: string
  readonly shape: PlotShape
}

export const mainPlots: readonly NamedPlot[] = plots.map(({ id, ...shape }) => ({ id, shape }))

interface Further {
  readonly title: string
  readonly metrics: readonly string[]
  readonly yRange?: readonly [number, number]
}

/** The plots of the second tab; words and units come from the metric registry. */
const further: readonly Further[] = [
  { title: 'KL to the reference', metrics: ['policy/klK1', 'policy/klK3'] },
  { title: 'Entropy', metrics: ['policy/entropy'] },
  { title: 'Completion length', metrics: ['length/attempt', 'length/verdict', 'length/revision'] },
  { title: 'Loss by turn', metrics: ['loss/attempt', 'loss/verdict', 'loss/revision', 'loss/entropyBonus'] },
  { title: 'KL term of the loss', metrics: ['implicitReward/solver', 'implicitReward/verifier'] },
  {
    title: 'Raw advantage (r − V)',
    metrics: [
      'advantage/attempt',
      'advantage/verdictAfterCorrect',
      'advantage/verdictAfterWrong',
      'advantage/revisionAfterCorrect',
      'advantage/revisionAfterWrong',
    ],
  },
  {
    title: 'Held-out test',
    metrics: ['test/accuracy/attempt', 'test/accuracy/final', 'test/verifier/accuracy'],
    yRange: [0, 1],
  },
  {
    title: 'Cut, unanswered, unparsed',
    metrics: ['turns/truncated', 'turns/noAnswer', 'verifier/unparsed'],
    yRange: [0, 1],
  },
  { title: 'Groups without spread', metrics: ['group/withoutSpread'], yRange: [0, 1] },
  { title: 'Throughput', metrics: ['speed/rollout', 'speed/update'] },
  { title: 'Time per phase', metrics: ['time/rollout', 'time/update'] },
  { title: 'Gradient norm', metrics: ['update/gradientNorm'] },
  { title: 'Learning rate', metrics: ['update/learningRate'] },
  { title: 'Tokens of a step', metrics: ['tokens/generated'] },
]

/** What the main plots are preceded by in a run with a warm-up. */
const warmUpPlot: NamedPlot = namedPlot({
  title: 'Warm-up loss (stage 0)',
  metrics: ['warmUp/loss', 'warmUp/validationLoss'],
})

/** The plots of a run: the main ones, after its warm-up's where it has one. */
export function plotsOf(run: Pick<Run, 'stage' | 'latest'>): readonly NamedPlot[] {
  if (run.stage === 'warm-up') return [warmUpPlot].concat(warmUpFurther.map(namedPlot))
  return run.latest['warmUp/loss'] === undefined ? mainPlots : [warmUpPlot].concat(mainPlots)
}

/** Of a run that is only a warm-up. */
const warmUpFurther: readonly Further[] = [
  { title: 'Gradient norm', metrics: ['warmUp/gradientNorm'] },
  { title: 'Learning rate', metrics: ['warmUp/learningRate'] },
  { title: 'Throughput', metrics: ['speed/warmUp'] },
]

export const morePlots: readonly NamedPlot[] = further.map(namedPlot)

function namedPlot({ title, metrics, yRange }: Further): NamedPlot {
  const known = metrics.flatMap((name) => findMetric(name) ?? [])
  const units = [...new Set(known.map((metric) => metric.unit))]
  return {
    id: title.toLowerCase().replace(/[^a-z]+/g, '-'),
    shape: {
      title,
      kind: 'line',
      xLabel: 'step',
      yLabel: units.length === 1 ? (units[0] ?? (yRange === undefined ? 'value' : 'share')) : 'value',
      series: known.map((metric, index) => ({ metric: metric.name, label: metric.label, colour: index })),
      yRange: yRange ?? null,
      lines: [],
      note: [...new Set(known.map((metric) => metric.meaning))].join(' · '),
    },
  }
}
