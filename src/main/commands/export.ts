import { resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { isOver } from '../../shared/runs/runTransitions.ts'
import { addCommand, type CommandCall, type CommandResult, type Register } from './command.ts'
import { runArgument } from './runArgument.ts'

const Input = z
  .object({
    run: z.string(),
    out: z.string().optional(),
    dark: z.boolean().default(false),
    scale: z.coerce.number().int().min(1).max(4).default(1),
    parquet: z.boolean().default(false),
    tensorboard: z.string().min(1).optional(),
    follow: z.boolean().default(false),
  })
  .refine(({ tensorboard, follow }) => !follow || tensorboard !== undefined, {
    message: '--follow goes with --tensorboard <folder>',
  })
  .refine(({ tensorboard, out, parquet }) => tensorboard === undefined || (out === undefined && !parquet), {
    message: '--tensorboard writes event files alone; leave --out and --parquet to another call',
  })
type Input = z.output<typeof Input>
const Output = z.object({ runId: z.string(), folder: z.string(), files: z.array(z.string()) })
type Result = CommandResult<z.infer<typeof Output>>

export const register: Register = (program, context) => {
  addCommand(program, context, {
    name: 'export',
    summary:
      'write the main plots (PNG, SVG), every point (CSV) and the config of a run; or TensorBoard’s event files',
    examples: [
      'recheck export run-20261122-153045-7f3a9c',
      'recheck export 7f3a9c --out plots --scale 2 --dark',
      'recheck export 7f3a9c --parquet',
      'recheck export 7f3a9c --tensorboard logs --follow   # then: tensorboard --logdir logs',
    ],
    input: Input,
    output: Output,
    run: (input, call) =>
      input.tensorboard === undefined ? exportPlots(input, call) : mirror(input, input.tensorboard, call),
  })
    .argument('<run>', runArgument)
    .option('--out <folder>', 'new folder (else exports/<run> in the data folder)')
    .option('--dark', 'dark theme')
    .option('--scale <n>', 'PNG pixels per point, 1 to 4; 1 = 1,200 × 800')
    .option('--parquet', 'metrics and rollouts as Parquet files, too')
    .option('--tensorboard <folder>', 'in the place of all that, event files in a folder of TensorBoard')
    .option('--follow', 'with --tensorboard: go on while the run trains, until it is over or Ctrl-C')
}

async function exportPlots(input: Input, call: CommandCall): Promise<Result> {
  const { systemClock } = await import('../host/machine/clock.ts')
  const { exportRun } = await import('../tools/exportRun.ts')
  const { readStore } = await import('../owner/withStore.ts')
  const { findRun } = await import('../store/runs/findRun.ts')
  const { darkTheme, lightTheme } = await import('../../shared/plots/plotTheme.ts')
  return readStore(call.dataFolder, systemClock, async (db) => {
    db.exec('BEGIN') // plots and table are of one moment, however far the run gets meanwhile
    const run = findRun(db, input.run)
    const folder = resolve(input.out ?? `${call.dataFolder}/exports/${run.runId}`)
    const report = (activity: string, unit: string) => (done: number, total: number) =>
      call.progress.update({ activity, done, total, unit })
    const files = await exportRun({
      db,
      run,
      folder,
      pixelRatio: input.scale,
      theme: input.dark ? darkTheme : lightTheme,
      parquet: input.parquet ? { onRollouts: report('writing rollouts', 'rollouts') } : null,
      onPlot: report('drawing plots', 'plots'),
    })
    return {
      output: { runId: run.runId, folder, files: [...files] },
      text: `${folder}\n${files.map((file) => `  ${file}`).join('\n')}`,
    }
  })
}

/** TensorBoard looks at its files again every few seconds. */
const lookEveryMs = 2000

/** Points go to TensorBoard's folder; read beside whoever owns the run, so that nothing waits for it. */
async function mirror({ run: name, follow }: Input, logFolder: string, call: CommandCall): Promise<Result> {
  const { systemClock } = await import('../host/machine/clock.ts')
  const { TensorBoardMirror } = await import('../tools/tensorboard/exportTensorBoard.ts')
  const { readStore } = await import('../owner/withStore.ts')
  const { findRun } = await import('../store/runs/findRun.ts')
  const { readRun } = await import('../store/runs/runStore.ts')
  const folder = resolve(logFolder)
  return readStore(call.dataFolder, systemClock, async (db) => {
    const { runId } = findRun(db, name)
    const file = new TensorBoardMirror(folder, readRun(db, runId))
    let points = file.update(db)
    const isAtWork = (): boolean => follow && !call.signal.aborted && !isOver(readRun(db, runId).status)
    while (isAtWork()) {
      const { stepsDone: done, totalSteps: total } = readRun(db, runId)
      call.progress.update({ activity: `following ${runId}`, done, total, unit: 'steps' })
      await wait(lookEveryMs, undefined, { signal: call.signal }).catch(() => undefined) // Ctrl-C: what is there is written
      points += file.update(db)
    }
    const text = `${file.path}\n  ${points.toLocaleString('en-US')} points. Look at them with: tensorboard --logdir ${folder}`
    return { output: { runId, folder, files: [file.path] }, text }
  })
}
