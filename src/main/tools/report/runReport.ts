import { storedConfig } from '../../store/runs/storedConfig.ts'
import {
  formatCount,
  formatDifference,
  formatDuration,
  formatShare,
  formatTime,
  missing,
} from '../../../shared/text/format.ts'
import { headlineShares } from '../../../shared/metrics/headlineShares.ts'
import { findMetric } from '../../../shared/metrics/metrics.ts'
import { lightTheme } from '../../../shared/plots/plotTheme.ts'
import type { Evaluation, Proportion, Run } from '../../../shared/runs/records.ts'
import { gainFactors, revisionGain } from '../../../shared/runs/evaluation/revisionGain.ts'
import type { Database } from '../../store/database.ts'
import { readEvaluations } from '../../store/evaluationStore.ts'
import { configYaml } from '../exportRun.ts'
import type { PairedTest } from '../../../shared/runs/evaluation/pairedTest.ts'
import { pairedTest } from '../pairedTest.ts'
import { drawnPlots, runPlotSvg } from '../runPlots.ts'
import type { Block, ReportDocument } from './document.ts'
import { importedSection } from './importedSection.ts'
import { alarms, changedRollouts, differences } from './runParts.ts'

export interface ReportSetup {
  readonly db: Database
  /** At least one. */
  readonly runs: readonly Run[]
  readonly onPlot: (done: number, total: number) => void
}

/**
 * A report of runs: the question, what was set up, what came of it with intervals, plots, what the runs
 * differ in, rollouts that changed, alarms, hardware and how to do it again.
 */
export function runReport({ db, runs, onPlot }: ReportSetup): ReportDocument {
  const title = runs.length === 1 ? `Report on ${runs[0]?.name ?? ''}` : `Report on ${runs.length} runs`
  const total = runs.reduce((sum, run) => sum + drawnPlots(db, run).length, 0)
  let drawn = 0
  const sections = runs.flatMap((run) => {
    const pictures = picturesOf(run, db, () => onPlot(++drawn, total))
    return run.stage === 'imported' ? importedSection(db, run, pictures) : runSection(run, db, pictures)
  })
  const opening: Block[] = [
    { kind: 'heading', level: 1, text: title },
    {
      kind: 'text',
      text: 'Does the model check its own answer and correct it, and does training help? Shares are of held-out problems with 95 % intervals (Wilson); the gain of revising is Acc@final − Acc@t1 with an interval for matched pairs.',
    },
  ]
  const compared = runs.length === 1 ? [] : comparison(db, runs)
  return { title, blocks: opening.concat(compared, sections) }
}

function comparison(db: Database, runs: readonly Run[]): Block[] {
  const rows = runs.map((run) => {
    const last = testsOf(db, run).at(-1)
    const gain = last === undefined ? null : revisionGain(last)
    return [
      run.name,
      run.status,
      `${formatCount(run.stepsDone)} steps`,
      formatCount(run.tokensGenerated),
    ].concat(
      ['accuracy/attempt', 'accuracy/final', 'verifier/accuracy'].map((name) =>
        shareText(last?.proportions[name]),
      ),
      [gain === null ? missing : gainText(gain.gain)],
    )
  })
  return [
    { kind: 'heading', level: 2, text: 'Side by side, held-out test' },
    {
      kind: 'table',
      titles: ['run', 'status', 'length', 'tokens', 'Acc@t1', 'Acc@final', 'verifier', 'gain of revising'],
      rows,
    },
    { kind: 'heading', level: 2, text: 'What their configs differ in' },
    differences(runs),
  ]
}

function picturesOf(run: Run, db: Database, onPlot: () => void): Block[] {
  return drawnPlots(db, run).map(({ shape }): Block => {
    const svg = runPlotSvg(shape, { db, run, theme: lightTheme })
    onPlot()
    return { kind: 'picture', title: `${shape.title} of ${run.name}`, svg }
  })
}

function runSection(run: Run, db: Database, pictures: readonly Block[]): Block[] {
  const tests = testsOf(db, run)
  return [
    { kind: 'heading', level: 2, text: run.name },
    { kind: 'text', text: answerText(tests) },
    { kind: 'table', titles: ['', ''], rows: setup(run) },
    ...results(tests, pairedTest(db, run.runId)),
    ...pictures,
    ...changedRollouts(db, run),
    ...alarms(db, run),
    { kind: 'heading', level: 3, text: 'To do it again' },
    {
      kind: 'text',
      text: 'Save the config as run.yaml, then: recheck train --config run.yaml. The same seed gives the same bytes on the same kind of processor.',
    },
    { kind: 'code', text: configYaml(run.config).trimEnd(), title: `Config ${run.configHash}` },
  ]
}

