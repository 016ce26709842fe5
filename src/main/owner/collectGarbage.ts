import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isOver } from '../../shared/runs/runTransitions.ts'
import { unfinishedPrefix } from '../host/machine/atomicFiles.ts'
import { allCheckpoints, dropCheckpoint } from '../store/checkpointStore.ts'
import { compactDatabase, databaseSize } from '../store/copyDatabase.ts'
import type { Database } from '../store/database.ts'
import { readRemoteRun } from '../store/runs/remoteRunStore.ts'
import { eraseRun } from '../store/runs/runLabels.ts'
import { listRuns, runsWithStatus } from '../store/runs/runStore.ts'
import { checkpointsFolder } from '../run/checkpointFolder.ts'

/** One thing that may go, and why. */
export interface Garbage {
  readonly what:
    'deleted-run' | 'folder-without-run' | 'checkpoint-without-row' | 'unfinished' | 'row-without-checkpoint'
  /** A run id, a checkpoint id, or a path relative to the data folder. */
  readonly name: string
  /** On the disk, beside the database. */
  readonly bytes: number
}

export interface GarbagePlan {
  readonly garbage: readonly Garbage[]
  /** Folders of runs that the store does not know, left where they are. */
  readonly kept: readonly string[]
  readonly bytes: number
}

export interface GarbageRules {
  /** Runs deleted before this moment go. */
  readonly deletedBeforeMs: number
  /**
   * Folders without a run go too. Not by default: where an older store was put in place, they are newer runs.
   */
  readonly unknownRuns: boolean
}

/**
 * Looks for what nothing refers to any more; changes nothing. Folders of runs at work are left out: a
 * checkpoint that is just being written looks like the rest of one that was broken off.
 */
export function planGarbage(db: Database, dataDir: string, rules: GarbageRules): GarbagePlan {
  const { deletedBeforeMs, unknownRuns } = rules
  // a run that is queued or paused is wanted, whenever it was deleted
  const deleted = listRuns(db, { deleted: true }).filter(
    ({ deletedAtMs, status }) => (deletedAtMs ?? 0) < deletedBeforeMs && isOver(status),
  )
  const doomed = new Set(deleted.map((run) => run.runId))
  const kept = new Set([...listRuns(db), ...listRuns(db, { deleted: true })].map((run) => run.runId))
  const folders = foldersIn(dataDir, 'runs')
  const unknown = folders.filter((name) => !kept.has(name)).map((name) => `runs/${name}`)
  const working = new Set(runsWithStatus(db, ['running', 'paused']).map((run) => run.runId))
  const live = folders.filter((runId) => kept.has(runId) && !doomed.has(runId) && !working.has(runId))
  const garbage: Garbage[] = [
    ...deleted.map((run) => item(dataDir, 'deleted-run', run.runId, `runs/${run.runId}`)),
    ...(unknownRuns ? unknown : []).map((path) => item(dataDir, 'folder-without-run', path, path)),
    ...live.flatMap((runId) => checkpointGarbage(db, dataDir, runId)),
    ...foldersIn(dataDir, '')
      .filter((name) => name.startsWith(unfinishedPrefix))
      .map((name) => item(dataDir, 'unfinished', name, name)),
    ...allCheckpoints(db)
      .filter(({ runId }) => !doomed.has(runId) && !working.has(runId))
      .filter(({ folder }) => !existsSync(join(dataDir, folder)))
      .map(({ checkpointId }) => ({ what: 'row-without-checkpoint', name: checkpointId, bytes: 0 }) as const),
  ]
  return {
    garbage,
    kept: unknownRuns ? [] : unknown,
    bytes: garbage.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}

function checkpointGarbage(db: Database, dataDir: string, runId: string): readonly Garbage[] {
  const known = new Set(allCheckpoints(db).map((checkpoint) => checkpoint.folder))
  const parent = checkpointsFolder(runId)
  return foldersIn(dataDir, parent)
    .map((name) => ({ name, path: `${parent}/${name}` }))
    .filter(({ path }) => !known.has(path))
    .map(({ name, path }) =>
      item(dataDir, name.startsWith(unfinishedPrefix) ? 'unfinished' : 'checkpoint-without-row', path, path),
    )
}

function item(dataDir: string, what: Garbage['what'], name: string, path: string): Garbage {
  return { what, name, bytes: bytesOf(join(dataDir, path)) }
}

function foldersIn(dataDir: string, path: string): readonly string[] {
  const folder = join(dataDir, path)
  return existsSync(folder) ? readdirSync(folder).sort() : []
}

function bytesOf(path: string): number {
  if (!existsSync(path)) return 0
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.size
  return readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0)
}

/**
 * Does what the plan says: rows first, then files, so that a crash in between leaves files that the next time
 * finds.
 *
 * @returns bytes given back to the disk, the database's own among them
 */
export function collectGarbage(db: Database, dataDir: string, plan: GarbagePlan): number {
  for (const { what, name } of plan.garbage) {
    switch (what) {
      case 'deleted-run': {
        const elsewhere = readRemoteRun(db, name)
        eraseRun(db, name)
        // the data folder holds a link to it
        if (elsewhere !== null) removeFolder(elsewhere.place.shared, `runs/${name}`)
        removeFolder(dataDir, `runs/${name}`)
        break
      }
      case 'row-without-checkpoint':
        dropCheckpoint(db, name)
        break
      case 'folder-without-run':
      case 'checkpoint-without-row':
      case 'unfinished':
        removeFolder(dataDir, name)
        break
    }
  }
  return plan.bytes + compactIfWorthIt(db)
}

function removeFolder(dataDir: string, path: string): void {
  rmSync(join(dataDir, path), { recursive: true, force: true })
}

/** A tenth of the file is worth the copying. */
function compactIfWorthIt(db: Database): number {
  const before = databaseSize(db)
  if (before.freeBytes * 10 < before.bytes) return 0
  compactDatabase(db)
  return before.bytes - databaseSize(db).bytes
}
