import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Run } from '../../../shared/runs/records.ts'
import { voteCurveSchema, type VoteCurve } from '../../../shared/runs/evaluation/voteCurve.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { readError } from '../../disk/fileError.ts'
import { makeFolders } from '../../disk/makeFolders.ts'
import { writeFileAtomic } from '../../host/machine/atomicFiles.ts'
import { readJsonFile } from '../../host/machine/jsonFiles.ts'
import { readCheckpoints } from '../../store/checkpointStore.ts'
import type { Database } from '../../store/database.ts'

/** Vote curves are files of their run: they can be made again from its checkpoints. */
function folderOf(dataDir: string, runId: string): string {
  return join(dataDir, 'runs', runId, 'votes')
}

/** In the place of an earlier one of this step. */
export async function writeVotes(dataDir: string, runId: string, votes: VoteCurve): Promise<void> {
  const folder = folderOf(dataDir, runId)
  makeFolders(folder, 0o700)
  const name = `step-${String(votes.step).padStart(8, '0')}.json`
  await writeFileAtomic(join(folder, name), JSON.stringify(votes))
}

/**
 * Of a run, by step. Those of a checkpoint that has been written anew since (the run went on with other settings
 * from an earlier step), and of steps that were taken back, are left out.
 *
 * @throws RecheckError `file.bad-json` for a file that was changed
 */
export async function readVotes(
  { db, dataDir }: { readonly db: Database; readonly dataDir: string },
  { runId, stepsDone }: Pick<Run, 'runId' | 'stepsDone'>,
): Promise<readonly VoteCurve[]> {
  const folder = folderOf(dataDir, runId)
  const found = await Promise.all(filesIn(folder).map(async (name) => readVoteFile(join(folder, name))))
  const hashes = new Map(readCheckpoints(db, runId).map(({ step, sha256 }) => [step, sha256]))
  return found
    .flatMap((each) => each ?? [])
    .filter(({ step, checkpoint }) => step <= stepsDone && (hashes.get(step) ?? checkpoint) === checkpoint)
    .toSorted((a, b) => a.step - b.step)
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^step-\d+\.json$/.test(name))
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw readError(thrown, folder)
  }
}

async function readVoteFile(path: string): Promise<VoteCurve | null> {
  const value = await readJsonFile(path)
  if (value === null) return null
  const parsed = voteCurveSchema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new RecheckError(
    'file.bad-json',
    `${path}: expected a vote curve as Recheck writes it. Remove the file and measure the votes again.`,
  )
}
