import {
  formatCount,
  formatDifference,
  formatDuration,
  formatNumber,
  formatShare,
  missing,
} from '../../../shared/text/format.ts'
import { patternOf } from '../../../shared/plots/linePattern.ts'
import { lightTheme } from '../../../shared/plots/plotTheme.ts'
import { linePlotOption, type PlotShape } from '../../../shared/plots/plotOption.ts'
import type { PlotLine } from '../../../shared/plots/plotData.ts'
import {
  meanCurve,
  type CurvePoint,
  type MethodDifference,
  type MethodScore,
  type MethodSummary,
} from '../../../shared/sweep/methodComparison.ts'
import { plotSvg } from '../../host/machine/plotFiles.ts'
import type { Block, ReportDocument } from './document.ts'
import { meanShareText, meanText } from './meanTexts.ts'

export interface MethodReport {
  readonly title: string
  /** How to make it, as typed or as a file; the same goes on where it was stopped. */
  readonly again: { readonly title: string; readonly text: string }
  /** What all runs share, for people. */
  readonly setting: string
  readonly summaries: readonly MethodSummary[]
  readonly differences: readonly MethodDifference[]
  readonly scores: readonly MethodScore[]
  /** Trials without a finished run. */
  readonly open: number
}

/** Fewer seeds than this show large differences only. */
const fewSeeds = 5

/** Methods side by side at equal generated tokens. */
export function methodReport(report: MethodReport): ReportDocument {
  const { title, again, setting, summaries } = report
  const blocks: Block[] = [
    { kind: 'heading', level: 1, text: title },
    { kind: 'text', text: setting },
    { kind: 'text', text: cautionOf(report) },
    { kind: 'code', title: again.title, text: again.text },
    { kind: 'heading', level: 2, text: 'Held-out test' },
    resultTable(summaries),
    { kind: 'text', text: resultNote },
    { kind: 'heading', level: 2, text: `Differences to ${summaries[0]?.method ?? ''}` },
    differenceTable(report.differences),
    {
      kind: 'text',
      text: 'Paired by seed: the same problems, the same draws of the evaluation. The intervals of a column hold together with 95 % (Bonferroni); p is of the paired t test, adjusted for all comparisons of a column (Holm).',
    },
    { kind: 'heading', level: 2, text: 'What it costs' },
    costTable(summaries),
    { kind: 'heading', level: 2, text: 'Learning curves' },
    ...curveBlocks(report),
    { kind: 'heading', level: 2, text: 'Every run' },
    runTable(report.scores),
    { kind: 'heading', level: 2, text: 'What the papers report' },
    ...published,
  ]
  return { title, blocks }
}

const resultNote =
  'Mean over seeds with Student’s t interval (95 %); in brackets after IQM, the interquartile mean, its bootstrap interval over seeds, which is too narrow with few of them. Learned is Acc@final after − before. Gain of revising is Acc@final − Acc@t1. Chance is the share of bootstrap draws of the seeds in which the method’s Acc@final is the highest.'

function cautionOf({ summaries, open }: MethodReport): string {
  const isFew = summaries.some(({ seeds }) => seeds < fewSeeds)
  const few = isFew
    ? ` This is of ${seedsText(summaries)}: a difference that is not shown here may well exist, and one that is shown may be luck. At least ${fewSeeds} are wanted.`
    : ''
  const unfinished = open === 1 ? '1 run has' : `${open} runs have`
  const left = open === 0 ? '' : ` ${unfinished} not finished; what is shown is of those that have.`
  return `Methods are compared at equal generated tokens: a run ends with the step in which stages 1 and 2 together have generated its budget.${few}${left}`
}

function resultTable(summaries: readonly MethodSummary[]): Block {
  return {
    kind: 'table',
    titles: [
      'method',
      'seeds',
      'Acc@t1',
      'Acc@final',
      'IQM',
      'learned',
      'gain of revising',
      'balanced verifier',
      'chance',
    ],
    rows: summaries.map((each) => [
      each.method,
      String(each.seeds),
      meanShareText(each.attempt),
      meanShareText(each.final),
      iqmText(each),
      meanText(each.learned, formatDifference),
      meanText(each.gain, formatDifference),
      each.balancedVerifier === null ? missing : meanShareText(each.balancedVerifier),
      each.chanceOfBest === null ? missing : `${(100 * each.chanceOfBest).toFixed(0)} %`,
    ]),
  }
}

/** Of one seed there is nothing to draw again. */
function iqmText({ seeds, finalIqm: { estimate, low, high } }: MethodSummary): string {
  return seeds < 2
    ? formatShare(estimate)
    : `${formatShare(estimate)} [${formatShare(low)}, ${formatShare(high)}]`
}

function differenceTable(differences: readonly MethodDifference[]): Block {
  return {
    kind: 'table',
    titles: ['method', 'of', 'difference', 'p', 'seeds'],
    rows: differences.map(({ method, metric, difference, p }) => [
      method,
      metric,
      meanText(difference, formatDifference),
      p === null ? missing : p < 0.001 ? '< 0.001' : p.toFixed(3),
      String(difference.count),
    ]),
  }
}

