import { Listeners } from '../../shared/listeners.ts'
import { errorData } from '../../shared/errors/recheckError.ts'
import type { Run } from '../../shared/runs/records.ts'
import type { RunEvent } from '../../shared/runs/runEvent.ts'
import { isOver } from '../../shared/runs/runTransitions.ts'
import type { Clock } from '../host/machine/clock.ts'
import type { Database } from '../store/database.ts'
import { closeAttempt, isOpenRemote, openRemoteRuns } from '../store/runs/remoteRunStore.ts'
import { readRun, runsWithStatus, type NewRun } from '../store/runs/runStore.ts'
import { resumeWithChanges, isActive, type RunChange } from './resumeWithChanges.ts'
import {
  serveControl,
  type ControlClient,
  type ControlCommand,
  type ControlServer,
} from './processes/controlChannel.ts'
import { changeStatusNoted, extendRun } from './loggedStatus.ts'
import { Inquiries } from './processes/inquiry.ts'
import type { Ownership } from './ownership.ts'
import { Workshop } from './tasks/workshop.ts'
import { recoverRun } from './recovery.ts'
import { assertMayExtend, assertMayGoOn, assertMayStart, isFinished } from './runPreconditions.ts'
import { openEngines, type Engines } from './engines/engines.ts'
import { launchRun } from './launchRun.ts'
import type { RemoteAccess } from './remote/remoteAccess.ts'
import { insertQueuedRun } from './queuedRun.ts'
import { createRunQueue } from './runQueue.ts'
import { notActive, superviseRun, type RunTerms, type SupervisedRun } from './processes/superviseRun.ts'
import type { StopMoment } from '../wire/trainerMessages.ts'
import type { TrainerProgram } from './processes/trainingProcess.ts'

export interface OwnerSetup {
  readonly dataDir: string
  readonly program: TrainerProgram
  /** How clusters are reached; left out: as Ray without a token is. */
  readonly remote?: RemoteAccess
  readonly clock: Clock
  /** Where people reach this process: the URL of `recheck serve`, else words such as `recheck train`. */
  readonly address: string
  /** @throws RecheckError `config.*` for a stored config that this version does not read */
  readonly termsOf: (run: Run) => RunTerms
  /** What a run does otherwise when it is given so many more steps, for its log; null or left out: nothing. */
  readonly extensionNoteOf?: (run: Run, steps: number) => string | null
  /** Times of the tests; 1 s and 30 s when left out. */
  readonly retryEveryMs?: number
  readonly stopNowWithinMs?: number
}

/** Made by `openOwner`. */
export class Owner {
  /** For reading; runs are changed through the owner, labels through `runLabels`. */
  readonly db: Database
  readonly dataDir: string
  /** What configs name is opened by processes of their own. */
  readonly inquiries: Inquiries
  readonly workshop: Workshop
  readonly engines: Engines
  /** Runs whose process was gone when this owner began. */
  readonly recovered: readonly Run[]
  readonly #setup: OwnerSetup
  readonly #ownership: Ownership
  readonly #queue = createRunQueue<{ readonly runId: string } & RunTerms>()
  readonly #active = new Map<string, Promise<SupervisedRun>>()
  readonly #listeners = new Listeners<{ readonly runId: string; readonly event: RunEvent }>()
  #control: ControlServer | null = null
  #newPageLink: (() => string) | null = null
  #isClosing = false

