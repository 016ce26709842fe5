import { z } from 'zod'
import type { Run } from '../../shared/runs/records.ts'
import type { TrialScore } from '../../shared/sweep/sweepSummary.ts'
import { addCommand, type CommandCall, type CommandResult, type Register } from './command.ts'
import { readLayerFile } from './runConfigOptions.ts'
import { addTrialOptions, trialOptionsShape } from './trialOptions.ts'
import type { Sweep } from '../../shared/sweep/sweepTrials.ts'
import type { SweepEnd } from '../owner/sweep/runRung.ts'
import { outputOf, SweepOutput, sweepText } from './sweepText.ts'

const Input = z.object({
  config: z.string(),
  ...trialOptionsShape,
})
type Input = z.infer<typeof Input>

export const register: Register = (program, context) => {
  const command = addCommand(program, context, {
    name: 'sweep',
    summary: 'run every trial of a sweep, or what is left of it, and rank its points',
    examples: [
      'recheck sweep --config sweep.yaml',
      'recheck sweep --config sweep.yaml --dry-run',
      'recheck sweep --config sweep.yaml --engine ray --address http://head:8265 --shared /nfs/recheck --gpus 1',
    ],
    input: Input,
    output: SweepOutput,
    run: runSweep,
  })
  addTrialOptions(command).requiredOption('--config <file>', 'the sweep, YAML or JSON: docs/sweeps.md')
}

async function readSweep(path: string): Promise<Sweep> {
  const { parseSweep } = await import('../../shared/sweep/sweepSpec.ts')
  const { openSweep } = await import('../owner/sweep/openSweep.ts')
  return openSweep(parseSweep(await readLayerFile(path, 'a sweep'), path))
}

async function runSweep(input: Input, call: CommandCall): Promise<CommandResult<SweepOutput>> {
  const sweep = await readSweep(input.config)
  const { spec, trials, points } = sweep
  call.note(
    `Sweep ${spec.name}: ${trials.length} trials, ${points.length} points × ${spec.seeds.length} seeds.`,
  )
  const { withRuns } = await import('./runAccess.ts')
  const { checkedTrial } = await import('../owner/sweep/runTrial.ts')
  const { needOf } = await import('./startedRun.ts')
  const plans = trials.map((trial) => checkedTrial({ trial, group: spec.name }))
  const [first] = plans
  if (first === undefined) throw new RangeError('runSweep: expected at least one trial')
  if (input.dryRun) {
    const text = trials.map(({ name }) => name).join('\n')
    return { output: outputOf(sweep, { runs: [], scores: [] }, null), text }
  }
  const { readPlace } = await import('./readPlace.ts')
  const place = await readPlace(input, call)
  return withRuns(call, needOf('recheck sweep', first), async (runs) => {
    const { runTrials } = await import('../owner/sweep/runTrials.ts')
    const { terminalHost } = await import('./terminalHost.ts')
    const parallel = input.parallel ?? null
    await runs.keepSweep({ kind: 'sweep', spec, trials: trials.length, place, parallel })
    const host = terminalHost(runs, call)
    const end = await runTrials(sweep, { retryFailed: input.retryFailed, place, parallel, host })
    const { scoresOf } = await import('../owner/sweep/sweepScores.ts')
    const { runsOfSweep } = await import('../owner/sweep/runTrial.ts')
    const found = await runs.read((db) => runsOfSweep(db, spec.name))
    const scores = await runs.read((db) => scoresOf(db, sweep.trials, { runs: found, metric: spec.metric }))
    return resultOf(sweep, { scores, runs: [...found.values()], end })
  })
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
