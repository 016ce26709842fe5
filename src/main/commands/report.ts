import { resolve } from 'node:path'
import { z } from 'zod'
import { addCommand, type CommandCall, type CommandResult, type Register } from './command.ts'
import { runArgument } from './runArgument.ts'

const Input = z.object({ run: z.array(z.string()).min(1).max(20), out: z.string().optional() })
const Output = z.object({ runIds: z.array(z.string()), file: z.string(), bytes: z.number() })

export const register: Register = (program, context) => {
  addCommand(program, context, {
    name: 'report',
    summary:
      'write one page on a run or several: results with intervals, plots, alarms, config, how to do it again',
    examples: [
      'recheck report demo',
      'recheck report 7f3a9c 4b21d0 --out report.html',
      'recheck report demo --out report.md',
    ],
    input: Input,
    output: Output,
    run: reportRuns,
  })
    .argument('<run...>', runArgument)
    .option(
      '--out <file>',
      'new file: .html (one page that needs nothing else) or .md (without plots); else report-<run>.html',
    )
}

async function reportRuns(
  input: z.infer<typeof Input>,
  call: CommandCall,
): Promise<CommandResult<z.infer<typeof Output>>> {
  const { systemClock } = await import('../host/machine/clock.ts')
  const { readStore } = await import('../owner/withStore.ts')
  const { findRun } = await import('../store/runs/findRun.ts')
  const { writeReport } = await import('../tools/report/writeReport.ts')
  return readStore(call.dataFolder, systemClock, async (db) => {
    db.exec('BEGIN') // all of one moment, however far a run gets meanwhile
    const runs = input.run.map((wanted) => findRun(db, wanted))
    const file = resolve(input.out ?? `report-${runs[0]?.runId ?? ''}.html`)
    const bytes = await writeReport(file, {
      db,
      runs,
      onPlot: (done, total) =>
        call.progress.update({ activity: 'drawing plots', done, total, unit: 'plots' }),
    })
    return { output: { runIds: runs.map(({ runId }) => runId), file, bytes }, text: file }
  })
}
