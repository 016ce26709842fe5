import { join } from 'node:path'
import { z } from 'zod'
import { addCommand, type CommandCall, type CommandResult, type Register } from './command.ts'
import type { RunAccess } from './runAccess.ts'
import { RunOutput } from './runResult.ts'
import { addConfigOptions, configOptionsShape, readConfigOptions } from './runConfigOptions.ts'

const Input = z.object(configOptionsShape)
const Output = z.object({ estimate: RunOutput, train: RunOutput.nullable(), plots: z.string().nullable() })

export const register: Register = (program, context) => {
  const command = addCommand(program, context, {
    name: 'demo',
    summary: 'the main job on the built-in model: both stages, held-out test before and after, plots',
    examples: ['recheck demo', 'recheck demo --set seed=1'],
    input: Input,
    output: Output,
    run: runDemo,
  })
  addConfigOptions(command)
}

async function runDemo(
  input: z.infer<typeof Input>,
  call: CommandCall,
): Promise<CommandResult<z.infer<typeof Output>>> {
  const { withRuns } = await import('./runAccess.ts')
  const { checkedPlan } = await import('../owner/startRuns.ts')
  const { needOf, startAndName } = await import('./startedRun.ts')
  const { endOfRun } = await import('./endOfRun.ts')
  const config = await readConfigOptions(input, 'builtin')
  const plan = checkedPlan({
    stage: 'estimate-v-star',
    config,
    source: 'the demo',
    vStarId: null,
    group: 'demo',
  })
  const { fetchWhatIsMissing } = await import('./library/fetchWhatIsMissing.ts')
  await fetchWhatIsMissing(plan.config, call, input.yes)
  const { assertMayExport } = await import('../tools/exportRun.ts')
  const exports = join(call.dataFolder, 'exports')
  // before minutes of training, not after them
  assertMayExport(join(exports, 'new'), call.dataFolder)
  return withRuns(call, needOf('recheck demo', plan), async (runs) => {
    call.note('Stage 1: what is each problem worth to the reference policy? (V*)')
    const estimate = await endOfRun(runs, await startAndName(runs, plan, call), call)
    if (estimate.output.status !== 'finished') {
      return {
        output: { estimate: estimate.output, train: null, plots: null },
        text: estimate.text,
        exitCode: estimate.exitCode ?? 1,
      }
    }
    call.note('Stage 2: attempt → own verdict → revision, trained on r − V*.')
    const { vStarId } = estimate.output
    const runId = await startAndName(runs, { ...plan, stage: 'self-correction', vStarId }, call)
    const train = await endOfRun(runs, runId, call)
    const folder = join(exports, runId)
    await drawPlots(runs, runId, { folder, call })
    return {
      output: { estimate: estimate.output, train: train.output, plots: folder },
      text: `${train.text}\n\nPlots, CSV and config: ${folder}\nLook at it in a browser: npx --no-install recheck serve`,
      exitCode: train.exitCode ?? 1,
    }
  })
}

async function drawPlots(
  runs: RunAccess,
  runId: string,
  { folder, call }: { readonly folder: string; readonly call: CommandCall },
): Promise<void> {
  const { exportRun } = await import('../tools/exportRun.ts')
  const { lightTheme } = await import('../../shared/plots/plotTheme.ts')
  const { readRun } = await import('../store/runs/runStore.ts')
  const onPlot = (done: number, total: number): void =>
    call.progress.update({ activity: 'drawing plots', done, total, unit: 'plots' })
  await runs.read((db) =>
    exportRun({
      db,
      run: readRun(db, runId),
      folder,
      theme: lightTheme,
      pixelRatio: 1,
      parquet: null,
      onPlot,
    }),
  )
}
