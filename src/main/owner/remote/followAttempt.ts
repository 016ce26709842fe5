import { constants, existsSync } from 'node:fs'
import { access, lstat, mkdir, readlink, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { RemotePlace } from '../../../shared/runs/remotePlace.ts'
import type { RunEvent } from '../../../shared/runs/runEvent.ts'
import { makeWritableFolder, writeFileAtomic } from '../../host/machine/atomicFiles.ts'
import { fileError } from '../../disk/fileError.ts'
import type { Clock } from '../../host/machine/clock.ts'
import type { Database } from '../../store/database.ts'
import { appendLog } from '../../store/eventLog.ts'
import { openAttempt, readRemoteRun, type RemoteRun } from '../../store/runs/remoteRunStore.ts'
import { recordsName, requestName, wishName } from '../../wire/attemptFolder.ts'
import type { JobRequest } from '../../wire/jobPort.ts'
import { isTaskMessage } from '../../wire/taskMessages.ts'
import type { TrainerMessage } from '../../wire/trainerMessages.ts'
import type { TrainingProcess } from '../processes/trainingProcess.ts'
import type { RemoteNote } from './folderReader.ts'
import { RecordReader, runRecords } from './recordReader.ts'
import { submissionOf, type RemoteAccess } from './remoteAccess.ts'
import { followRemote } from './remoteTrainer.ts'

export interface RemoteLaunch {
  readonly db: Database
  readonly dataDir: string
  readonly clock: Clock
  readonly access: RemoteAccess
  readonly onEvent: (runId: string, event: RunEvent) => void
}

/** One handing over: its job, and the folder through which its trainer talks. */
export interface RemoteAttempt {
  readonly runId: string
  readonly place: RemotePlace
  readonly submissionId: string
  readonly folder: string
  /** What its trainer's process is started with. */
  readonly environment: Readonly<Record<string, string>>
  /** Record up to which changes of status are in the run's row. */
  readonly taken: number
  /** What its trainer begins with; asked for once an attempt. */
  readonly request: () => Promise<JobRequest>
  readonly markTaken: (record: number) => void
  readonly settle: () => void
}

/** Hands an attempt over that was not yet, and follows it. */
export async function followAttempt(
  setup: RemoteLaunch,
  onMessage: (message: TrainerMessage) => void,
  attempt: RemoteAttempt,
): Promise<TrainingProcess> {
  const { clock } = setup
  const { runId, place, folder, environment, submissionId, taken } = attempt
  return followRemote({
    engine: setup.access.jobsOf(place),
    submission: await submissionOf(setup.access, place, {
      submissionId,
      entry: 'worker.ts',
      folder,
      environment,
    }),
    prepare: () => prepareAttempt(setup, attempt),
    records: new RecordReader(join(folder, recordsName), runRecords(runId)),
    wishPath: join(folder, wishName),
    clock,
    times: setup.access.times,
    taken,
    onMessage(message, record) {
      if (isTaskMessage(message)) return // the reader lets none through
      onMessage(message)
      if (message.type === 'paused' || message.type === 'resumed') attempt.markTaken(record)
    },
    note: (note) => tellNote(setup, runId, note),
    settle: attempt.settle,
  })
}

/** Where a run is at work, or the next attempt, stored as open; its folder is in the shared one. */
export function openedAttempt(
  { db }: Pick<RemoteLaunch, 'db'>,
  runId: string,
): Pick<RemoteRun, 'place' | 'attempt' | 'taken'> {
  const remote = remoteOf(db, runId)
  return remote.isOpen ? remote : { place: remote.place, attempt: openAttempt(db, runId), taken: 0 }
}

/** @throws RecheckError `file.*` where the shared folder is away, `remote.place` */
async function prepareAttempt(
  { dataDir }: RemoteLaunch,
  { runId, place, folder, request }: RemoteAttempt,
): Promise<void> {
  // not made anew: it was there when the run was made, and one of the same name here is seen by nobody else
  await access(place.shared, constants.W_OK).catch((thrown: unknown) => {
    throw fileError(thrown, place.shared)
  })
  if (existsSync(join(folder, requestName))) return
  await linkRunFolder(dataDir, place.shared, runId)
  const asked = await request()
  await makeWritableFolder(folder)
  await writeFileAtomic(join(folder, requestName), JSON.stringify(asked))
}

function remoteOf(db: Database, runId: string): RemoteRun {
  const remote = readRemoteRun(db, runId)
  if (remote === null) throw new RangeError(`followAttempt: run ${runId} is one of this machine`)
  return remote
}

/**
 * The run's own folder is in the shared one, and seen from the data folder by a link: evaluating, exporting
 * and chatting find its checkpoints where those of any run are.
 *
 * @throws RecheckError `remote.place` where the run has a folder of its own already
 */
async function linkRunFolder(dataDir: string, shared: string, runId: string): Promise<void> {
  const there = join(shared, 'runs', runId)
  const here = join(dataDir, 'runs', runId)
  await mkdir(there, { recursive: true })
  if (here === there) return
  await mkdir(dirname(here), { recursive: true })
  const found = await lstat(here).catch(() => null)
  if (found?.isSymbolicLink() === true) {
    if ((await readlink(here)) === there) return
    await rm(here)
  } else if (found !== null) {
    throw new RecheckError(
      'remote.place',
      `${here} was to be a link to ${there}, but is a folder. Move it to there, and resume the run.`,
    )
  }
  await symlink(there, here, 'dir').catch(async (thrown: unknown) => {
    // another job of the run has made it meanwhile
    if ((await readlink(here).catch(() => null)) !== there) throw thrown
  })
}

function tellNote({ db, clock, onEvent }: RemoteLaunch, runId: string, note: RemoteNote): void {
  const entry = { level: note.level, code: note.code, message: note.message, remedy: null }
  appendLog(db, { ...entry, runId, atMs: clock.nowMs() })
  onEvent(runId, { type: 'log', ...entry })
}
