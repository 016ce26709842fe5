import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CheckpointRecord, Evaluation, Run } from '../../shared/runs/records.ts'
import type { Progress } from '../../shared/runs/runEvent.ts'
import type { ExportQuestion } from '../owner/tasks/fetches.ts'
import { systemClock } from '../host/machine/clock.ts'
import { fromHome, projectFolder } from '../host/machine/paths.ts'
import type { Database } from '../store/database.ts'
import { readEvaluations } from '../store/evaluationStore.ts'
import { findCheckpoints } from '../store/runs/namedCheckpoint.ts'
import { assertMayExportModel, exportModel, unfinishedExport } from './exportModel.ts'

/** What a page asks for. */
export interface AskedExport {
  readonly runId: string
  readonly step: number
  /** On the machine that Recheck runs on; `~` and relative paths begin at the user's home folder. */
  readonly folder: string
  readonly form: 'model' | 'gguf'
  readonly dtype: 'f32' | 'bf16'
}

/** The material of the process that writes the folder; all of it plain values. */
export interface ExportMaterial {
  readonly run: Run
  readonly checkpoint: CheckpointRecord
  readonly evaluations: readonly Evaluation[]
  readonly dataDir: string
  readonly folder: string
  readonly form: AskedExport['form']
  readonly dtype: AskedExport['dtype']
}

/**
 * Looks at what is asked before anything is read.
 *
 * @throws RecheckError `export.exists`, `export.inside-data`, `file.*`, `run.unknown`, `checkpoint.unknown`,
 *   `usage.invalid`
 */
export function checkExport(db: Database, dataDir: string, asked: AskedExport): ExportMaterial {
  const folder = fromHome(asked.folder)
  assertMayExportModel(folder, asked.form, dataDir)
  const { run, checkpoints } = findCheckpoints(db, `${asked.runId}@${asked.step}`)
  const [checkpoint] = checkpoints
  if (checkpoint === undefined) throw new RangeError('findCheckpoints: it found none and threw nothing')
  const { form, dtype } = asked
  return { run, checkpoint, folder, dataDir, form, dtype, evaluations: readEvaluations(db, run.runId) }
}

/** What a process that was ended in the middle has left. */
export async function removeUnfinishedExport({ folder, run }: ExportMaterial): Promise<void> {
  await rm(unfinishedExport(folder, run.runId), { recursive: true, force: true })
}

/** In the process that was started for it. @throws as `exportModel` */
export async function exportCheckpoint(
  { material }: ExportQuestion,
  report: (progress: Progress) => void,
): Promise<null> {
  const { run, checkpoint, evaluations, dataDir, folder, form, dtype } = material as ExportMaterial
  const { version } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as {
    version: string
  }
  await exportModel({
    named: { run, checkpoints: [checkpoint] },
    evaluations,
    dataDir,
    folder,
    form,
    dtype,
    version,
    report,
    workingFolder: process.cwd(),
    nowMs: systemClock.nowMs(),
  })
  return null
}
