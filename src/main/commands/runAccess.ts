import { setTimeout as wait } from 'node:timers/promises'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { ImportOutcome } from '../../shared/runs/imports/importedRun.ts'
import { isOver } from '../../shared/runs/runTransitions.ts'
import { systemClock } from '../host/machine/clock.ts'
import { processStart } from '../host/machine/processInfo.ts'
import {
  askOwner,
  type AskedCommand,
  type Asking,
  type FollowedEvent,
} from '../owner/processes/controlChannel.ts'
import { openLocalOwner } from '../owner/localOwner.ts'
import { isFollowed, startedRun, type StartedRun } from '../owner/obeyCommand.ts'
import type { Owner } from '../owner/owner.ts'
import { readOwnerCard, type OwnerCard } from '../owner/ownership.ts'
import type { ImportTold, WantedImport } from '../owner/tasks/runImports.ts'
import type { RunChange } from '../owner/resumeWithChanges.ts'
import { startRun, type CheckedPlan } from '../owner/startRuns.ts'
import { readStore } from '../owner/withStore.ts'
import type { StopMoment } from '../wire/trainerMessages.ts'
import type { Database } from '../store/database.ts'
import { readRun } from '../store/runs/runStore.ts'
import { keepSweep } from '../store/sweepStore.ts'
import type { PlannedSweep } from '../../shared/sweep/plannedSweep.ts'
import { withStoreErrorsLater } from '../store/storeError.ts'
import type { CommandCall } from './command.ts'

/** The runs of a data folder: executed by this process, or by the one that owns the folder already. */
export interface RunAccess {
  /** The process that executes the runs; null = this one. */
  readonly elsewhere: Pick<OwnerCard, 'processId' | 'address'> | null
  /** Makes a run and lets it start. */
  start(plan: CheckedPlan): Promise<StartedRun>
  resume(runId: string, change: RunChange | null): Promise<void>
  extend(runId: string, steps: number): Promise<void>
  /** @param signal gives the waiting for an answer up */
  stop(runId: string, when: StopMoment, signal?: AbortSignal): Promise<void>
  /** Resolves when nothing executes or awaits the run any more. */
  follow(runId: string, onEvent: (event: FollowedEvent) => void): Promise<void>
  /** Takes in runs that another tool has logged. */
  importRuns(wanted: WantedImport, told: ImportTold): Promise<readonly ImportOutcome[]>
  read<T>(look: (db: Database) => T): Promise<T>
  /** Notes what the sweep of this name is, in the place of what was noted before. */
  keepSweep(sweep: PlannedSweep): Promise<void>
}

export interface AccessNeed {
  /** What others are told of this process: `recheck train`. */
  readonly address: string
  /** Checks the input: its own error comes before that of a folder that cannot be had. */
  readonly check: () => Promise<unknown>
}

/**
 * Works on the runs of the command's data folder, as its owner where nobody owns it, else by asking its
 * owner.
 *
 * @throws RecheckError `owner.busy`, `owner.silent` where the owner cannot be asked; whatever `need.check`
 *   throws first
 */
export async function withRuns<T>(
  call: CommandCall,
  need: AccessNeed,
  work: (runs: RunAccess) => Promise<T>,
): Promise<T> {
  const owner = await openOwnerOrNull(call, need)
  if (owner === null) return work(remoteAccess(call, requireCard(call.dataFolder)))
  try {
    return await withStoreErrorsLater(owner.db.name, () => work(localAccess(owner)))
  } finally {
    await endOthers(owner, call).finally(() => owner.close('now'))
  }
}

/** Null: another process owns the folder and answers. */
async function openOwnerOrNull(call: CommandCall, { address, check }: AccessNeed): Promise<Owner | null> {
  try {
    return await openLocalOwner({ dataDir: call.dataFolder, address, nodePath: process.execPath })
  } catch (thrown) {
    if (await isAnotherOwner(thrown, call, check)) return null
    throw thrown
  }
}

/**
 * Whether an error says that another process owns the folder, and that one answers.
 *
 * @param check  of the input, before a refusal
 * @throws RecheckError `owner.silent`, or `owner.busy` where the owner cannot be reached; what `check` throws
 */
