import type { TrialHost } from '../owner/sweep/trialHost.ts'
import type { CommandCall } from './command.ts'
import { followRun } from './followRun.ts'
import type { RunAccess } from './runAccess.ts'
import { startAndName } from './startedRun.ts'

/** Trials that a command runs and shows in its terminal. */
export function terminalHost(runs: RunAccess, call: CommandCall): TrialHost {
  return {
    begin: (plan) => startAndName(runs, plan, call),
    resume: (runId) => runs.resume(runId, null),
    extend: (runId, steps) => runs.extend(runId, steps),
    follow: (runId) => followRun(runs, runId, call),
    read: (look) => runs.read(look),
    note: (line) => call.note(line),
    count: (over, of) => call.progress.update({ activity: 'sweep', done: over, total: of, unit: 'trials' }),
    forTrial: (name) => terminalHost(runs, quietCall(call, name)),
    get isStopping() {
      return call.signal.aborted
    },
  }
}

/** Of several trials at a time each line says whose it is, and none shows a bar. */
function quietCall(call: CommandCall, name: string): CommandCall {
  return {
    ...call,
    progress: { update: () => undefined, stop: () => undefined },
    note: (line) => call.note(`${name}: ${line}`),
  }
}
