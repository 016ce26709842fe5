import type { Stats } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { ImportedRun } from '../../../shared/runs/imports/importedRun.ts'
import { readError } from '../../disk/fileError.ts'
import { formatOf } from '../../host/datasets/fileFormat.ts'
import { readTableRuns } from '../../host/imports/tableRuns.ts'
import { findEventFiles, isEventFile, readEventFiles } from '../../host/imports/tensorBoardRuns.ts'
import type { ReadProgress } from './readProgress.ts'
import { readTrackioRuns } from './trackioRuns.ts'

export interface ReadRuns {
  /** File or folder. */
  readonly path: string
  /** As people call it: name of its run where it names none, and of the file in messages. */
  readonly name: string
  /** Of a table; null: guess. */
  readonly stepColumn: string | null
}

/** @throws RecheckError `file.missing` and others of `file.*` */
export async function assertIsThere(path: string): Promise<void> {
  await statOf(path)
}

function statOf(path: string): Promise<Stats> {
  return stat(path).catch((thrown: unknown) => {
    throw readError(thrown, path)
  })
}

/**
 * Runs that other tools have logged: TensorBoard's event files, exports of W&B, projects of trackio, tables
 * with a column of steps.
 *
 * @throws RecheckError `import.*`, `data.*`, `file.*`
 */
export async function readRuns(wanted: ReadRuns, onProgress: ReadProgress): Promise<readonly ImportedRun[]> {
  const found = await statOf(wanted.path)
  const runs = found.isDirectory()
    ? await readFolder(wanted, onProgress)
    : await readFile({ ...wanted, size: found.size }, onProgress)
  if (runs.length > 0) return runs
  throw new RecheckError(
    'import.empty',
    `${wanted.path}: it holds no point of any metric: no step with a finite number.`,
  )
}

interface FoundFile extends ReadRuns {
  readonly size: number
}

async function readFile(file: FoundFile, onProgress: ReadProgress): Promise<readonly ImportedRun[]> {
  const { path, stepColumn, size } = file
  const [place, name] = [basename(file.name), runNameOf(file.name)]
  if (path.endsWith('.wandb')) throw wandbLog(path)
  if (isEventFile(file.name)) {
    const onBytes = (done: number): void => onProgress({ done, total: size, unit: 'bytes' })
    return readEventFiles({ paths: [path], folder: null, name, onBytes })
  }
  if (await isSqlite(path)) return readTrackioRuns(path, onProgress)
  if (formatOf(path) === null) throw unknownFile(path)
  const onRows = (done: number): void => onProgress({ done, total: 0, unit: 'rows' })
  return readTableRuns({ path, place, name, stepColumn, onRows })
}

async function readFolder(
  { path, name }: ReadRuns,
  onProgress: ReadProgress,
): Promise<readonly ImportedRun[]> {
  const entries = await readdir(path).catch((thrown: unknown) => {
    throw readError(thrown, path)
  })
  const isWandb = entries.some((entry) => entry.endsWith('.wandb') || /^(?:offline-)?run-\d{8}_/.test(entry))
  if (isWandb) throw wandbLog(path)
  const paths = await findEventFiles(path)
  const [project, second] = entries.filter((entry) => entry.endsWith('.db'))
  if (paths.length === 0 && project !== undefined && second === undefined)
    return readTrackioRuns(join(path, project), onProgress)
  if (paths.length === 0) throw emptyFolder(path, second !== undefined)
  const sizes = await Promise.all(paths.map(async (each) => (await stat(each)).size))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const onBytes = (done: number): void => onProgress({ done, total, unit: 'bytes' })
  return readEventFiles({ paths, folder: path, name: basename(name), onBytes })
}

/** `loss.csv.gz` → `loss`; an event file of TensorBoard is called by its folder, which is not known here. */
function runNameOf(name: string): string {
  const file = basename(name)
  return isEventFile(file)
    ? file
    : file.replace(/(?:\.(?:jsonl?|ndjson|csv|tsv|parquet|db|gz|zst|br))+$/i, '')
}

const sqliteHead = 'SQLite format 3\u0000'

async function isSqlite(path: string): Promise<boolean> {
  const file = await open(path).catch((thrown: unknown) => {
    throw readError(thrown, path)
  })
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sqliteHead.length), 0, sqliteHead.length, 0)
    return buffer.toString('latin1', 0, bytesRead) === sqliteHead
  } finally {
    await file.close()
  }
}

const whatIsRead =
  "TensorBoard's event files (events.out.tfevents.…, or a folder of them), W&B's history or a panel as CSV or JSON, a project of trackio (.db or its .parquet), or a table (.csv, .tsv, .json, .jsonl, .parquet) with a column of steps"

function unknownFile(path: string): RecheckError {
  return new RecheckError('import.format', `${path}: expected ${whatIsRead}.`)
}

function emptyFolder(path: string, hasProjects: boolean): RecheckError {
  const hint = hasProjects ? ' It holds several projects of trackio: name one of the .db files.' : ''
  return new RecheckError(
    'import.format',
    `${path}: no event file of TensorBoard is in it. Expected ${whatIsRead}.${hint}`,
  )
}

function wandbLog(path: string): RecheckError {
  return new RecheckError(
    'import.format',
    `${path} is W&B's own log of a run, which only W&B reads. Upload it with "wandb sync", then save what W&B exports: ` +
      `wandb.Api().run("ENTITY/PROJECT/RUN").history(samples=100000).to_csv("run.csv"), or a panel's "Export CSV".`,
  )
}
