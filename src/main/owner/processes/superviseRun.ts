import { errorData, RecheckError, type ErrorData } from '../../../shared/errors/recheckError.ts'
import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import type { Run, RunStatus } from '../../../shared/runs/records.ts'
import type { EventBatch, RunEvent } from '../../../shared/runs/runEvent.ts'
import { startedStage } from '../../../shared/runs/startedStage.ts'
import type { Clock } from '../../host/machine/clock.ts'
import { openBatchWriter, type BatchWriter } from '../../store/batchStore.ts'
import { readCheckpoints } from '../../store/checkpointStore.ts'
import { assertInPlace, type Database } from '../../store/database.ts'
import { appendLog, readLog } from '../../store/eventLog.ts'
import { storeError } from '../../store/storeError.ts'
import { changeStatus, readRun, recordHeartbeat } from '../../store/runs/runStore.ts'
import { withDiskPatience } from '../retryWhileDiskFull.ts'
import type { Launch } from '../launch.ts'
import { endOf, type Intent } from './endOfTrainer.ts'
import { changeStatusNoted } from '../loggedStatus.ts'
import { applyRetention, foldersReplacedBy, removeUnnamed } from '../retention.ts'
import { outOfMemoryBeforeTraining, outOfMemoryMessage } from '../../wire/outOfMemory.ts'
import { resumePoint } from '../../wire/resumePoint.ts'
import { memoryPlanCode } from '../requireMemory.ts'
import { describeFailure, withMemoryPlan, type ExitAdvice, type TrainerExit } from './trainerExit.ts'
import type { StopMoment, TrainerMessage } from '../../wire/trainerMessages.ts'
import type { TrainingProcess } from './trainingProcess.ts'

/** What a stored config says of how its run is executed: read once, when the run is let start. */
export interface RunTerms {
  readonly config: RunConfig
  /** What the run takes for itself, for example `cpu` or `gpu`; runs of one device wait for each other. */
  readonly device: string
  /** A step computed twice gives the same bytes: on a processor, not on a graphics card. */
  readonly isExact: boolean
  /** Checkpoints kept beside the best one. */
  readonly keepLast: number
}

export interface SupervisionSetup {
  readonly db: Database
  readonly dataDir: string
  readonly launch: Launch
  readonly clock: Clock
  readonly terms: RunTerms
  /** Stored first, then told. */
  readonly onEvent: (runId: string, event: RunEvent) => void
  readonly retryEveryMs: number
  /** How long a trainer may take to obey "stop now". */
  readonly stopNowWithinMs: number
}

/** One run while a trainer process executes it. */
export interface SupervisedRun {
  stop(when: StopMoment): void
  pause(freeDevice: boolean): void
  resume(): void
  /**
   * Ends a child process and stops trying to store: the next owner will find the run interrupted. A job
   * elsewhere goes on, and the next owner takes it up.
   */
  abandon(): void
  /** Resolves when the process has ended and the run's status is stored. */
  readonly ended: Promise<void>
}

/** Starts the trainer of a queued run and stores what it reports until it ends. */
export async function superviseRun(setup: SupervisionSetup, runId: string): Promise<SupervisedRun> {
  const supervision = new Supervision(setup, runId)
  await supervision.start()
  return supervision
}

class Supervision implements SupervisedRun {
  readonly ended: Promise<void>
  readonly #setup: SupervisionSetup
  readonly #runId: string
  readonly #writer: BatchWriter
  #process: TrainingProcess | null = null
  #intent: Intent = 'run'
  #isAbandoned = false
  #rowsPerMicroBatch: number | null = null
  /** What the trainer, or the store, said before the process ended. */
  #report: { readonly outcome: 'finished' | 'stopped' } | { readonly error: ErrorData } | null = null
  /** Messages are handled one after the other, in the order in which they came. */
  #work: Promise<void> = Promise.resolve()
  #resolveEnded: () => void = () => undefined
  #rejectEnded: (reason: unknown) => void = () => undefined

  constructor(setup: SupervisionSetup, runId: string) {
    this.#setup = setup
    this.#runId = runId
    this.#writer = openBatchWriter(setup.db, runId, setup.terms.isExact ? 'must-equal' : 'first-stays')
    this.ended = new Promise((resolve, reject) => {
      this.#resolveEnded = resolve
      this.#rejectEnded = reject
    })
  }

  async start(): Promise<void> {
    const { db, launch } = this.#setup
    try {
      const trainer = await launch((message) => this.#enqueue(message))
      this.#process = trainer
      if (trainer.mark !== null) await this.#setStatus('running', { process: trainer.mark })
      void trainer.exited.then((exit) => this.#finish(exit)).then(this.#resolveEnded, this.#rejectEnded)
    } catch (thrown) {
      this.#process?.kill()
      await this.#setStatus('failed', { error: errorData(storeError(thrown, db.name)) })
      this.#resolveEnded()
    }
  }

  stop(when: StopMoment): void {
    this.#intent = 'stop'
    this.#process?.stop(when)
    if (when === 'now') this.#killUnlessEnded(this.#setup.stopNowWithinMs)
  }

  pause(freeDevice: boolean): void {
    if (!freeDevice) return this.#process?.pause()
    this.#intent = 'free-device'
    this.#process?.stop('after-step')
  }

  resume(): void {
    this.#process?.resume()
  }

  abandon(): void {
    this.#isAbandoned = true
    this.#process?.abandon()
  }

  #killUnlessEnded(afterMs: number): void {
    const timer = setTimeout(() => this.#process?.kill(), afterMs)
    void this.#process?.exited.then(() => clearTimeout(timer))
  }

  #enqueue(message: TrainerMessage): void {
    this.#work = this.#work.then(() => this.#handle(message)).catch((thrown: unknown) => this.#giveUp(thrown))
  }

  /** What cannot be stored must not go on: the process is ended, the run says why. */
  #giveUp(thrown: unknown): void {
    this.#report ??= { error: errorData(storeError(thrown, this.#setup.db.name)) }
    this.#process?.kill()
  }

