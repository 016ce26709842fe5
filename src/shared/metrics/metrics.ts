import { evaluatedMetrics, metricTable } from './table.ts'
import type { MetricEntry, PlotId, ReportedMetricName } from './table.ts'
import type { LinePattern } from '../plots/linePattern.ts'

export type Metric = MetricEntry
export type { PlotId }

export interface PlotSeries {
  /** Of the registry, or of an imported run. */
  readonly metric: string
  readonly label: string
  /** Index into the chart palette, so that a series keeps its colour in every view. */
  readonly colour: number
  /** Left out: solid. */
  readonly pattern?: LinePattern
}

/**
 * A value that one of a plot's metrics should stay above or below, drawn across the plot and named in its
 * legend.
 */
export interface PlotThreshold {
  readonly value: number
  readonly metric: ReportedMetricName
  readonly label: string
  /** Switched off in the legend. */
  readonly hidden?: boolean
}

/** One of the main plots of a run: the six of the notebook this project began as, and accuracy beside rewards. */
export interface Plot {
  readonly id: PlotId
  readonly title: string
  readonly kind: 'line' | 'histogram'
  readonly xLabel: string
  readonly yLabel: string
  readonly series: readonly PlotSeries[]
  /** null = from the data. */
  readonly yRange: readonly [number, number] | null
  readonly lines: readonly PlotThreshold[]
  /** One line under the title. */
  readonly note: string
}

const splits = [
  { prefix: 'validation', label: 'validation' },
  { prefix: 'test', label: 'test' },
] as const

/**
 * Every metric: those of the training batch, then the same questions asked of the validation and test splits.
 */
export const metrics: readonly Metric[] = [
  ...metricTable,
  ...splits.flatMap(({ prefix, label }) =>
    evaluatedMetrics.map((metric) => ({
      ...metric,
      name: `${prefix}/${metric.name}` as const,
      label: `${metric.label} (${label})`,
      plot: null,
    })),
  ),
]

const metricsByName: ReadonlyMap<string, Metric> = new Map(metrics.map((metric) => [metric.name, metric]))

/** The metric of that name, or null. */
export function findMetric(name: string): Metric | null {
  return metricsByName.get(name) ?? null
}

/**
 * The main plots, in the order in which they are shown. Stage 1's stands last: the tab V* has it too.
 */
export const plots: readonly Plot[] = [
  {
    id: 'training-loss',
    title: 'Training loss',
    kind: 'line',
    xLabel: 'step',
    yLabel: 'loss (reward²)',
    series: [
      { metric: 'loss/policy', label: 'all turns', colour: 0 },
      { metric: 'loss/solver', label: 'attempts and revisions', colour: 1 },
      { metric: 'loss/verifier', label: 'verdicts', colour: 2 },
    ],
    yRange: null,
    lines: [],
    note: 'Σ λ·(β₂ρ − (r − V))² per problem; it need not fall: the baseline is fixed, the rollouts change',
  },
  {
    id: 'policy-rewards',
    title: 'Policy rewards',
    kind: 'line',
    xLabel: 'step',
    yLabel: 'mean reward',
    series: [
      { metric: 'reward/attempt', label: 'turn 1, attempts', colour: 0 },
      { metric: 'reward/revision', label: 'revisions', colour: 1 },
      { metric: 'reward/verdict', label: 'verdicts', colour: 2 },
      { metric: 'reward/trajectory', label: 'whole trajectory', colour: 3 },
    ],
    yRange: null,
    lines: [],
    note: 'mean reward as it was trained on, bonus and balancing included; the trajectory is the sum of a rollout’s turns',
  },
  {
    id: 'answer-accuracy',
    title: 'Answer accuracy',
    kind: 'line',
    xLabel: 'step',
    yLabel: 'share of correct answers',
    series: [
      { metric: 'accuracy/attempt', label: 'turn 1 (Acc@t1)', colour: 0 },
      { metric: 'accuracy/final', label: 'final (Acc@final)', colour: 1 },
      { metric: 'validation/accuracy/attempt', label: 'turn 1, validation', colour: 0, pattern: 'dashed' },
      { metric: 'validation/accuracy/final', label: 'final, validation', colour: 1, pattern: 'dashed' },
    ],
    yRange: [0, 1],
    lines: [],
    note: 'share of the step’s rollouts; the final answer is the revision’s where there is one',
  },
  {
    id: 'verifier-accuracy',
    title: 'Verifier accuracy',
    kind: 'line',
    xLabel: 'step',
    yLabel: 'share of verdicts',
    series: [
      { metric: 'verifier/accuracy', label: 'accuracy', colour: 0 },
      { metric: 'verifier/baseRate', label: 'base rate (always “correct”)', colour: 5, pattern: 'dashed' },
      { metric: 'verifier/correctRecall', label: 'correct recall', colour: 1 },
      { metric: 'verifier/wrongRecall', label: 'wrong recall', colour: 3 },
    ],
    yRange: [0, 1],
    lines: [],
    note: 'an unparsed verdict counts as an error; recalls are shares of correct and of wrong attempts',
  },
  {
    id: 'change-ratio',
    title: 'Answer change ratio',
    kind: 'line',
    xLabel: 'step',
    yLabel: 'share with another answer',
    series: [
      { metric: 'revision/changeRatio', label: 'of revised rollouts', colour: 0 },
      { metric: 'revision/changeRatioAll', label: 'of all rollouts', colour: 1 },
      { metric: 'revision/changeRatioWrong', label: 'of revised wrong attempts', colour: 2 },
    ],
    yRange: [0, 1],
    lines: [{ value: 0.5, metric: 'revision/changeRatioWrong', label: 'collapse below 0.5' }],
    note: 'undefined, not 0, in a step without revisions',
  },
  {
    id: 'revision-rate',
    title: 'Revision rate',
    kind: 'line',
    xLabel: 'step',
    yLabel: 'share of rollouts',
    series: [
      { metric: 'revision/rate', label: 'revised', colour: 0 },
      { metric: 'revision/wrongToRight', label: 'wrong → correct', colour: 2 },
      { metric: 'revision/rightToWrong', label: 'correct → wrong', colour: 3 },
    ],
    yRange: [0, 1],
    lines: [],
    note: 'shares of all rollouts of the step',
  },
  {
    id: 'v-star',
    title: 'V* distribution',
    kind: 'histogram',
    xLabel: 'V* of the attempt (reward)',
    yLabel: 'problems',
    series: [{ metric: 'vStar/mean', label: 'problems', colour: 0 }],
    yRange: null,
    lines: [],
    note: 'problems at 0 and at 1 carry no signal',
  },
]