function testsOf(db: Database, run: Run): Evaluation[] {
  return readEvaluations(db, run.runId)
    .filter(({ split }) => split === 'test')
    .toSorted((a, b) => a.step - b.step)
}

/** What the run answers, in one sentence. */
function answerText(tests: readonly Evaluation[]): string {
  const [first] = tests
  const last = tests.at(-1)
  if (first === undefined || last === undefined)
    return 'Nothing was evaluated on held-out problems, so nothing is answered.'
  const gain = revisionGain(last)
  const after =
    first === last
      ? ''
      : ` before, ${shareText(last.proportions['accuracy/final'])} after ${formatCount(last.step)} steps`
  const revising =
    gain === null
      ? ''
      : ` Revising adds ${gainText(gain.gain)}${gain.gain.low > 0 ? '' : gain.gain.high < 0 ? ', that is, it harms' : ', which may be nothing: the interval holds 0'}.`
  return `Acc@final on ${formatCount(last.problems)} problems: ${shareText(first.proportions['accuracy/final'])}${after}.${revising}`
}

function setup(run: Run): string[][] {
  const config = storedConfig(run)
  const source =
    typeof config.data.source === 'string' ? config.data.source : JSON.stringify(config.data.source)
  return [
    [
      'Run',
      `${run.runId}, ${run.status}, ${formatCount(run.stepsDone)} of ${formatCount(run.totalSteps)} steps`,
    ],
    ['Begun', formatTime(run.createdAtMs)],
    ['Model', config.model.path],
    [
      'Problems',
      `${source}; ${formatCount(config.data.train)} to train, ${formatCount(config.data.validation)} for validation, ${formatCount(config.data.test)} held out`,
    ],
    ['Method', `${config.method}, ${config.turns}, seed ${config.seed}`],
    ['Device', run.device ?? missing],
    ['Time', `${formatDuration(run.activeMs)}, ${formatCount(run.tokensGenerated)} tokens generated`],
    ['Notes', run.notes === '' ? missing : run.notes],
  ]
}

function results(tests: readonly Evaluation[], paired: PairedTest | null): Block[] {
  const [first] = tests
  const last = tests.at(-1)
  if (first === undefined || last === undefined) return []
  const shown = first === last ? [last] : [first, last]
  const titles = ['held-out test']
    .concat(shown.map(({ step }) => `step ${formatCount(step)}`))
    .concat(paired === null ? [] : ['difference, paired by problem'])
  const rows = headlineShares
    .filter(([name]) => last.proportions[name] !== undefined)
    .map(([name, label]) =>
      [findMetric(name)?.label ?? label]
        .concat(shown.map(({ proportions }) => shareText(proportions[name])))
        .concat(paired === null ? [] : [pairedText(paired, name)]),
    )
  return [
    { kind: 'heading', level: 3, text: 'Results' },
    {
      kind: 'table',
      titles,
      rows: rows.concat(gainRows(shown).map((row) => (paired === null ? row : row.concat('')))),
    },
  ]
}

function gainRows(evaluations: readonly Evaluation[]): string[][] {
  const gains = evaluations.map(revisionGain)
  if (gains.every((gain) => gain === null)) return []
  return [
    ['Gain of revising'].concat(gains.map((gain) => (gain === null ? missing : gainText(gain.gain)))),
    ...gainFactors.map(({ factor, label }) =>
      [`– ${label.toLowerCase()}`].concat(gains.map((gain) => shareText(gain?.[factor]))),
    ),
  ]
}

function pairedText({ differences }: PairedTest, name: string): string {
  const found = Object.entries(differences).find(([metric]) => metric === name)?.[1]
  return found === undefined ? '' : gainText({ value: found.estimate, low: found.low, high: found.high })
}

function gainText({ value, low, high }: { value: number; low: number; high: number }): string {
  return `${formatDifference(value)} [${formatDifference(low)}, ${formatDifference(high)}]`
}

function shareText(share: Proportion | undefined): string {
  if (share === undefined || share.value === null) return missing
  return `${formatShare(share.value)} [${formatShare(share.low)}, ${formatShare(share.high)}]`
}
