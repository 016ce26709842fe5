import { setTimeout as wait } from 'node:timers/promises'
import { errorData, RecheckError } from '../../../shared/errors/recheckError.ts'
import { writeFileAtomic } from '../../host/machine/atomicFiles.ts'
import type { Clock } from '../../host/machine/clock.ts'
import type { Wish } from '../../wire/attemptFolder.ts'
import type { JobMessage } from '../../wire/taskMessages.ts'
import type { StopMoment } from '../../wire/trainerMessages.ts'
import type { TrainerExit } from '../processes/trainerExit.ts'
import type { TrainingProcess } from '../processes/trainingProcess.ts'
import { isEnded, type JobsApi, type JobStatus, type Submission } from './jobsApi.ts'
import { RecordIntake } from './recordIntake.ts'
import { FolderReader, folderProblem, type RemoteNote } from './folderReader.ts'
import type { RecordReader } from './recordReader.ts'

export interface RemoteTimes {
  /** Between two looks at the records. */
  readonly readEveryMs: number
  /** Between two questions to the engine about one job. */
  readonly askEveryMs: number
  /** How long records may take to be seen here after the engine says that the job has ended. */
  readonly settleMs: number
  /** How long a job that the engine does not know may be silent before it counts as lost. */
  readonly lostAfterMs: number
  /** How long after it was handed over a job that has not begun is looked for at every look. */
  readonly lookForMs: number
}

export const remoteTimes: RemoteTimes = {
  readEveryMs: 300,
  askEveryMs: 5000,
  settleMs: 10_000,
  lostAfterMs: 60_000,
  lookForMs: 30_000,
}

export interface RemoteSetup {
  readonly engine: JobsApi
  readonly submission: Submission
  /**
   * Writes into the shared folder what the job begins with, where that is not there yet; called before it is
   * handed over. @throws RecheckError `file.*` or an error of the system where the folder is away
   */
  readonly prepare: () => Promise<void>
  readonly records: Pick<RecordReader, 'read'>
  readonly wishPath: string
  readonly clock: Clock
  readonly times: RemoteTimes
  /** Record of this attempt up to which changes of status are in the run's row. */
  readonly taken: number
  readonly onMessage: (message: JobMessage, record: number) => void
  readonly note: (note: RemoteNote) => void
  readonly settle: () => void
}

/**
 * Hands a job over, unless the engine has it, and follows it to its end: its state by the engine, its work by
 * its records.
 */
export function followRemote(setup: RemoteSetup): TrainingProcess {
  const trainer = new RemoteTrainer(setup)
  trainer.begin()
  return trainer
}

const noExit: TrainerExit = { exitCode: null, signal: null, stderr: '', systemRanOutOfMemory: false }

class RemoteTrainer implements TrainingProcess {
  readonly mark = null
  readonly exited: Promise<TrainerExit>
  readonly #setup: RemoteSetup
  readonly #records: FolderReader
  readonly #intake = new RecordIntake()
  readonly #leaving = new AbortController()
  #resolveExit: (exit: TrainerExit) => void = () => undefined
  #wish: Wish = { stop: null, isPaused: false }
  #wishes: Promise<void> = Promise.resolve()
  #isKilled = false
  #isKnown = false
  #hasRecords = false
  #isRunning = false
  #hasEnded = false
  #isAway = false
  #waitsFor: string | null = null
  #askedMs = -Infinity
  #heardMs: number
  #endedMs: number | null = null

