import { z } from 'zod'
import type { Run } from '../../shared/records.ts'
import type { SweepSpec } from '../../shared/sweep/sweepSpec.ts'
import type { TrialScore } from '../../shared/sweep/sweepSummary.ts'
import type { SweepPoint, Trial } from '../../shared/sweep/sweepTrials.ts'
import { addCommand, type CommandCall, type CommandResult, type Register } from './command.ts'
import { readLayerFile } from './runConfigOptions.ts'
import type { RunAccess } from './runAccess.ts'
import { outputOf, SweepOutput, sweepText } from './sweepText.ts'

const Input = z.object({
  config: z.string(),
  retryFailed: z.boolean().default(false),
  dryRun: z.boolean().default(false),
})
type Input = z.infer<typeof Input>

export const register: Register = (program, context) => {
  addCommand(program, context, {
    name: 'sweep',
    summary: 'run every trial of a sweep, or what is left of it, and rank its points',
    examples: ['recheck sweep --config sweep.yaml', 'recheck sweep --config sweep.yaml --dry-run'],
    input: Input,
    output: SweepOutput,
    run: runSweep,
  })
    .requiredOption('--config <file>', 'the sweep, YAML or JSON: docs/sweeps.md')
    .option('--retry-failed', 'resume trials that failed, which are else left as they are')
    .option('--dry-run', 'list the trials and start none')
}

/** A sweep with everything that it consists of. */
interface Sweep {
  readonly spec: SweepSpec
  readonly points: readonly SweepPoint[]
  readonly trials: readonly Trial[]
}

async function readSweep(path: string): Promise<Sweep> {
  const { parseSweep } = await import('../../shared/sweep/sweepSpec.ts')
  const { sweepPoints, sweepTrials } = await import('../../shared/sweep/sweepTrials.ts')
  const { forkRandom } = await import('../../core/random.ts')
  const spec = parseSweep(await readLayerFile(path, 'a sweep'), path)
  const points = sweepPoints(spec, (seed) => {
    const random = forkRandom(seed, 'sweep')
    return () => random.next()
  })
  return { spec, points, trials: sweepTrials(spec, points) }
}

async function runSweep(input: Input, call: CommandCall): Promise<CommandResult<SweepOutput>> {
  const sweep = await readSweep(input.config)
  const { spec, trials, points } = sweep
  call.note(
    `Sweep ${spec.name}: ${trials.length} trials, ${points.length} points × ${spec.seeds.length} seeds.`,
  )
  const { withRuns } = await import('./runAccess.ts')
  const { checkedTrial } = await import('./runTrial.ts')
  const { needOf } = await import('./startedRun.ts')
  const plans = trials.map((trial) => checkedTrial({ trial, group: spec.name }))
  const [first] = plans
  if (first === undefined) throw new RangeError('runSweep: expected at least one trial')
  if (input.dryRun) {
    const text = trials.map(({ name }) => name).join('\n')
    return { output: outputOf(sweep, { runs: [], scores: [] }, null), text }
  }
  return withRuns(call, needOf('recheck sweep', first), async (runs) => {
    const end = await runTrials(runs, sweep, { input, call })
    const { scoresOf } = await import('./sweepScores.ts')
    const { runsOfSweep } = await import('./runTrial.ts')
    const found = await runs.read((db) => runsOfSweep(db, spec.name))
    const scores = await runs.read((db) => scoresOf(db, sweep.trials, { runs: found, metric: spec.metric }))
    return resultOf(sweep, { scores, runs: [...found.values()], end })
  })
}

/** What kept the sweep from its last trial; null = nothing. */
type SweepEnd = { readonly kind: 'stopped' | 'budget'; readonly why: string } | null

/** All trials to the first rung, the kept points to the next, and so on; one rung without halving. */
async function runTrials(
  runs: RunAccess,
  { spec, points, trials }: Sweep,
  given: { readonly input: Input; readonly call: CommandCall },
): Promise<SweepEnd> {
  const rungs = spec.halving?.steps ?? [null]
  let kept = points
  for (const [index, steps] of rungs.entries()) {
    const chosen = trials.filter(({ point }) => kept.includes(point))
    const end = await runRung(runs, { spec, chosen, steps }, given)
    if (end !== null) return end
    if (steps === null || index === rungs.length - 1) return null
    kept = await pointsAfter(runs, { spec, kept, chosen, steps })
    given.call.note(
      `After ${steps} steps ${kept.length} of ${points.length} points go on: ${kept.map(({ label }) => label).join('; ')}`,
    )
  }
  return null
}

