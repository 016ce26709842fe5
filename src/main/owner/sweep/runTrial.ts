import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import { configDifferences } from '../../../shared/config/layers.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { RemotePlace } from '../../../shared/runs/remotePlace.ts'
import type { Run } from '../../../shared/runs/records.ts'
import { isOver } from '../../../shared/runs/runTransitions.ts'
import type { Trial } from '../../../shared/sweep/sweepTrials.ts'
import { checkedPlan, fallbackCode, type CheckedPlan } from '../startRuns.ts'
import { readLog } from '../../store/eventLog.ts'
import type { Database } from '../../store/database.ts'
import { listRuns } from '../../store/runs/runStore.ts'
import { storedConfig } from '../../store/runs/storedConfig.ts'
import type { TrialHost } from './trialHost.ts'

/** The runs of a sweep by name, deleted ones left out. */
export function runsOfSweep(db: Database, group: string): ReadonlyMap<string, Run> {
  return new Map(
    listRuns(db, { group })
      .toReversed() // newest first: of two with one name the newer counts
      .map((run) => [run.name, run]),
  )
}

export interface TrialPlan {
  readonly trial: Trial
  readonly group: string
  /** The trial's run; null = it has not begun. */
  readonly before: Run | null
  /** null = as many as the trial's config says; else the run is extended to so many. */
  readonly steps: number | null
  /** A run that failed is resumed instead of being left as it is. */
  readonly retryFailed: boolean
  /** Where its run is executed if it has not begun; null = on this machine. */
  readonly place: RemotePlace | null
}

/** What a trial starts, checked. @throws RecheckError `config.*` */
export function checkedTrial({ trial, group }: Pick<TrialPlan, 'trial' | 'group'>): CheckedPlan {
  const { config, name } = trial
  return checkedPlan({ stage: 'self-correction', config, source: `trial "${name}"`, vStarId: null, group })
}

/**
 * Starts a trial, or lets it go on from wherever it is: stopped, interrupted, running, or finished already,
 * which repeats nothing.
 *
 * @returns its run, where it needs no following: over, and left as it is; else the run's id
 * @throws RecheckError `sweep.changed` where a run of the trial's name was made with another config
 */
export async function beginTrial(plan: TrialPlan, host: TrialHost): Promise<Run | string> {
  const { before, place } = plan
  const checked = checkedTrial(plan)
  if (before === null) return host.begin({ ...checked, place })
  await requireSameConfig(host, { before, wanted: checked.config, steps: plan.steps })
  if (before.status === 'finished' || (before.status === 'failed' && !plan.retryFailed)) return before
  if (isOver(before.status) || before.status === 'paused') await host.resume(before.runId)
  return before.runId
}

/** Follows a trial that was begun to its end, over all the steps that its rung wants. */
export async function endTrial(begun: Run | string, plan: TrialPlan, host: TrialHost): Promise<Run> {
  return extended(typeof begun === 'string' ? await host.follow(begun) : begun, plan, host)
}

/** A finished run with fewer steps than the rung wants goes on; any other is returned as it is. */
async function extended(run: Run, { steps }: TrialPlan, host: TrialHost): Promise<Run> {
  if (steps === null || run.status !== 'finished' || run.stepsDone >= steps) return run
  await host.extend(run.runId, steps - run.stepsDone)
  return host.follow(run.runId)
}

/** Stored configs are read as they read today: a field that came with a later version has its default there. */
async function requireSameConfig(
  host: TrialHost,
  given: { readonly before: Run; readonly wanted: RunConfig; readonly steps: number | null },
): Promise<void> {
  const { before: run, wanted, steps } = given
  const log = await host.read((db) => readLog(db, run.runId, { after: 0, limit: 100 }))
  const isFallback = log.some(({ code }) => code === fallbackCode)
  const differing = configDifferences(storedConfig(run), wanted).filter(
    ({ path }) => !(path === 'data.source' && isFallback) && !(steps !== null && path === 'steps'),
  )
  const [first] = differing
  if (first === undefined) return
  throw new RecheckError(
    'sweep.changed',
    `the sweep has a run "${run.name}" (${run.runId}) of another config: ${differing.length} fields differ, ` +
      `${first.path} is ${JSON.stringify(first.left)} there and ${JSON.stringify(first.right)} here. ` +
      'Give the changed sweep another name, or delete that run.',
  )
}
