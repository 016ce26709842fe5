import { resolve } from 'node:path'
import { z } from 'zod'
import { addCommand, type CommandCall, type CommandResult, type Register } from './command.ts'
import { runArgument } from './runArgument.ts'

const Input = z.object({
  run: z.string(),
  out: z.string().optional(),
  dark: z.boolean().default(false),
  scale: z.coerce.number().int().min(1).max(4).default(1),
})
const Output = z.object({ runId: z.string(), folder: z.string(), files: z.array(z.string()) })

export const register: Register = (program, context) => {
  addCommand(program, context, {
    name: 'export',
    summary: 'write the six plots (PNG, SVG), every point (CSV) and the config of a run',
    examples: [
      'recheck export run-20261122-153045-7f3a9c',
      'recheck export 7f3a9c --out plots --scale 2 --dark',
    ],
    input: Input,
    output: Output,
    run: exportPlots,
  })
    .argument('<run>', runArgument)
    .option('--out <folder>', 'new folder (else exports/<run> in the data folder)')
    .option('--dark', 'dark theme')
    .option('--scale <n>', 'PNG pixels per point, 1 to 4; 1 = 1,200 × 800')
}

async function exportPlots(
  input: z.infer<typeof Input>,
  call: CommandCall,
): Promise<CommandResult<z.infer<typeof Output>>> {
  const { systemClock } = await import('../host/machine/clock.ts')
  const { exportRun } = await import('../tools/exportRun.ts')
  const { readStore } = await import('../owner/withStore.ts')
  const { findRun } = await import('../store/findRun.ts')
  const { darkTheme, lightTheme } = await import('../../shared/plots/plotTheme.ts')
  return readStore(call.dataFolder, systemClock, async (db) => {
    db.exec('BEGIN') // plots and table are of one moment, however far the run gets meanwhile
    const run = findRun(db, input.run)
    const folder = resolve(input.out ?? `${call.dataFolder}/exports/${run.runId}`)
    const files = await exportRun({
      db,
      run,
      folder,
      pixelRatio: input.scale,
      theme: input.dark ? darkTheme : lightTheme,
      onPlot: (done, total) =>
        call.progress.update({ activity: 'drawing plots', done, total, unit: 'plots' }),
    })
    return {
      output: { runId: run.runId, folder, files: [...files] },
      text: `${folder}\n${files.map((file) => `  ${file}`).join('\n')}`,
    }
  })
}