function costTable(summaries: readonly MethodSummary[]): Block {
  return {
    kind: 'table',
    titles: [
      'method',
      'training tokens',
      'steps',
      'time of a run',
      'tokens an answer',
      'tokens per solved problem',
    ],
    rows: summaries.map((each) => [
      each.method,
      formatCount(Math.round(each.tokens)),
      formatNumber(Number(each.steps.toFixed(1))),
      formatDuration(each.ms),
      each.answerTokens === null ? missing : each.answerTokens.toFixed(1),
      each.tokensPerSolved === null ? missing : each.tokensPerSolved.toFixed(1),
    ]),
  }
}

const size = { width: 1200, height: 800 }

function curveBlocks(report: MethodReport): readonly Block[] {
  const isMeasured = report.scores.some(({ curve }) => curve.length > 0)
  return isMeasured
    ? [...curvePictures(report), curveTable(report)]
    : [
        {
          kind: 'text',
          text: 'There are none: the runs have no validation problems to be evaluated on (data.validation is 0).',
        },
      ]
}

function curvePictures({ summaries, scores, title }: MethodReport): Block[] {
  const curves = summaries.map(({ method }) => ({
    method,
    points: meanCurve(scores.filter((score) => score.method === method)),
  }))
  const axes: readonly (readonly [label: string, value: (point: CurvePoint) => number])[] = [
    ['generated tokens, stage 1 among them', ({ tokens }) => Math.round(tokens)],
    ['active time, minutes', ({ ms }) => ms / 60_000],
  ]
  return axes.map(([xLabel, x]): Block => {
    const shape: PlotShape = {
      title: `Acc@final on validation by ${xLabel}`,
      kind: 'line',
      xLabel,
      yLabel: 'Acc@final',
      series: [],
      yRange: null,
      lines: [],
      note: 'Mean over seeds. A line begins where stage 1 ends.',
    }
    const lines = curves.map(({ method, points }, colour): PlotLine => ({
      label: method,
      colour,
      pattern: patternOf(colour),
      points: points.map((point) => [x(point), point.accuracy]),
    }))
    const option = linePlotOption(shape, lines, {
      theme: lightTheme,
      xLabel,
      logScale: false,
      smoothing: 0,
      scale: 1.3,
      picture: { width: size.width, stamps: [{ name: title, proof: seedsText(summaries) }] },
    })
    return { kind: 'picture', title: shape.title, svg: plotSvg(option, size) }
  })
}

function seedsText(summaries: readonly MethodSummary[]): string {
  const counts = summaries.map(({ seeds }) => seeds)
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  return `${least === most ? least : `${least} to ${most}`} ${most === 1 ? 'seed' : 'seeds'} a method`
}

function curveTable({ summaries, scores }: MethodReport): Block {
  return {
    kind: 'table',
    titles: ['method', 'step', 'tokens', 'minutes', 'Acc@final on validation'],
    rows: summaries.flatMap(({ method }) =>
      meanCurve(scores.filter((score) => score.method === method)).map(({ step, tokens, ms, accuracy }) => [
        method,
        formatNumber(Number(step.toFixed(1))),
        formatCount(Math.round(tokens)),
        (ms / 60_000).toFixed(1),
        formatShare(accuracy),
      ]),
    ),
  }
}

function runTable(scores: readonly MethodScore[]): Block {
  return {
    kind: 'table',
    titles: [
      'method',
      'seed',
      'steps',
      'tokens',
      'Acc@t1 before',
      'Acc@t1 after',
      'Acc@final before',
      'Acc@final after',
    ],
    rows: scores.map((score) => [
      score.method,
      String(score.seed),
      formatCount(score.steps),
      formatCount(score.tokens),
      formatShare(score.attemptBefore),
      formatShare(score.attempt),
      formatShare(score.finalBefore),
      formatShare(score.final),
    ]),
  }
}

/** PAG's own table, and what A*-PO claims. */
const published: readonly Block[] = [
  {
    kind: 'table',
    titles: ['method', 'Acc@t1, %', 'Acc@final, %'],
    rows: [
      ['base model', '53.2', '52.4'],
      ['single turn', '61.6', '62.4'],
      ['direct multi-turn', '62.1', '64.0'],
      ['SCoRe', '61.9', '63.9'],
      ['PAG', '62.2', '65.2'],
    ],
  },
  {
    kind: 'text',
    text: 'PAG (arXiv 2506.10406), Qwen2.5-1.5B-Instruct on MATH500, by PPO with a critic. A*-PO (arXiv 2505.20686) reports GRPO’s accuracy in 1/1.8 to 1/2.2 of its time, 7B to 1.5B on MATH, against GRPO with 8 rollouts a problem, stage 1 apart.',
  },
]
