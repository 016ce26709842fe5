import type { ImportedRun, ImportedSeries } from '../../../shared/runs/imports/importedRun.ts'
import type { RunReadingEvent, RunsQuestion } from '../../../shared/runs/imports/importedRunLines.ts'
import { readRuns } from './readRuns.ts'

/** Points of one line: a line has to fit in memory twice, as text and as what it says. */
const pointsOfLine = 65_536
const progressEveryMs = 200

/** Reads the runs, tells how far it is, then each run in lines. @returns how many they are */
export async function tellRuns(
  question: RunsQuestion,
  { tell, nowMs }: { readonly tell: (event: RunReadingEvent) => void; readonly nowMs: () => number },
): Promise<number> {
  let toldMs = nowMs()
  const runs = await readRuns(question, ({ done, total, unit }) => {
    if (nowMs() - toldMs < progressEveryMs) return
    toldMs = nowMs()
    tell({ type: 'progress', done, total, unit })
  })
  for (const run of runs) tellRun(run, tell)
  return runs.length
}

function tellRun({ series, ...head }: ImportedRun, tell: (event: RunReadingEvent) => void): void {
  tell({ type: 'run', head })
  for (const each of series)
    for (let from = 0; from < each.step.length; from += pointsOfLine) tell(lineOf(each, from))
}

function lineOf({ name, step, timeMs, value }: ImportedSeries, from: number): RunReadingEvent {
  const part = (column: Float64Array): string => {
    const slice = column.subarray(from, from + pointsOfLine)
    return Buffer.from(slice.buffer, slice.byteOffset, slice.byteLength).toString('base64')
  }
  return { type: 'points', metric: name, columns: [part(step), part(timeMs), part(value)] }
}
