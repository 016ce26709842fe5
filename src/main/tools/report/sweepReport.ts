import { findMetric } from '../../../shared/metrics/metrics.ts'
import { axisLabels } from '../../../shared/plots/plotData.ts'
import { linePlotOption } from '../../../shared/plots/plotOption.ts'
import { lightTheme } from '../../../shared/plots/plotTheme.ts'
import { pastText } from '../../../shared/runs/alarms.ts'
import { curveLines, curveShape } from '../../../shared/sweep/curvePlot.ts'
import type { SweepView } from '../../../shared/sweep/sweepView.ts'
import {
  formatCount,
  formatDifference,
  formatShare,
  formatTime,
  missing,
} from '../../../shared/text/format.ts'
import { plainLine } from '../../../shared/text/plainText.ts'
import { plotSvg } from '../../host/machine/plotFiles.ts'
import { openSweep } from '../../owner/sweep/openSweep.ts'
import type { Database } from '../../store/database.ts'
import { readSweep } from '../../store/sweepStore.ts'
import { configYaml } from '../exportRun.ts'
import { methodScores } from '../sweeps/methodScores.ts'
import { sweepCurves } from '../sweeps/sweepCurves.ts'
import { sweepMaterial, sweepView, type SweepMaterial } from '../sweeps/sweepView.ts'
import type { Block, ReportDocument } from './document.ts'
import { meanShareText, meanText } from './meanTexts.ts'
import { methodReport } from './methodReport.ts'
import { comparedMethodScores, settingOf } from './methodResults.ts'
import { changedRollouts, differences, warningsIn } from './runParts.ts'

const size = { width: 1200, height: 800 }
const axes = ['step', 'tokens', 'timeMs'] as const
/** Of points whose configs stand side by side, and of alarms that are listed. */
const mostCompared = 20
const mostAlarms = 200

/**
 * A report of a sweep, a comparison of methods or a group of runs: how its points rank, what was varied, how
 * they learn, its trials, alarms, hardware, and how to do it again.
 *
 * @param onPlot  plots drawn, of how many
 * @throws RecheckError `sweep.unknown`
 */
export function sweepReport(
  db: Database,
  name: string,
  onPlot: (done: number, total: number) => void,
): ReportDocument {
  const kept = readSweep(db, name)
  const material = sweepMaterial(db, name, kept === null ? null : { kept, sweep: openSweep(kept.spec) })
  if (material.kind === 'methods') {
    const methods = reportOfMethods(db, material)
    if (methods !== null) return methods
  }
  const view = sweepView(db, material, { state: 'idle', said: null })
  const title = `Report on the ${material.kind === 'group' ? 'group' : 'sweep'} ${name}`
  const blocks: Block[] = [
    { kind: 'heading', level: 1, text: title },
    { kind: 'text', text: questionOf(view) },
    { kind: 'text', text: bestText(view) },
    { kind: 'table', titles: ['', ''], rows: setup(view, material) },
    { kind: 'heading', level: 2, text: 'Points' },
    pointTable(view),
    ...importance(view),
    { kind: 'heading', level: 2, text: 'Learning curves' },
    ...curvePictures(db, { material, view, onPlot }),
    ...configsOf(material, view),
    { kind: 'heading', level: 2, text: 'Trials' },
    trialTable(view),
    ...alarmsOf(db, material),
    ...changedOfBest(db, material, view),
    ...again(material),
  ]
  return { title, blocks }
}

function questionOf({ points, metric, trials }: SweepView): string {
  return `Which of ${formatCount(points.length)} ${points.length === 1 ? 'point' : 'points'} is best? They are ranked by ${labelOf(metric)} of the validation split at the last evaluation of ${formatCount(trials.length)} trials: means over seeds with Student’s t intervals (95 %). The test split is looked at for the best point alone.`
}

function labelOf(metric: string): string {
  return findMetric(metric)?.label ?? metric
}

