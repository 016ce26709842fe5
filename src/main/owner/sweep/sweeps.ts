import { errorData, RecheckError } from '../../../shared/errors/recheckError.ts'
import type { PlannedSweep } from '../../../shared/sweep/plannedSweep.ts'
import { parseSweep, type SweepSpec } from '../../../shared/sweep/sweepSpec.ts'
import type { Sweep } from '../../../shared/sweep/sweepTrials.ts'
import type { SweepWork } from '../../../shared/sweep/sweepView.ts'
import { isOver } from '../../../shared/runs/runTransitions.ts'
import { keepSweep, markUnderWay, readSweep, sweepsUnderWay, type KeptSweep } from '../../store/sweepStore.ts'
import type { Owner } from '../owner.ts'
import { openSweep } from './openSweep.ts'
import { ownerHost, type HostedWork } from './ownerHost.ts'
import type { SweepEnd } from './runRung.ts'
import { runTrials } from './runTrials.ts'
import { checkedTrial, runsOfSweep } from './runTrial.ts'

export interface SweepsSetup {
  readonly owner: Owner
  readonly nowMs: () => number
  /** The state of a sweep is another. */
  readonly onChange: () => void
}

/** A sweep as it is kept, with its trials. */
export interface OpenedSweep {
  readonly kept: KeptSweep
  readonly sweep: Sweep
}

export interface SweepExtension {
  readonly seeds: number
  readonly randomTrials: number
  readonly budget: unknown
}

/** Sweeps that the owner runs by itself, for pages; those of terminals are run there. */
export class Sweeps {
  readonly #setup: SweepsSetup
  readonly #work = new Map<string, HostedWork>()
  /** By name: opening checks every trial's config. */
  readonly #opened = new Map<string, { readonly text: string; readonly sweep: Sweep }>()

  constructor(setup: SweepsSetup) {
    this.#setup = setup
  }

  stateOf(name: string): SweepWork {
    const work = this.#work.get(name)
    if (work === undefined) return { state: 'idle', said: null }
    const state = work.isOver ? 'idle' : work.isStopping ? 'ending' : 'running'
    return { state, said: work.said }
  }

