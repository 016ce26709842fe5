import { open, readdir } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { quoted } from '../../../shared/text/shortened.ts'
import type { ImportedRun } from '../../../shared/runs/imports/importedRun.ts'
import { readError } from '../../disk/fileError.ts'
import { PointBudget, RunCollector } from './runCollector.ts'
import { readSummaryEvent } from './summaryEvent.ts'
import { readTfRecords } from './tfRecords.ts'

/** `events.out.tfevents.1795737600.host` */
export function isEventFile(path: string): boolean {
  return basename(path).includes('tfevents')
}

const deepest = 12
const mostEntries = 50_000

/**
 * Event files below a folder, with the folder of each: TensorBoard calls each folder that holds some a run.
 * Links are not followed.
 */
export async function findEventFiles(folder: string): Promise<readonly string[]> {
  const found: string[] = []
  let entries = 0
  const look = async (inner: string, depth: number): Promise<void> => {
    const within = await readdir(inner, { withFileTypes: true }).catch((thrown: unknown) => {
      throw readError(thrown, inner)
    })
    for (const entry of within.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (++entries > mostEntries) throw tooManyEntries(folder)
      const path = join(inner, entry.name)
      if (entry.isFile() && isEventFile(path)) found.push(path)
      else if (entry.isDirectory() && depth < deepest) await look(path, depth + 1)
    }
  }
  await look(folder, 0)
  return found
}

function tooManyEntries(folder: string): RecheckError {
  return new RecheckError(
    'import.too-large',
    `${folder} holds more than ${mostEntries.toLocaleString('en-US')} files and folders. Name the folder of one experiment in it.`,
  )
}

export interface EventFiles {
  /** In the order in which they are read. */
  readonly paths: readonly string[]
  /** Names of runs are relative to it; null: one file, whose run has this name. */
  readonly folder: string | null
  readonly name: string
  /** Told after each record where the reading is, in bytes over all files. */
  readonly onBytes: (done: number) => void
}

/** @throws RecheckError `import.unreadable`, `import.too-large`, `file.*` */
export async function readEventFiles({
  paths,
  folder,
  name,
  onBytes,
}: EventFiles): Promise<readonly ImportedRun[]> {
  const budget = new PointBudget()
  const runs = new Map<string, RunCollector>()
  let before = 0
  for (const path of paths) {
    const own = folder === null ? '' : relative(folder, dirname(path)).split(sep).join('/')
    const run = runs.get(own) ?? new RunCollector(own === '' ? name : `${name}/${own}`, 'tensorboard', budget)
    runs.set(own, run)
    before += await readEventFile(path, run, (done) => onBytes(before + done))
  }
  return [...runs.values()].filter((run) => !run.isEmpty).map((run) => run.finish())
}

interface Counts {
  records: number
  damaged: number
  tooLarge: number
  unread: number
  others: number
}

/** @returns its size */
async function readEventFile(
  path: string,
  run: RunCollector,
  onBytes: (done: number) => void,
): Promise<number> {
  const file = await open(path).catch((thrown: unknown) => {
    throw readError(thrown, path)
  })
  const counts: Counts = { records: 0, damaged: 0, tooLarge: 0, unread: 0, others: 0 }
  const name = quoted(basename(path))
  let size = 0
  try {
    for await (const record of readTfRecords(file)) {
      size = record.end
      onBytes(size)
      if (record.kind === 'record') readRecord(record.data, run, counts)
      else if (record.kind === 'damaged') counts.damaged++
      else if (record.kind === 'too-large') counts.tooLarge++
      else if (record.kind === 'cut')
        run.note(
          `${name} ends within a record, as a file does that is still written: what was whole is read.`,
        )
      else if (counts.records === 0) throw noEventFile(path)
      else
        run.note(
          `${name} is damaged at byte ${record.at.toLocaleString('en-US')}: the ${(record.end - record.at).toLocaleString('en-US')} bytes from there on are not read.`,
        )
    }
  } finally {
    await file.close()
  }
  for (const sentence of notesOf(counts, name)) run.note(sentence)
  return size
}

function readRecord(data: Buffer, run: RunCollector, counts: Counts): void {
  counts.records++
  try {
    const { wallTime, step, isRestart, scalars, others } = readSummaryEvent(data)
    counts.others += others
    if (isRestart) run.takeBackFrom(step)
    for (const { tag, value } of scalars) run.add(tag, { step, atMs: wallTime * 1000, value })
  } catch (thrown) {
    // what protobufjs throws for bytes that are no message
    if (thrown instanceof RecheckError) throw thrown
    counts.unread++
  }
}

function notesOf({ damaged, tooLarge, unread, others }: Counts, name: string): string[] {
  const said = (count: number, what: string): string[] =>
    count === 0 ? [] : [`${name}: ${what}, left out: ${count.toLocaleString('en-US')}.`]
  return [
    ...said(damaged, 'records whose checksum does not fit'),
    ...said(tooLarge, 'records of more than 16 MiB'),
    ...said(unread, 'records that are no entry of an event file'),
    ...said(others, 'values that are no scalars (pictures, histograms, texts)'),
  ]
}

function noEventFile(path: string): RecheckError {
  return new RecheckError(
    'import.unreadable',
    `${path}: expected a TensorBoard event file, got other bytes: the checksum of its first record does not fit.`,
  )
}