async function runRung(
  runs: RunAccess,
  rung: { readonly spec: SweepSpec; readonly chosen: readonly Trial[]; readonly steps: number | null },
  { input, call }: { readonly input: Input; readonly call: CommandCall },
): Promise<SweepEnd> {
  const { runsOfSweep, runTrial } = await import('./runTrial.ts')
  const { spec, chosen, steps } = rung
  for (const [index, trial] of chosen.entries()) {
    const found = await runs.read((db) => runsOfSweep(db, spec.name))
    const before = found.get(trial.name) ?? null
    const spent = before === null ? spentBudget(spec, [...found.values()]) : null
    if (spent !== null) return { kind: 'budget', why: `its budget of ${spent} is used up` }
    call.note(`Trial ${index + 1} of ${chosen.length}: ${trial.name}`)
    const plan = { trial, group: spec.name, before, steps, retryFailed: input.retryFailed }
    const run = await runTrial(runs, plan, call)
    if (run.status === 'failed') call.note(`failed: ${run.error?.message ?? 'without a message'}`)
    if (call.signal.aborted || run.status === 'stopped' || run.status === 'paused')
      return { kind: 'stopped', why: 'it was stopped; the same command goes on' }
  }
  return null
}

/** What no further trial may begin for; a trial that has begun is always brought to its end. */
function spentBudget({ budget }: SweepSpec, begun: readonly Run[]): string | null {
  const { runs = Infinity, tokens = Infinity, hours = Infinity } = budget
  const sum = (value: (run: Run) => number): number => begun.reduce((total, run) => total + value(run), 0)
  if (begun.length >= runs) return `${runs} runs`
  if (sum((run) => run.tokensGenerated) >= tokens) return `${tokens} tokens`
  return sum((run) => run.activeMs) >= hours * 3_600_000 ? `${hours} hours` : null
}

async function pointsAfter(
  runs: RunAccess,
  rung: {
    readonly spec: SweepSpec
    readonly kept: readonly SweepPoint[]
    readonly chosen: readonly Trial[]
    readonly steps: number
  },
): Promise<readonly SweepPoint[]> {
  const { keptPoints, pointSummaries } = await import('../../shared/sweep/sweepSummary.ts')
  const { scoresOf } = await import('./sweepScores.ts')
  const { runsOfSweep } = await import('./runTrial.ts')
  const { spec, kept, chosen, steps } = rung
  const scores = await runs.read((db) =>
    scoresOf(db, chosen, { runs: runsOfSweep(db, spec.name), metric: spec.metric, step: steps }),
  )
  return keptPoints(pointSummaries(kept, scores), spec.halving?.keep ?? 1)
}

async function resultOf(
  sweep: Sweep,
  found: { readonly scores: readonly TrialScore[]; readonly runs: readonly Run[]; readonly end: SweepEnd },
): Promise<CommandResult<SweepOutput>> {
  const { comparePoints, summariseSweep } = await import('../../shared/sweep/sweepSummary.ts')
  const { forkRandom } = await import('../../core/random.ts')
  const random = forkRandom(0, 'sweep summary')
  const { spec, points, trials } = sweep
  const { scores, runs, end } = found
  const summary = summariseSweep(points, scores, (bound) => random.nextInt(bound))
  const compared = spec.points === undefined ? [] : comparePoints(points, scores)
  const failed = runs.filter(({ status }) => status === 'failed').length
  const open = trials.length - scores.length - failed
  const output = outputOf(sweep, { runs, scores }, { summary, compared })
  return {
    output,
    text: sweepText({ spec, summary, compared, failed, open, end: end?.why ?? null }),
    exitCode: end?.kind === 'stopped' ? 130 : failed > 0 ? 1 : 0,
  }
}