  /** @returns null where no sweep of that name was begun @throws RecheckError see `openSweep` */
  find(name: string): OpenedSweep | null {
    const kept = readSweep(this.#setup.owner.db, name)
    if (kept === null) return null
    const text = JSON.stringify(kept.spec)
    const known = this.#opened.get(name)
    if (known?.text === text) return { kept, sweep: known.sweep }
    const sweep = openSweep(kept.spec)
    this.#opened.set(name, { text, sweep })
    return { kept, sweep }
  }

  /**
   * Begins a sweep, or lets one of this name go on with this plan.
   *
   * @throws RecheckError `sweep.*`, `config.*` before anything is kept
   */
  start(planned: Omit<PlannedSweep, 'trials'>): void {
    const { owner, nowMs } = this.#setup
    const { name } = planned.spec
    this.#requireIdle(name)
    const sweep = openSweep(planned.spec)
    for (const trial of sweep.trials) checkedTrial({ trial, group: name })
    keepSweep(owner.db, { ...planned, trials: sweep.trials.length }, nowMs())
    this.#begin({ ...planned, trials: sweep.trials.length }, sweep, false)
  }

  /** @throws RecheckError `sweep.unknown`, `sweep.busy` */
  resume(name: string, retryFailed: boolean): void {
    this.#requireIdle(name)
    const { kept, sweep } = this.#required(name)
    this.#begin(kept, sweep, retryFailed)
  }

  /**
   * Lets the sweeps go on that an earlier process was at work on when it was ended or killed. One that was
   * paused waits; why one cannot go on is said beside it.
   */
  goOn(): void {
    for (const name of sweepsUnderWay(this.#setup.owner.db)) {
      try {
        // its runs may be queued, or under way elsewhere: they are followed
        const { kept, sweep } = this.#required(name)
        this.#begin(kept, sweep, false)
      } catch (thrown) {
        this.#work.set(name, { ...idleWork(), isOver: true, said: errorData(thrown).message })
      }
    }
  }

  /** @throws RecheckError `sweep.unknown`, `sweep.busy`, `sweep.invalid` */
  extend(name: string, { seeds, randomTrials, budget }: SweepExtension): void {
    const { kept } = this.#required(name)
    const { spec } = kept
    const next = 1 + Math.max(...spec.seeds)
    const extended = {
      ...spec,
      seeds: spec.seeds.concat(Array.from({ length: seeds }, (_, index) => next + index)),
      ...(spec.random === undefined
        ? {}
        : { random: { ...spec.random, trials: spec.random.trials + randomTrials } }),
      ...(budget === null ? {} : { budget }),
    }
    const { kind, place, parallel } = kept
    this.start({ kind, place, parallel, spec: parseSweep(extended, 'the extended sweep') })
  }

  /** @throws RecheckError `sweep.idle` where this owner runs no such sweep */
  stop(name: string, when: 'after-trial' | 'now'): void {
    const work = this.#work.get(name)
    if (work === undefined || work.isOver)
      throw new RecheckError(
        'sweep.idle',
        `The sweep “${name}” is not run by this process: stop its runs, or press Ctrl-C where it was begun.`,
      )
    work.isStopping = true
    markUnderWay(this.#setup.owner.db, name, false)
    if (when === 'now') {
      work.stopsNow = true
      // a run that has just ended needs no stop
      for (const runId of work.inHand) void this.#setup.owner.stop(runId, 'after-step').catch(() => undefined)
    }
    this.#setup.onChange()
  }

  #required(name: string): OpenedSweep {
    const found = this.find(name)
    if (found !== null) return found
    throw new RecheckError(
      'sweep.unknown',
      `No sweep “${name}” was begun here; a group of runs alone has no trials that could go on.`,
    )
  }

  /** Two that run the same trials would begin one twice. */
  #requireIdle(name: string): void {
    const { state } = this.stateOf(name)
    const active = [...runsOfSweep(this.#setup.owner.db, name).values()].find(({ status }) => !isOver(status))
    if (state === 'idle' && (active === undefined || active.status === 'paused')) return
    throw new RecheckError(
      'sweep.busy',
      state !== 'idle'
        ? `The sweep “${name}” is under way.`
        : `The run “${active?.name ?? ''}” of the sweep “${name}” is ${active?.status ?? ''}: a terminal runs this sweep, or somebody has started that run. Wait for it, or stop it.`,
    )
  }

  #begin(planned: PlannedSweep, sweep: Sweep, retryFailed: boolean): void {
    const { owner, onChange } = this.#setup
    const { name } = planned.spec
    const work = idleWork()
    this.#work.set(name, work)
    markUnderWay(owner.db, name, true)
    const { place, parallel } = planned
    const host = ownerHost(owner, work, onChange)
    void runTrials(sweep, { retryFailed, place, parallel, host })
      .then((end) => endText(end, planned.spec))
      .catch((thrown: unknown) => errorData(thrown).message)
      .then((said) => {
        work.isOver = true
        work.said = said
        if (owner.isClosing) return // the next process goes on
        markUnderWay(owner.db, name, false)
        onChange()
      })
    onChange()
  }
}

function idleWork(): HostedWork {
  return { isStopping: false, stopsNow: false, isOver: false, inHand: new Set(), said: null }
}

function endText(end: SweepEnd, { budget }: SweepSpec): string {
  if (end === null) return 'All trials are over.'
  if (end.kind === 'stopped') return 'Stopped. Resume goes on with what is left.'
  const limits = Object.entries(budget).map(([unit, most]) => `${most} ${unit}`)
  return `Ended: ${end.why} (${limits.join(', ')}). Extend raises it.`
}
