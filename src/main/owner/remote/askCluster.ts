import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { receivedError, RecheckError, type ErrorData } from '../../../shared/errors/recheckError.ts'
import type { RemotePlace } from '../../../shared/runs/remotePlace.ts'
import { plainMessage } from '../../../shared/text/plainText.ts'
import { makeWritableFolder, writeFileAtomic } from '../../host/machine/atomicFiles.ts'
import type { Clock } from '../../host/machine/clock.ts'
import {
  evaluationFolder,
  evaluationHome,
  recordsName,
  requestName,
  wishName,
} from '../../wire/attemptFolder.ts'
import type { JobMessage } from '../../wire/taskMessages.ts'
import type { TrainerExit } from '../processes/trainerExit.ts'
import type { RemoteNote } from './folderReader.ts'
import { answerRecords, RecordReader } from './recordReader.ts'
import { submissionOf, type RemoteAccess } from './remoteAccess.ts'
import { followRemote } from './remoteTrainer.ts'

export interface ClusterQuestion {
  readonly access: RemoteAccess
  readonly place: RemotePlace
  readonly clock: Clock
  /** Names its jobs and its folder: the same one is the same question, whoever asks. */
  readonly id: string
  /** What the jobs are told; asked for only where none was handed over yet. */
  readonly question: () => Promise<unknown>
  readonly onEvent: (event: unknown) => void
  readonly onNote: (note: RemoteNote) => void
  /** The job is ended with it. */
  readonly cancel: AbortSignal
  /** Nobody listens any more: the job goes on, and whoever asks the same again takes it up. */
  readonly leave: AbortSignal
}

/** Where something ends its job again and again. */
const mostTries = 3

/**
 * Asks a job of a cluster one question, through a folder that both see. Its job that dies is begun again, at
 * most three times; one that was handed over before is taken up. What it has left in the shared folder is
 * there until `forgetQuestion`.
 *
 * @throws RecheckError what the job refuses; `inquiry.abandoned` when it was cancelled or left; `remote.lost`
 *   when there is no answer; `remote.records`, `ray.*`
 */
export async function askCluster(asked: ClusterQuestion): Promise<unknown> {
  for (let tries = await newestTry(asked); ; tries++) {
    const told = await oneTry(asked, tries)
    if (told.error !== null) throw receivedError(told.error)
    if (told.hasEnded) return told.answer
    if (asked.cancel.aborted || asked.leave.aborted)
      throw new RecheckError('inquiry.abandoned', 'There is no answer: nobody waits for it any more.')
    const lost = lostError(told.exit, jobOf(asked.id, tries))
    if (told.exit.wasStopped === true || tries >= mostTries) throw lost
    asked.onNote({ level: 'warning', code: 'remote.waiting', message: `It is begun again: ${lost.message}` })
  }
}

/** To be called when the answer is stored, or not wanted: what its jobs have left is removed. */
export async function forgetQuestion({ shared }: Pick<RemotePlace, 'shared'>, id: string): Promise<void> {
  await rm(join(shared, evaluationHome(id)), { recursive: true, force: true })
}

interface Told {
  readonly hasEnded: boolean
  readonly answer: unknown
  readonly error: ErrorData | null
  readonly exit: TrainerExit
}

export function jobOf(id: string, tries: number): string {
  return `${id}.${tries}`
}

async function oneTry(asked: ClusterQuestion, tries: number): Promise<Told> {
  const { access, place, id, clock } = asked
  const folder = join(place.shared, evaluationFolder(id, tries))
  if (!existsSync(join(folder, requestName))) await hand(asked, folder)
  let answer: { readonly data: unknown } | null = null
  let error: ErrorData | null = null
  let hasFinished = false
  const onMessage = (message: JobMessage): void => {
    if (message.type === 'told') asked.onEvent(message.event)
    if (message.type === 'answer') answer ??= { data: message.data }
    if (message.type === 'failed') error ??= message.error
    if (message.type === 'ended') hasFinished = message.outcome === 'finished'
  }
  const job = followRemote({
    engine: access.jobsOf(place),
    submission: await submissionOf(access, place, {
      submissionId: jobOf(id, tries),
      entry: 'inspect.ts',
      folder,
      environment: {},
    }),
    prepare: () => Promise.resolve(), // its question has been put there
    records: new RecordReader(join(folder, recordsName), answerRecords(id)),
    wishPath: join(folder, wishName),
    clock,
    times: access.times,
    taken: 0,
    onMessage,
    note: asked.onNote,
    settle: () => undefined,
  })
  const end = (): void => {
    job.stop('now')
    job.kill() // it is in the middle of sampling and hears of a wish when a batch is over
  }
  const leave = (): void => job.abandon()
  whenAborted(asked.cancel, end)
  whenAborted(asked.leave, leave)
  const exit = await job.exited
  asked.cancel.removeEventListener('abort', end)
  asked.leave.removeEventListener('abort', leave)
  const found = answer as { readonly data: unknown } | null
  return { hasEnded: hasFinished && found !== null, answer: found?.data, error, exit }
}

function whenAborted(signal: AbortSignal, act: () => void): void {
  if (signal.aborted) act()
  else signal.addEventListener('abort', act, { once: true })
}

async function hand(asked: ClusterQuestion, folder: string): Promise<void> {
  const question = await asked.question()
  await makeWritableFolder(folder)
  await writeFileAtomic(join(folder, requestName), JSON.stringify(question))
}

/** The last that was begun, so that a job that is at work is taken up; 1 where there is none. */
async function newestTry({ place, id }: ClusterQuestion): Promise<number> {
  const names = await readdir(join(place.shared, evaluationHome(id))).catch(() => [])
  return Math.max(1, ...names.filter((name) => /^\d{1,3}$/.test(name)).map(Number))
}

function lostError({ cause, wasStopped, stderr }: TrainerExit, job: string): RecheckError {
  const what =
    wasStopped === true ? `Job ${job} was stopped on the cluster.` : (cause ?? `Job ${job} was ended.`)
  const last = stderr.trim().split('\n').slice(-5).join('\n')
  return new RecheckError(
    'remote.lost',
    plainMessage(last === '' ? what : `${what} Its last words:\n${last}`),
  )
}