  constructor(
    setup: OwnerSetup,
    db: Database,
    found: { readonly ownership: Ownership; readonly recovered: readonly Run[] },
  ) {
    this.#setup = setup
    this.db = db
    this.engines = openEngines({ ...setup, db, onEvent: (runId, event) => this.#tell(runId, event) })
    this.dataDir = setup.dataDir
    this.#ownership = found.ownership
    this.inquiries = new Inquiries({ nodePath: setup.program.nodePath })
    this.workshop = new Workshop(setup, db, (runId, event) => this.#tell(runId, event))
    this.recovered = found.recovered
  }

  /** It lets go of its folder: what ends now was ended by nobody's wish. */
  get isClosing(): boolean {
    return this.#isClosing
  }

  /** @param obey does what another process asks, see `ControlCommand` */
  async listen(obey: (command: ControlCommand, client: ControlClient) => Promise<unknown>): Promise<void> {
    this.#control = await serveControl(this.#setup.dataDir, obey)
    this.announce(this.#setup.address)
  }

  /** A link that opens the page of this process once; null where it serves none. */
  newPageLink(): string | null {
    return this.#newPageLink?.() ?? null
  }

  /**
   * Tells other processes where people reach this one: a server knows its port only when it listens.
   *
   * @param newPageLink  makes a link that opens its page once; null where it serves none
   */
  announce(address: string, newPageLink: (() => string) | null = null): void {
    this.#newPageLink = newPageLink
    if (this.#control === null) return
    this.#ownership.announce({ processId: process.pid, address, control: this.#control.address })
  }

  /** @returns a function that ends the subscription */
  subscribe(listener: (runId: string, event: RunEvent) => void): () => void {
    return this.#listeners.add(({ runId, event }) => listener(runId, event))
  }

  /** A queued row; `start` lets it run. */
  createRun(run: Omit<NewRun, 'runId'>): Run {
    const inserted = insertQueuedRun(this.db, run, this.#setup.clock.nowMs())
    this.#tell(inserted.runId, { type: 'status', status: 'queued', error: null })
    for (const entry of run.log ?? []) this.#tell(inserted.runId, { type: 'log', ...entry })
    return inserted
  }

  /** Lets a queued run start as soon as its device is free. */
  start(runId: string): void {
    const run = readRun(this.db, runId)
    assertMayStart(run)
    this.#enqueue(run)
  }

  /** Runs elsewhere that an earlier owner left: their records are taken in from where the store stands. */
  takeUpRemote(): void {
    for (const runId of openRemoteRuns(this.db)) {
      const run = readRun(this.db, runId)
      if (isOver(run.status)) closeAttempt(this.db, runId)
      else this.#enqueue(run)
    }
  }

  #enqueue(run: Run): void {
    const { runId } = run
    const terms = this.#setup.termsOf(run)
    const { queuesJobs } = this.engines.of(runId).traits
    // an engine that queues its jobs chooses among machines, too, and the last bits of a step differ between
    // them
    this.#queue.add({ runId, ...terms, ...(queuesJobs ? { device: `remote ${runId}`, isExact: false } : {}) })
    this.#startReady()
  }

  /** Lets every queued run start in its turn: those an earlier owner left, too. */
  startQueued(): void {
    for (const { runId, deletedAtMs } of runsWithStatus(this.db, ['queued'])) {
      if (deletedAtMs === null && !this.#active.has(runId)) this.start(runId)
    }
  }

  /** Queued runs and paused ones without a process stop at once; others when their process does. */
  async stop(runId: string, when: StopMoment): Promise<void> {
    const active = this.#active.get(runId)
    if (active) return (await active).stop(when)
    this.#queue.remove(runId)
    const { status } = this.#settled(runId)
    if (isOver(status)) throw notActive(runId, status)
    this.#change(runId, 'stopped')
  }

  /** After the step at hand. With `freeDevice` the process writes a checkpoint and ends; another may start. */
  async pause(runId: string, freeDevice: boolean): Promise<void> {
    const active = this.#active.get(runId)
    if (!active) throw notActive(runId, readRun(this.db, runId).status)
    ;(await active).pause(freeDevice)
  }

  /**
   * Goes on from where the process waits, or from the last checkpoint.
   *
   * @param change  other settings, or an earlier checkpoint; only for a run without a process
   */
  async resume(runId: string, change: RunChange | null = null): Promise<void> {
    assertMayGoOn(readRun(this.db, runId))
    const active = this.#active.get(runId)
    if (active && change !== null) throw isActive(runId)
    if (active) return (await active).resume()
    const run = this.#settled(runId)
    // its last word could not be stored: it is read again
    if (isOpenRemote(this.db, runId)) return this.#enqueue(run)
    if (run.status === 'finished') throw isFinished(run)
    if (run.status === 'queued') {
      // of an owner that was killed before its turn came
      if (change !== null) throw isActive(runId)
      if (!this.#queue.waiting().includes(runId)) this.start(runId)
      return
    }
    const nowMs = this.#setup.clock.nowMs()
    if (change !== null) await resumeWithChanges(this, run, { change, nowMs })
    this.#change(runId, 'queued')
    this.start(runId)
  }

  /** Gives a finished run of stage 2 more steps and starts it again. */
  extend(runId: string, steps: number): void {
    const run = readRun(this.db, runId)
    assertMayExtend(run)
    const note = this.#setup.extensionNoteOf?.(run, steps) ?? null
    extendRun(this.db, run, { steps, note, nowMs: this.#setup.clock.nowMs() })
    this.#tell(runId, { type: 'status', status: 'queued', error: null })
    this.start(runId)
  }

  /** Runs that this machine executes, or that wait for their turn here. */
  inHand(): readonly string[] {
    const all = [...this.#active.keys(), ...this.#queue.waiting()]
    return all.filter((runId) => this.engines.of(runId).traits.isThisMachine)
  }

  /** Resolves when no process executes or awaits this run any more. */
  async whenEnded(runId: string): Promise<Run> {
    const isWaiting = (): boolean => !this.#isClosing && this.#queue.waiting().includes(runId)
    while (this.#active.has(runId) || isWaiting()) {
      const active = this.#active.get(runId) ?? [...this.#active.values()][0]
      if (active) await (await active).ended
      await new Promise((resolve) => setImmediate(resolve))
    }
    return readRun(this.db, runId)
  }

  /**
   * Stops every trainer of this machine (`abandon`: kills it, as a crash would), then lets go of the folder.
   * Runs elsewhere go on, and the next owner takes them up.
   */
  async close(how: StopMoment | 'abandon'): Promise<void> {
    this.#isClosing = true
    this.inquiries.close()
    await Promise.all([this.workshop.close(), this.#control?.close()])
    await Promise.allSettled(
      [...this.#active].map(async ([runId, active]) => {
        const run = await active
        if (how === 'abandon' || this.engines.of(runId).traits.outlivesOwner) run.abandon()
        else run.stop(how)
        await run.ended
      }),
    )
    this.db.close()
    this.#ownership.release()
  }

  /** The row of a run without a process; set right when the store could not take that process's last word. */
  #settled(runId: string): Run {
    const run = readRun(this.db, runId)
    const recovered = recoverRun(this.db, run, { dataDir: this.dataDir, nowMs: this.#setup.clock.nowMs() })
    if (recovered !== null)
      this.#tell(runId, { type: 'status', status: recovered.status, error: recovered.error })
    return recovered ?? run
  }

  #startReady(): void {
    if (this.#isClosing) return
    for (const { runId, ...terms } of this.#queue.takeReady()) {
      const active = this.#supervise(runId, terms)
      this.#active.set(runId, active)
      void active
        .then((run) => run.ended)
        .catch((thrown: unknown) => this.#tellFailure(runId, thrown))
        .finally(() => this.#release(runId))
    }
  }

  #supervise(runId: string, terms: RunTerms): Promise<SupervisedRun> {
    const { retryEveryMs = 1000, stopNowWithinMs = 30_000 } = this.#setup
    const setup = {
      ...this.#setup,
      db: this.db,
      onEvent: (id: string, event: RunEvent) => this.#tell(id, event),
    }
    const launch = launchRun(setup, this.engines.of(runId), { runId, ...terms })
    return superviseRun({ ...setup, launch, retryEveryMs, stopNowWithinMs, terms }, runId)
  }

  #release(runId: string): void {
    this.#active.delete(runId)
    this.#queue.release(runId)
    this.#startReady()
  }

  #change(runId: string, status: 'queued' | 'stopped'): void {
    changeStatusNoted(this.db, runId, { status, nowMs: this.#setup.clock.nowMs() })
    this.#tell(runId, { type: 'status', status, error: null })
  }

  /** The store itself refused the run's last word: nobody is left to note it but those who listen. */
  #tellFailure(runId: string, thrown: unknown): void {
    const { code, message } = errorData(thrown)
    this.#tell(runId, { type: 'log', level: 'error', code, message, remedy: null })
  }

  #tell(runId: string, event: RunEvent): void {
    this.#listeners.tell({ runId, event })
  }
}