export async function isAnotherOwner(
  thrown: unknown,
  { dataFolder, signal }: CommandCall,
  check: () => Promise<unknown> = () => Promise.resolve(),
): Promise<boolean> {
  if (!(thrown instanceof RecheckError) || thrown.code !== 'owner.busy') return false
  try {
    await askOwner(dataFolder, { command: 'ping' }, { signal })
    return true
  } catch (unreachable) {
    await check()
    // else it has just begun or ended, or is of another version: who it is says more
    const isSilent = unreachable instanceof RecheckError && unreachable.code === 'owner.silent'
    throw isSilent ? unreachable : thrown
  }
}

/** Runs that other terminals have handed over: this process is their owner. */
async function endOthers(owner: Owner, call: CommandCall): Promise<void> {
  const others = owner.inHand()
  if (others.length === 0) return
  call.note(
    `Another command has handed over ${others.join(', ')} to this process, which ends with it. Ctrl-C stops it after its step.`,
  )
  const stop = (): void =>
    others.forEach((runId) => void owner.stop(runId, 'after-step').catch(() => undefined)) // it may just have ended
  call.signal.addEventListener('abort', stop, { once: true })
  if (call.signal.aborted) stop()
  await Promise.all(others.map((runId) => owner.whenEnded(runId)))
}

export function localAccess(owner: Owner): RunAccess {
  return {
    elsewhere: null,
    start: async (plan) => startedRun(await startRun(owner, plan)),
    resume: (runId, change) => owner.resume(runId, change),
    extend: async (runId, steps) => owner.extend(runId, steps),
    stop: (runId, when) => owner.stop(runId, when),
    importRuns: (wanted, told) => owner.workshop.runImports.import(wanted, told),
    async follow(runId, onEvent) {
      const unsubscribe = owner.subscribe((id, event) => {
        if (id === runId && isFollowed(event)) onEvent(event)
      })
      await owner.whenEnded(runId).finally(unsubscribe)
    },
    read: async (look) => look(owner.db),
    keepSweep: async (sweep) => keepSweep(owner.db, sweep, systemClock.nowMs()),
  }
}

/** Loading a tokenizer and hashing weights comes before the answer. */
const startWithinMs = 180_000

function remoteAccess({ dataFolder, signal }: CommandCall, card: OwnerCard): RunAccess {
  const ask = async (command: AskedCommand, asking: Asking = {}): Promise<void> =>
    void (await askOwner(dataFolder, command, asking))
  const read = <T>(look: (db: Database) => T): Promise<T> => readStore(dataFolder, systemClock, look)
  return {
    elsewhere: card,
    read,
    start: async (plan) =>
      (await askOwner(
        dataFolder,
        { command: 'start', plan },
        { signal, withinMs: startWithinMs },
      )) as StartedRun,
    resume: (runId, change) => ask({ command: 'resume', runId, change }),
    extend: (runId, steps) => ask({ command: 'extend', runId, steps }),
    keepSweep: (sweep) => ask({ command: 'keep-sweep', sweep }),
    importRuns: async (wanted, { signal: end, onProgress }) =>
      (await askOwner(
        dataFolder,
        { command: 'import-runs', ...wanted },
        {
          signal: end,
          withinMs: Infinity,
          onEvent: (event) => event.type === 'progress' && onProgress?.(event.progress),
        },
      )) as readonly ImportOutcome[],
    stop: (runId, when, given) =>
      ask({ command: 'stop', runId, when }, given === undefined ? {} : { signal: given }),
    async follow(runId, onEvent) {
      try {
        await ask({ command: 'follow', runId }, { withinMs: Infinity, onEvent })
      } catch (thrown) {
        if (!(thrown instanceof RecheckError) || thrown.code !== 'owner.none') throw thrown
        // the owner is ending, or was killed: the store says when the run has stopped
        const isRunning = async (): Promise<boolean> =>
          !isOver((await read((db) => readRun(db, runId))).status)
        while (processStart(card.processId) !== null && (await isRunning())) await wait(lookEveryMs)
      }
    },
  }
}

const lookEveryMs = 250

function requireCard(dataDir: string): OwnerCard {
  const card = readOwnerCard(dataDir)
  if (card !== null) return card
  throw new RecheckError('owner.none', `the process that owned ${dataDir} has just ended: try again.`)
}
