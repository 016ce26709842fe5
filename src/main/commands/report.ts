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
    run: writeReport,
  })
    .argument('<run...>', runArgument)
    .option(
      '--out <file>',
      'new file: .html (one page that needs nothing else) or .md (without plots); else report-<run>.html',
    )
}

/** For whom the user lets see it, as any file he makes; half a file is no report. @throws RecheckError `file.*` */
async function writeNew(file: string, text: string): Promise<void> {
  const { rm, writeFile } = await import('node:fs/promises')
  const { fileError } = await import('../disk/fileError.ts')
  let isOurs = true
  try {
    await writeFile(file, text, { flag: 'wx' }).catch((thrown: NodeJS.ErrnoException) => {
      isOurs = thrown.code !== 'EEXIST'
      throw thrown
    })
  } catch (thrown) {
    if (isOurs) await rm(file, { force: true }).catch(() => undefined) // the first error says more
    throw fileError(thrown, file)
  }
}

async function writeReport(
  input: z.infer<typeof Input>,
  call: CommandCall,
): Promise<CommandResult<z.infer<typeof Output>>> {
  const { systemClock } = await import('../host/machine/clock.ts')
  const { readStore } = await import('../owner/withStore.ts')
  const { findRun } = await import('../store/findRun.ts')
  const { assertNewOutput } = await import('../disk/outputPath.ts')
  const { runReport } = await import('../tools/report/runReport.ts')
  const { htmlReport } = await import('../tools/report/html.ts')
  const { markdownReport } = await import('../tools/report/markdown.ts')
  return readStore(call.dataFolder, systemClock, async (db) => {
    db.exec('BEGIN') // all of one moment, however far a run gets meanwhile
    const runs = input.run.map((wanted) => findRun(db, wanted))
    const file = resolve(input.out ?? `report-${runs[0]?.runId ?? ''}.html`)
    assertNewOutput(file, { kind: 'file', command: 'report', dataDir: call.dataFolder })
    const document = runReport({
      db,
      runs,
      onPlot: (done, total) =>
        call.progress.update({ activity: 'drawing plots', done, total, unit: 'plots' }),
    })
    const text = file.endsWith('.md') ? markdownReport(document) : htmlReport(document)
    await writeNew(file, text)
    const bytes = Buffer.byteLength(text)
    return { output: { runIds: runs.map(({ runId }) => runId), file, bytes }, text: file }
  })
}
