import { resolve } from 'node:path'
import { z } from 'zod'
import { formatCount } from '../../shared/text/format.ts'
import type { MethodScore } from '../../shared/sweep/methodComparison.ts'
import type { ReportDocument } from '../tools/report/document.ts'
import { addCommand, type CommandCall, type CommandResult, type Register } from './command.ts'
import { collect } from './runConfigOptions.ts'
import { addTrialOptions, trialOptionsShape } from './trialOptions.ts'
import type { Sweep } from '../../shared/sweep/sweepTrials.ts'
import type { SweepEnd } from '../owner/sweep/runRung.ts'

const Input = z.object({
  preset: z.string().default('builtin'),
  set: z.array(z.string()).default([]),
  methods: z.string().optional(),
  seeds: z.coerce.number().int().min(1).max(100).default(5),
  tokens: z.coerce.number().int().min(1).max(1_000_000_000),
  name: z.string().min(1).max(80).optional(),
  out: z.string().optional(),
  reportOnly: z.boolean().default(false),
  ...trialOptionsShape,
})
type Input = z.infer<typeof Input>

const Mean = z.object({
  mean: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  count: z.number(),
})
const Output = z.object({
  name: z.string(),
  trials: z.array(z.string()),
  methods: z.array(
    z.object({
      method: z.string(),
      seeds: z.number(),
      tokens: z.number().describe('generated in both stages, mean'),
      attempt: Mean,
      final: Mean,
      iqm: z.object({ estimate: z.number(), low: z.number(), high: z.number() }),
      gain: Mean,
      tokensPerSolved: z.number().nullable(),
      chanceOfBest: z.number().nullable(),
    }),
  ),
  differences: z.array(
    z.object({ method: z.string(), metric: z.string(), difference: Mean, p: z.number().nullable() }),
  ),
  file: z.string().nullable(),
})
type Output = z.infer<typeof Output>

export const register: Register = (program, context) => {
  const command = addCommand(program, context, {
    name: 'compare-methods',
    summary:
      'run training methods at equal generated tokens over seeds, or what is left of it, and compare them',
    examples: [
      'recheck compare-methods --preset builtin --seeds 5 --tokens 2000000 --out methods.html',
      'recheck compare-methods --tokens 400000 --seeds 2 --methods a-star-po-pag,grpo-4 --dry-run',
    ],
    input: Input,
    output: Output,
    run: compareMethods,
  })
  addTrialOptions(command)
    .requiredOption('--tokens <n>', 'generated tokens of a run, stage 1 among them')
    .option('--preset <name>', 'what all methods share: model, data, template, optimizer (default builtin)')
    .option(
      '--set <path=value>',
      'one field over the preset, for all methods; may be given again',
      collect,
      [],
    )
    .option('--methods <names>', 'comma-separated, the first is what the others are compared with; else all')
    .option('--seeds <n>', 'seeds 0 to n − 1 (default 5)')
    .option('--name <name>', 'group of its runs; another comparison needs another name')
    .option('--out <file>', 'new file: .html (one page), or .md with its pictures beside it')
    .option('--report-only', 'start nothing: a report of the runs that have finished')
}

async function compareMethods(input: Input, call: CommandCall): Promise<CommandResult<Output>> {
  const sweep = await sweepOfMethods(input)
  const { spec, trials, points } = sweep
  call.note(
    `${spec.name}: ${points.length} methods × ${spec.seeds.length} seeds, ${formatCount(input.tokens)} tokens a run.`,
  )
  const { withRuns } = await import('./runAccess.ts')
  const { checkedTrial } = await import('../owner/sweep/runTrial.ts')
  const { needOf } = await import('./startedRun.ts')
  const [first] = trials.map((trial) => checkedTrial({ trial, group: spec.name }))
  if (first === undefined) throw new RangeError('compareMethods: expected at least one trial')
  if (input.out !== undefined) await checkOutput(input.out, call)
  if (input.dryRun) {
    const names = trials.map(({ name }) => name)
    return {
      output: { name: spec.name, trials: names, methods: [], differences: [], file: null },
      text: names.join('\n'),
    }
  }
  if (input.reportOnly) return reportOfFinished(input, sweep, call)
  const { readPlace } = await import('./readPlace.ts')
  const place = await readPlace(input, call)
  return withRuns(call, needOf('recheck compare-methods', first), async (runs) => {
    const { runTrials } = await import('../owner/sweep/runTrials.ts')
    const { terminalHost } = await import('./terminalHost.ts')
    const { runsOfSweep } = await import('../owner/sweep/runTrial.ts')
    const { methodScores } = await import('../tools/sweeps/methodScores.ts')
    const parallel = input.parallel ?? null
    await runs.keepSweep({ kind: 'methods', spec, trials: trials.length, place, parallel })
    const end = await runTrials(sweep, {
      retryFailed: input.retryFailed,
      place,
      parallel,
      host: terminalHost(runs, call),
    })
    const scores = await runs.read((db) => methodScores(db, trials, runsOfSweep(db, spec.name)))
    return resultOf({ input, sweep, scores, end })
  })
}