  async #handle(message: TrainerMessage): Promise<void> {
    const { db, clock } = this.#setup
    switch (message.type) {
      case 'began':
        if (readRun(db, this.#runId).status !== 'queued') return // taken up again
        return this.#setStatus('running', { process: null })
      case 'batch':
        return this.#storeBatch(message.batch)
      case 'heartbeat': {
        assertInPlace(db)
        const beat = { nowMs: clock.nowMs(), activeMs: message.activeMs }
        return this.#patiently(() => recordHeartbeat(db, this.#runId, beat))
      }
      case 'paused':
        return this.#setStatus('paused', {})
      case 'resumed':
        // a paused trainer that is to stop goes on to do so: nobody has resumed the run
        return this.#setStatus('running', { isNoted: this.#intent === 'run' })
      case 'ended':
        this.#report ??= { outcome: message.outcome }
        return
      case 'failed':
        this.#report ??= { error: describeFailure(message.error, this.#advice().outOfMemory) }
        return
      case 'micro-batch':
        this.#rowsPerMicroBatch = message.rows
        return
    }
  }

  async #storeBatch(batch: EventBatch): Promise<void> {
    if (this.#report !== null) return // contradicted what is stored: nothing after it counts
    const { dataDir, db, clock, terms, onEvent } = this.#setup
    const runId = this.#runId
    assertInPlace(db)
    const replaced = foldersReplacedBy(db, batch)
    const isNew = await this.#patiently(() => this.#writer.store(batch, clock.nowMs()))
    this.#process?.stored(batch.sequence)
    if (!isNew) return
    for (const event of batch.events) onEvent(runId, event)
    if (batch.events.some((event) => event.type === 'checkpoint')) {
      await removeUnnamed(db, dataDir, { runId, folders: replaced })
      await applyRetention(db, dataDir, { runId, keepLast: terms.keepLast })
    }
  }

  #patiently<T>(work: () => T): Promise<T> {
    return withDiskPatience(work, {
      retryEveryMs: this.#setup.retryEveryMs,
      isGivenUp: () => this.#isAbandoned,
      onFull: (error) =>
        this.#setup.onEvent(this.#runId, {
          type: 'log',
          level: 'error',
          code: error.code,
          message: error.message,
          remedy: 'The run waits, loses nothing, and goes on by itself once there is space.',
        }),
    })
  }

  async #finish(exit: TrainerExit): Promise<void> {
    await this.#work
    if (this.#isAbandoned) return
    const { status } = readRun(this.#setup.db, this.#runId)
    const end = endOf({
      report: this.#report,
      intent: this.#intent,
      status,
      exit,
      advice: this.#advice(),
    })
    const error = end.error === null ? null : withMemoryPlan(end.error, this.#planned())
    if (error) await this.#patiently(() => this.#log(error))
    await this.#setStatus(end.status, { error, process: null })
    this.#process?.settle()
  }

  #advice(): ExitAdvice {
    const { db } = this.#setup
    const checkpointStep = readCheckpoints(db, this.#runId)[0]?.step ?? null
    const resumes = resumePoint(startedStage(readRun(db, this.#runId)), checkpointStep)
    const rows = this.#rowsPerMicroBatch
    const outOfMemory =
      rows === null ? outOfMemoryBeforeTraining(resumes) : outOfMemoryMessage(this.#runId, rows)
    return { outOfMemory, resumes }
  }

  /** What was said of the run's memory when it was made. */
  #planned(): Parameters<typeof withMemoryPlan>[1] {
    const entry = readLog(this.#setup.db, this.#runId, { after: 0, limit: 100 }).find(
      ({ code }) => code === memoryPlanCode,
    )
    const planned = entry === undefined ? null : [entry.message, entry.remedy ?? ''].join(' ').trim()
    return { planned, resumes: this.#advice().resumes }
  }

  #log(error: ErrorData | null): void {
    if (error === null) return
    const { db, clock, onEvent } = this.#setup
    const entry = { level: 'error', code: error.code, message: error.message, remedy: null } as const
    appendLog(db, { ...entry, runId: this.#runId, atMs: clock.nowMs() })
    onEvent(this.#runId, { type: 'log', ...entry })
  }

  async #setStatus(status: RunStatus, { isNoted = true, ...change }: OwnStatusChange): Promise<void> {
    const { db, clock, onEvent } = this.#setup
    const store = isNoted ? changeStatusNoted : changeStatus
    const run: Run = await this.#patiently(() =>
      store(db, this.#runId, { status, ...change, nowMs: clock.nowMs() }),
    )
    onEvent(this.#runId, { type: 'status', status: run.status, error: run.error })
  }
}

interface OwnStatusChange {
  readonly error?: ErrorData | null
  readonly process?: TrainingProcess['mark'] | null
  /** Left out: the run's log says so. */
  readonly isNoted?: boolean
}

/** Thrown by owner calls that need a process the run has not. */
export function notActive(runId: string, status: RunStatus): RecheckError {
  return new RecheckError('run.not-active', `run ${runId} is ${status}; no process executes it.`)
}
