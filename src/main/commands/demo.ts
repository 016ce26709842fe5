import { z } from 'zod'
import { addCommand, type CommandCall, type CommandResult, type Register } from './command.ts'
import { RunOutput } from './runResult.ts'
import { addConfigOptions, configOptionsShape, readConfigOptions } from './runConfigOptions.ts'

const Input = z.object(configOptionsShape)
const Output = z.object({ estimate: RunOutput, train: RunOutput.nullable(), plots: z.string().nullable() })

export const register: Register = (program, context) => {
  const command = addCommand(program, context, {
    name: 'demo',
    summary: 'the main job on the built-in model: both stages, held-out test before and after, six plots',
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
  const { startRun } = await import('../owner/startRuns.ts')
  const { withOwner, endOfRun } = await import('./ownedRun.ts')
  const { exportRun } = await import('../tools/exportRun.ts')
  const { lightTheme } = await import('../../shared/plots/plotTheme.ts')
  const { readRun } = await import('../store/runStore.ts')
  const config = await readConfigOptions(input, 'builtin')
  const plan = { config, source: 'the demo', group: 'demo' }
  return withOwner(call, 'recheck demo', async (owner) => {
    call.note('Stage 1: what is each problem worth to the reference policy? (V*)')
    const first = await startRun(owner, process.execPath, {
      ...plan,
      stage: 'estimate-v-star',
      vStarId: null,
    })
    const estimate = await endOfRun(owner, first.runId, call)
    if (estimate.output.status !== 'finished') {
      return {
        output: { estimate: estimate.output, train: null, plots: null },
        text: estimate.text,
        exitCode: estimate.exitCode ?? 1,
      }
    }
    call.note('Stage 2: attempt → own verdict → revision, trained on r − V*.')
    const { vStarId } = estimate.output
    const second = await startRun(owner, process.execPath, { ...plan, stage: 'self-correction', vStarId })
    const train = await endOfRun(owner, second.runId, call)
    const run = readRun(owner.db, second.runId)
    const plots = `${call.dataFolder}/exports/${run.runId}`
    const report = (done: number, total: number): void =>
      call.progress.update({ activity: 'drawing plots', done, total, unit: 'plots' })
    await exportRun({ db: owner.db, run, folder: plots, theme: lightTheme, pixelRatio: 1, onPlot: report })
    return {
      output: { estimate: estimate.output, train: train.output, plots },
      text: `${train.text}\n\nSix plots, CSV and config: ${plots}\nLook at it in a browser: npx --no-install recheck serve`,
      exitCode: train.exitCode ?? 1,
    }
  })
}
