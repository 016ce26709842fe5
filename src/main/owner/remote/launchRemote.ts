import { existsSync } from 'node:fs'
import { lstat, mkdir, readlink, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { RemotePlace } from '../../../shared/runs/remotePlace.ts'
import type { RunEvent } from '../../../shared/runs/runEvent.ts'
import { makeWritableFolder, writeFileAtomic } from '../../host/machine/atomicFiles.ts'
import type { Clock } from '../../host/machine/clock.ts'
import type { Database } from '../../store/database.ts'
import { appendLog } from '../../store/eventLog.ts'
import { closeAttempt, markTaken, openAttempt, readRemoteRun } from '../../store/runs/remoteRunStore.ts'
import { attemptFolder, recordsName, requestName, wishName } from '../../wire/attemptFolder.ts'
import { preparedRequest, type Launch, type LaunchedRun } from '../launch.ts'
import type { Engine } from './engine.ts'
import { rayEngine } from './rayEngine.ts'
import { RecordReader } from './recordReader.ts'
import { followRemote, remoteTimes, type RemoteNote, type RemoteTimes } from './remoteTrainer.ts'

/** How an owner reaches clusters; a test puts others in its place. */
export interface RemoteAccess {
  readonly engineOf: (place: RemotePlace) => Engine
  /** Program and first arguments of the trainer there; its folder follows. */
  readonly commandOf: (place: RemotePlace) => readonly string[]
  readonly times: RemoteTimes
}

/** @param token  of the cluster; null = it asks for none */
export function remoteAccess(token: string | null): RemoteAccess {
  const engines = new Map<string, Engine>()
  return {
    engineOf({ address }) {
      const engine = engines.get(address) ?? rayEngine({ address, token })
      engines.set(address, engine)
      return engine
    },
    commandOf: ({ packageFolder }) => [
      `${packageFolder}/node_modules/.bin/node`,
      `${packageFolder}/src/main/worker.ts`,
      '--job',
    ],
    times: remoteTimes,
  }
}

export interface RemoteLaunch {
  readonly db: Database
  readonly dataDir: string
  readonly clock: Clock
  readonly access: RemoteAccess
  readonly onEvent: (runId: string, event: RunEvent) => void
}

/**
 * A trainer on another machine; one that an earlier owner has handed over is taken up where its records
 * stand.
 */
export function launchRemote(setup: RemoteLaunch, run: LaunchedRun): Launch {
  return async (onMessage) => {
    const { db, dataDir, clock, access } = setup
    const { runId } = run
    const { place, attempt, taken } = await openedAttempt(db, runId)
    const folder = join(place.shared, attemptFolder(runId, attempt))
    await linkRunFolder(dataDir, place.shared, runId)
    if (!existsSync(join(folder, requestName))) {
      const request = await preparedRequest({ db, dataDir: place.shared }, run)
      await makeWritableFolder(folder)
      await writeFileAtomic(join(folder, requestName), JSON.stringify(request))
    }
    return followRemote({
      engine: access.engineOf(place),
      submission: {
        submissionId: `${runId}.${attempt}`,
        command: access.commandOf(place).concat(folder),
        environment: {},
        cpus: place.cpus,
        gpus: place.gpus,
        memoryBytes: place.memoryBytes,
      },
      records: new RecordReader(join(folder, recordsName), runId),
      wishPath: join(folder, wishName),
      clock,
      times: access.times,
      taken,
      onMessage(message, record) {
        onMessage(message)
        if (message.type === 'paused' || message.type === 'resumed') markTaken(db, runId, record)
      },
      note: (note) => tellNote(setup, runId, note),
      settle: () => closeAttempt(db, runId),
    })
  }
}

async function openedAttempt(
  db: Database,
  runId: string,
): Promise<{ readonly place: RemotePlace; readonly attempt: number; readonly taken: number }> {
  const remote = readRemoteRun(db, runId)
  if (remote === null) throw new RangeError(`launchRemote: run ${runId} is one of this machine`)
  const { place, isOpen } = remote
  await makeWritableFolder(place.shared)
  return isOpen ? remote : { place, attempt: openAttempt(db, runId), taken: 0 }
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
  await symlink(there, here, 'dir')
}

function tellNote({ db, clock, onEvent }: RemoteLaunch, runId: string, note: RemoteNote): void {
  const entry = { level: note.level, code: note.code, message: note.message, remedy: null }
  appendLog(db, { ...entry, runId, atMs: clock.nowMs() })
  onEvent(runId, { type: 'log', ...entry })
}
