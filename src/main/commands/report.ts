import { resolve } from 'node:path'
import { z } from 'zod'
import { addCommand, type CommandCall, type CommandResult, type Register } from './command.ts'
import { mostReported, type ReportSubject } from '../../shared/routes/reports.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { Database } from '../store/database.ts'
import { runArgument } from './runArgument.ts'

const Input = z.object({
  run: z.array(z.string()).max(mostReported).default([]),
  sweep: z.string().optional(),
  out: z.string().optional(),
})
const Output = z.object({
  runIds: z.array(z.string()),
  sweep: z.string().nullable(),
  file: z.string(),
  bytes: z.number(),
})

export const register: Register = (program, context) => {
  addCommand(program, context, {
    name: 'report',
    summary:
      'write one page on a run, several or a sweep: results with intervals, plots, alarms, config, how to do it again',
    examples: [
      'recheck report demo',
      'recheck report 7f3a9c 4b21d0 --out report.html',
      'recheck report demo --out report.md',
      'recheck report --sweep rates --out rates.html',
    ],
    input: Input,
    output: Output,
    run: reportRuns,
  })
    .argument('[run...]', runArgument)
    .option('--sweep <name>', 'instead of runs: a sweep, a comparison of methods or a group')
    .option(
      '--out <file>',
      'new file: .html (one page that needs nothing else) or .md (without plots); else report-<run>.html or report-sweep.html',
    )
}

async function reportRuns(
  input: z.infer<typeof Input>,
  call: CommandCall,
): Promise<CommandResult<z.infer<typeof Output>>> {
  const { systemClock } = await import('../host/machine/clock.ts')
  const { readStore } = await import('../owner/withStore.ts')
  const { subjectReport } = await import('../tools/report/subjectReport.ts')
  const { writeReport } = await import('../tools/report/writeReport.ts')
  return readStore(call.dataFolder, systemClock, async (db) => {
    db.exec('BEGIN') // all of one moment, however far a run gets meanwhile
    const subject = await subjectOf(db, input)
    const runIds = 'runIds' in subject ? subject.runIds : []
    const file = resolve(input.out ?? `report-${runIds[0] ?? 'sweep'}.html`)
    const onPlot = (done: number, total: number): void =>
      call.progress.update({ activity: 'drawing plots', done, total, unit: 'plots' })
    const bytes = await writeReport(file, {
      dataDir: call.dataFolder,
      report: () => subjectReport(db, subject, onPlot),
    })
    return { output: { runIds, sweep: input.sweep ?? null, file, bytes }, text: file }
  })
}

/** @throws RecheckError `run.unknown`, `usage.invalid` where both or neither are named */
async function subjectOf(db: Database, { run, sweep }: z.infer<typeof Input>): Promise<ReportSubject> {
  const { findRun } = await import('../store/runs/findRun.ts')
  if ((run.length === 0) === (sweep === undefined))
    throw new RecheckError(
      'usage.invalid',
      `Expected runs or --sweep NAME, got ${sweep === undefined ? 'neither' : 'both'}. "recheck runs" lists the runs.`,
    )
  if (sweep !== undefined) return { sweep }
  return { runIds: [...new Set(run.map((wanted) => findRun(db, wanted).runId))] }
}
