import type { Owner } from '../owner.ts'
import { startRun } from '../startRuns.ts'
import type { TrialHost } from './trialHost.ts'

/** What an owner does for one sweep. */
export interface HostedWork {
  /** No further trial begins. */
  isStopping: boolean
  /** The trials in hand end after their step. */
  stopsNow: boolean
  isOver: boolean
  /** Runs that are followed. */
  readonly inHand: Set<string>
  said: string | null
}

/** Trials that the owner runs by itself, without a terminal. */
export function ownerHost(owner: Owner, work: HostedWork, onChange: () => void): TrialHost {
  return hostThatSays(owner, work, (line) => {
    work.said = line
    onChange()
  })
}

function hostThatSays(owner: Owner, work: HostedWork, say: (line: string) => void): TrialHost {
  return {
    begin: async (plan) => (await startRun(owner, plan)).runId,
    resume: (runId) => owner.resume(runId, null),
    extend: async (runId, steps) => owner.extend(runId, steps),
    async follow(runId) {
      work.inHand.add(runId)
      // a run that has just ended needs no stop
      if (work.stopsNow) await owner.stop(runId, 'after-step').catch(() => undefined)
      return owner.whenEnded(runId).finally(() => work.inHand.delete(runId))
    },
    read: async (look) => look(owner.db),
    note: say,
    count: (over, of) => say(`${over} of ${of} trials are over.`),
    forTrial: (name) => hostThatSays(owner, work, (line) => say(`${name}: ${line}`)),
    get isStopping() {
      return work.isStopping
    },
  }
}