function bestText({ points, bestTest }: SweepView): string {
  const [best] = points
  if (best === undefined || best.validation === null)
    return 'No trial has finished with an evaluation on the validation split, so nothing is answered.'
  const test = bestTest === null ? 'It has no test score' : `Test Acc@final ${meanShareText(bestTest)}`
  const sure =
    best.chanceOfBest === null
      ? 'one seed a point does not say how sure it is to be the best'
      : `the best in ${percent(best.chanceOfBest)} of bootstrap draws of the seeds`
  return `Best by validation: ${best.label}, ${meanShareText(best.validation)}. ${test}; ${sure}.`
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`
}

function setup({ createdAtMs, trials }: SweepView, material: SweepMaterial): string[][] {
  const finished = trials.filter(({ status }) => status === 'finished').length
  const devices = [...new Set(material.trials.flatMap(({ run }) => run?.device ?? []))]
  const tokens = trials.reduce((sum, trial) => sum + (trial.tokens ?? 0), 0)
  return [
    ['Begun', formatTime(createdAtMs)],
    ['Trials', `${formatCount(finished)} of ${formatCount(trials.length)} finished`],
    ['Generated', `${formatCount(tokens)} tokens`],
    ['Devices', devices.length === 0 ? missing : devices.join('; ')],
  ]
}

function pointTable({ points, differences: compared }: SweepView): Block {
  const isCompared = compared.length > 0
  const titles = ['point', 'validation', 'seeds', 'chance of best', 'tokens of a run']
  const differenceOf = (label: string): string => {
    const found = compared.find(({ point }) => point === label)?.difference ?? null
    return found === null ? missing : meanText(found, formatDifference)
  }
  return {
    kind: 'table',
    titles: isCompared ? titles.concat('difference to the first, paired by seed') : titles,
    rows: points.map(({ label, validation, chanceOfBest, tokens }) =>
      [
        label,
        validation === null ? missing : meanShareText(validation),
        String(validation?.count ?? 0),
        chanceOfBest === null ? missing : percent(chanceOfBest),
        tokens === null ? missing : formatCount(Math.round(tokens)),
      ].concat(isCompared ? [differenceOf(label)] : []),
    ),
  }
}

function importance({ importance: shares }: SweepView): Block[] {
  if (shares.length === 0) return []
  return [
    { kind: 'heading', level: 2, text: 'Share of the variance that a field explains alone (η²)' },
    {
      kind: 'table',
      titles: ['field', 'share'],
      rows: shares.map(({ path, share }) => [path, percent(share)]),
    },
  ]
}

interface Drawn {
  readonly material: SweepMaterial
  readonly view: SweepView
  readonly onPlot: (done: number, total: number) => void
}

function curvePictures(db: Database, { material, view, onPlot }: Drawn): Block[] {
  const metric = `validation/${view.metric}` as const
  const labels = view.points.map(({ label }) => label)
  return axes.map((axis, index): Block => {
    const curves = sweepCurves(db, material, labels, { metric, axis })
    const shape = curveShape(metric, axis, {
      title: `${labelOf(metric)} by ${axisLabels[axis]}`,
      note: 'Mean over seeds; bands: Student’s t interval (95 %). The best twelve points at most.',
    })
    const lines = curveLines(curves, axis)
    const proof = `${formatCount(view.trials.length)} trials`
    const option = linePlotOption(shape, lines, {
      theme: lightTheme,
      xLabel: shape.xLabel,
      logScale: false,
      smoothing: 0,
      scale: 1.3,
      picture: { width: size.width, stamps: [{ name: plainLine(view.name), proof }] },
    })
    const svg = plotSvg(option, size)
    onPlot(index + 1, axes.length)
    return { kind: 'picture', title: shape.title, svg }
  })
}

/** Of each point one run: what stands in its config beside the seed. */
function configsOf({ trials }: SweepMaterial, { points }: SweepView): Block[] {
  const shown = points.slice(0, mostCompared).flatMap(({ label }) => {
    const run = trials.find((trial) => trial.point.label === label && trial.run !== null)?.run ?? null
    return run === null ? [] : [run]
  })
  if (shown.length < 2) return []
  const which = points.length > mostCompared ? `, of the best ${mostCompared}` : ''
  return [
    { kind: 'heading', level: 2, text: `What the points’ configs differ in${which}` },
    differences(shown),
  ]
}

function trialTable({ trials }: SweepView): Block {
  return {
    kind: 'table',
    titles: ['trial', 'run', 'status', 'seed', 'steps', 'validation', 'tokens'],
    rows: trials.map(({ name, runId, status, seed, stepsDone, validation, tokens }) => [
      name,
      runId ?? missing,
      status ?? 'not begun',
      String(seed),
      stepsDone === null ? missing : formatCount(stepsDone),
      formatShare(validation),
      tokens === null ? missing : formatCount(tokens),
    ]),
  }
}

function alarmsOf(db: Database, { trials }: SweepMaterial): Block[] {
  const rows = trials.flatMap(({ name, run }) =>
    run === null
      ? []
      : warningsIn(db, run.runId).map((warning) => [name, pastText(warning), warning.remedy ?? missing]),
  )
  const more = rows.length - mostAlarms
  return [
    { kind: 'heading', level: 2, text: 'Alarms and warnings' },
    rows.length === 0
      ? { kind: 'text', text: 'None.' }
      : { kind: 'table', titles: ['trial', 'what', 'remedy'], rows: rows.slice(0, mostAlarms) },
    ...(more > 0 ? [{ kind: 'text', text: `And ${formatCount(more)} more.` } as const] : []),
  ]
}

function changedOfBest(db: Database, { trials }: SweepMaterial, { points }: SweepView): Block[] {
  const [best] = points
  const run = trials.find(
    (trial) => trial.point.label === best?.label && trial.run?.status === 'finished',
  )?.run
  return run === null || run === undefined ? [] : changedRollouts(db, run)
}

/** The plan where there is one; a group has none. */
function again({ opened }: SweepMaterial): Block[] {
  if (opened === null) return []
  return [
    { kind: 'heading', level: 2, text: 'To do it again' },
    {
      kind: 'text',
      text: 'Save the sweep as sweep.yaml, then: recheck sweep --config sweep.yaml. The same command goes on where it was stopped.',
    },
    { kind: 'code', text: specYaml(opened.kept.spec), title: 'Sweep' },
  ]
}

function specYaml(spec: unknown): string {
  return configYaml(JSON.stringify(spec)).trimEnd()
}

/** As `compare-methods` writes it; null before a trial has finished. */
function reportOfMethods(db: Database, { name, opened, trials }: SweepMaterial): ReportDocument | null {
  if (opened === null) return null
  const { sweep, kept } = opened
  const runs = new Map(
    trials.flatMap(({ name: trial, run }) => (run === null ? [] : [[trial, run] as const])),
  )
  const scores = methodScores(db, sweep.trials, runs)
  const compared = comparedMethodScores(sweep, scores)
  if (compared.summaries.length === 0) return null
  return methodReport({
    ...compared,
    title: `Methods: ${name}`,
    again: {
      title: 'Save as methods.yaml, then: recheck sweep --config methods.yaml',
      text: specYaml(kept.spec),
    },
    setting: settingOf(sweep),
    scores,
    open: sweep.trials.length - scores.length,
  })
}