async function reportOfFinished(
  input: Input,
  sweep: Sweep,
  call: CommandCall,
): Promise<CommandResult<Output>> {
  const { systemClock } = await import('../host/machine/clock.ts')
  const { readStore } = await import('../owner/withStore.ts')
  const { runsOfSweep } = await import('../owner/sweep/runTrial.ts')
  const { methodScores } = await import('../tools/sweeps/methodScores.ts')
  const scores = await readStore(call.dataFolder, systemClock, (db) =>
    methodScores(db, sweep.trials, runsOfSweep(db, sweep.spec.name)),
  )
  return resultOf({ input, sweep, scores, end: null })
}

async function sweepOfMethods(input: Input): Promise<Sweep> {
  const { comparedMethods } = await import('../../shared/config/methods.ts')
  const { parseSetting } = await import('../../shared/config/layers.ts')
  const { methodSweep } = await import('../../shared/sweep/methodSweep.ts')
  const { sweepOf } = await import('../../shared/sweep/sweepTrials.ts')
  const { preset, set, seeds, tokens, name = null } = input
  const methods =
    input.methods?.split(',').map((each) => each.trim()) ?? comparedMethods.map((each) => each.name)
  const settings = set.map(parseSetting)
  const asked = { preset, settings, methods, seeds, tokens, name }
  return sweepOf(methodSweep(asked, 'recheck compare-methods'), () => () => 0)
}

/** Before anything runs for hours. */
async function checkOutput(out: string, call: CommandCall): Promise<void> {
  const { assertNewReport } = await import('../tools/report/writeReport.ts')
  assertNewReport(resolve(out), call.dataFolder)
}

interface Compared {
  readonly input: Input
  readonly sweep: Sweep
  readonly scores: readonly MethodScore[]
  readonly end: SweepEnd
}

async function resultOf({ input, sweep, scores, end }: Compared): Promise<CommandResult<Output>> {
  const { methodReport } = await import('../tools/report/methodReport.ts')
  const { comparedMethodScores, settingOf } = await import('../tools/report/methodResults.ts')
  const { reportText } = await import('../tools/report/plainReport.ts')
  const { summaries, differences } = comparedMethodScores(sweep, scores)
  const open = sweep.trials.length - scores.length
  const exitCode = end?.kind === 'stopped' ? 130 : open > 0 && !input.reportOnly ? 1 : 0
  if (summaries.length === 0)
    return {
      output: emptyOutput(sweep),
      text: `No run has finished: ${end?.why ?? 'all of them failed'}.`,
      exitCode,
    }
  const report = methodReport({
    title: `Methods at ${formatCount(input.tokens)} generated tokens`,
    again: {
      title: 'Made by this command, which goes on where it was stopped:',
      text: commandLine(input),
    },
    setting: settingOf(sweep),
    summaries,
    differences,
    scores,
    open,
  })
  const isWritten = open === 0 || input.reportOnly
  const file = input.out === undefined || !isWritten ? null : await writeFile(input.out, report)
  return {
    output: {
      ...emptyOutput(sweep),
      methods: summaries.map(({ finalIqm, ...each }) => ({ ...each, iqm: finalIqm })),
      differences: differences.map((each) => ({ ...each })),
      file,
    },
    text: [reportText(report), file ?? leftText(input, open)].filter((part) => part !== '').join('\n\n'),
    exitCode,
  }
}

function emptyOutput({ spec, trials }: Sweep): Output {
  return { name: spec.name, trials: trials.map(({ name }) => name), methods: [], differences: [], file: null }
}

function leftText({ out }: Input, open: number): string {
  if (open === 0) return ''
  return `${open} runs are open; the same command goes on.${out === undefined ? '' : ' The report is written when all have finished.'}`
}

async function writeFile(out: string, report: ReportDocument): Promise<string> {
  const { writeDocument } = await import('../tools/report/writeReport.ts')
  const file = resolve(out)
  await writeDocument(file, report)
  return file
}

/** Without --out: what makes the numbers, wherever they are written. */
function commandLine({ preset, set, methods, seeds, tokens, name }: Input): string {
  const parts = [
    `recheck compare-methods --preset ${preset} --seeds ${seeds} --tokens ${tokens}`,
    methods === undefined ? '' : `--methods ${methods}`,
    ...set.map((each) => `--set ${each}`),
    name === undefined ? '' : `--name ${JSON.stringify(name)}`,
  ]
  return parts.filter((part) => part !== '').join(' ')
}