  constructor(setup: RemoteSetup) {
    this.#setup = setup
    this.#heardMs = setup.clock.steadyMs()
    this.#records = new FolderReader(setup.records, setup.note)
    this.exited = new Promise((resolve) => (this.#resolveExit = resolve))
  }

  begin(): void {
    // with the end nobody is left to hear a wish
    const followed = this.#follow().finally(() => this.#leaving.abort())
    void followed.then(this.#resolveExit, (thrown: unknown) => {
      this.#setup.onMessage({ type: 'failed', error: errorData(thrown) }, 0)
      void this.#setup.engine.stop(this.#setup.submission.submissionId).catch(() => undefined) // the failure says more
      this.#resolveExit(noExit)
    })
  }

  stored(): void {
    // what is in the shared folder counts as stored already
  }

  stop(when: StopMoment): void {
    this.#want({ stop: when, isPaused: false })
    this.#askedMs = -Infinity // one that waits is taken out at once
  }

  pause(): void {
    this.#want({ stop: this.#wish.stop, isPaused: true })
  }

  resume(): void {
    this.#want({ stop: this.#wish.stop, isPaused: false })
  }

  kill(): void {
    this.#isKilled = true
    this.#askedMs = -Infinity
  }

  abandon(): void {
    this.#leaving.abort()
  }

  settle(): void {
    this.#setup.settle()
  }

  /**
   * The last wish is the one that counts: each is written after the one before, and the file is replaced
   * whole.
   */
  #want(wish: Wish): void {
    this.#wish = wish
    this.#wishes = this.#wishes
      .then(() => writeFileAtomic(this.#setup.wishPath, JSON.stringify(wish)))
      .catch(async () => {
        await wait(this.#setup.times.readEveryMs)
        if (!this.#leaving.signal.aborted) this.#want(this.#wish)
      })
  }

  async #follow(): Promise<TrainerExit> {
    const { times, clock } = this.#setup
    while (!this.#leaving.signal.aborted) {
      const isDue = clock.steadyMs() - this.#askedMs >= times.askEveryMs || this.#endedMs !== null
      const more = (isDue || this.#isLooking()) && (await this.#takeRecords())
      if (this.#hasEnded) return noExit
      if (isDue) {
        const exit = await this.#ask()
        if (exit !== null) return exit
      }
      if (!more)
        await wait(times.readEveryMs, undefined, { signal: this.#leaving.signal }).catch(() => undefined)
    }
    return noExit
  }

  /**
   * A job that has waited for long is looked at when the engine is asked: thousands may wait, and each look
   * is at a file of the shared folder.
   */
  #isLooking(): boolean {
    const { clock, times } = this.#setup
    return this.#hasRecords || this.#isRunning || clock.steadyMs() - this.#heardMs < times.lookForMs
  }

  /** @returns whether there was anything */
  async #takeRecords(): Promise<boolean> {
    const { clock, onMessage, taken } = this.#setup
    const found = await this.#records.read()
    if (found === null) return false
    this.#hasRecords = true
    if (found.length > 0) this.#heardMs = clock.steadyMs()
    for (const record of found)
      for (const { number, message } of this.#intake.take(record)) {
        const isChange = message.type === 'paused' || message.type === 'resumed'
        if (isChange && number <= taken) continue
        onMessage(message, number)
        if (message.type === 'ended' || message.type === 'failed') this.#hasEnded = true
      }
    return found.length > 0
  }

  /** @returns how the job has ended; null: it has not, as far as anybody knows */
  async #ask(): Promise<TrainerExit | null> {
    const { engine, submission, clock } = this.#setup
    this.#askedMs = clock.steadyMs()
    try {
      const status = await engine.status(submission.submissionId)
      this.#sayBack()
      if (status === null) return await this.#unknown()
      this.#isKnown = true
      if (isEnded(status)) return await this.#ended(status)
      return await this.#alive(status)
    } catch (thrown) {
      if (!(thrown instanceof RecheckError) || !isPassing(thrown)) throw thrown
      this.#sayAway(
        this.#hasRecords
          ? `${thrown.message} The run is followed by its records meanwhile.`
          : `${thrown.message} It is asked again every ${this.#setup.times.askEveryMs / 1000} s.`,
      )
      return null
    }
  }

  async #alive(status: JobStatus): Promise<TrainerExit | null> {
    const { engine, submission } = this.#setup
    this.#isRunning = status.state === 'running'
    const hasBegun = this.#hasRecords || this.#isRunning
    if (!hasBegun) this.#sayWaiting(status.message)
    const isUnwanted = this.#isKilled || (this.#wish.stop !== null && !hasBegun)
    if (!isUnwanted) return null
    await this.#wishes // should it begin all the same, it reads there that it is not to
    await engine.stop(submission.submissionId)
    return hasBegun ? null : { ...noExit, wasStopped: true }
  }

  /** Its last word may be where nobody can read it now; who ends the job does not wait for it. */
  get #mayHaveSpoken(): boolean {
    return this.#records.isCut && !this.#isKilled
  }

  /** Not handed over yet; or the engine has forgotten it, as after its head was begun anew. */
  async #unknown(): Promise<TrainerExit | null> {
    const { engine, submission, clock, times } = this.#setup
    if (!this.#hasRecords) {
      if (this.#wish.stop !== null || this.#isKilled) return { ...noExit, wasStopped: true }
      if (!(await this.#isPrepared())) return null
      await engine.submit(submission)
      this.#askedMs = -Infinity
      return null
    }
    if (this.#mayHaveSpoken || clock.steadyMs() - this.#heardMs < times.lostAfterMs) return null
    const silent = `has not been heard of for ${Math.round(times.lostAfterMs / 1000)} s`
    return {
      ...noExit,
      cause: `${submission.submissionId} ${silent}, and the cluster does not know it${this.#isKnown ? ' any more: its head was begun anew' : ''}.`,
    }
  }

  async #isPrepared(): Promise<boolean> {
    const problem = await this.#setup.prepare().then(() => null, folderProblem)
    if (problem === null) return true
    this.#sayAway(`${problem} The job is handed over as soon as the shared folder can be written.`)
    return false
  }

  async #ended({ state, message }: JobStatus): Promise<TrainerExit | null> {
    const { engine, submission, clock, times } = this.#setup
    if (this.#mayHaveSpoken) this.#endedMs = null
    this.#endedMs ??= clock.steadyMs()
    // its last records may be on their way through the shared folder
    if (clock.steadyMs() - this.#endedMs < times.settleMs) return null
    this.#intake.assertComplete()
    if (state === 'stopped') return { ...noExit, wasStopped: true }
    const said = message === '' ? '' : ` (${message.replace(/\.$/, '')})`
    return {
      ...noExit,
      stderr: await engine.logs(submission.submissionId),
      cause: `Job ${submission.submissionId} has ended without a last word${said}.`,
    }
  }

  #sayAway(message: string): void {
    if (this.#isAway) return
    this.#isAway = true
    this.#setup.note({ level: 'warning', code: 'remote.away', message })
  }

  #sayBack(): void {
    if (!this.#isAway) return
    this.#isAway = false
    this.#setup.note({ level: 'info', code: 'remote.back', message: 'The cluster answers again.' })
  }

  #sayWaiting(message: string): void {
    if (message === this.#waitsFor) return
    const { note, submission } = this.#setup
    const asJob = `Handed over as job ${submission.submissionId}.`
    if (this.#waitsFor === null) note({ level: 'info', code: 'remote.handed-over', message: asJob })
    this.#waitsFor = message
    const words = message === '' ? 'The cluster has not begun it yet.' : message
    note({ level: 'info', code: 'remote.waiting', message: words })
  }
}

/** What another try may not meet. */
function isPassing({ code }: RecheckError): boolean {
  return code === 'ray.away' || code === 'ray.answer'
}
