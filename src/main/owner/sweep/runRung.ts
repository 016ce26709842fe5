import type { Run } from '../../../shared/runs/records.ts'
import type { RemotePlace } from '../../../shared/runs/remotePlace.ts'
import type { SweepSpec } from '../../../shared/sweep/sweepSpec.ts'
import type { Trial } from '../../../shared/sweep/sweepTrials.ts'
import { jobsAtOnce, traitsOf } from '../engines/engine.ts'
import { findRunOfGroup, groupTotals, type GroupTotals } from '../../store/runs/groupRuns.ts'
import { beginTrial, endTrial, type TrialPlan } from './runTrial.ts'
import type { TrialHost } from './trialHost.ts'

/** What kept the sweep from its last trial; null = nothing. */
export type SweepEnd = { readonly kind: 'stopped' | 'budget'; readonly why: string } | null

export interface Rung {
  readonly spec: SweepSpec
  readonly chosen: readonly Trial[]
  /** null = as many as the trial's config says. */
  readonly steps: number | null
}

export interface RungTerms {
  readonly retryFailed: boolean
  /** null = this machine, where trials come one after the other. */
  readonly place: RemotePlace | null
  /** Trials at a time elsewhere; null = all, which the cluster queues. */
  readonly parallel: number | null
  readonly host: TrialHost
}

/** Brings the trials of a rung to their end: one after the other here, side by side elsewhere. */
export async function runRung(rung: Rung, terms: RungTerms): Promise<SweepEnd> {
  const { chosen } = rung
  const { place, parallel, host } = terms
  const lanes = jobsAtOnce(traitsOf(place), chosen.length, parallel)
  const state = openRung(rung, lanes > 1 ? terms : { ...terms, parallel: 1 })
  if (lanes > 1) host.note(`${lanes} trials at a time are handed over; the cluster lets them begin.`)
  await Promise.all(Array.from({ length: lanes }, () => state.lane()))
  return state.end()
}

interface OpenRung {
  /** Takes trials one after the other until none is left or something ends the sweep. */
  lane(): Promise<void>
  end(): SweepEnd
}

function openRung(rung: Rung, terms: RungTerms): OpenRung {
  const { chosen } = rung
  const { host } = terms
  const isAlone = terms.parallel === 1
  let next = 0
  let over = 0
  let end: SweepEnd = null
  // a budget is looked at before each, and inspectors are few: one begins at a time
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work)
    turn = mine.catch(() => undefined) // told to whoever waits for it
    return mine
  }
  const runOne = async (index: number, trial: Trial): Promise<void> => {
    const own = isAlone ? host : host.forTrial(trial.name)
    const begun = await inTurn(async () => {
      if (end !== null) return null
      const planned = await planOf(rung, { trial, terms })
      if ('spent' in planned) end = { kind: 'budget', why: `its budget of ${planned.spent} is used up` }
      if ('spent' in planned) return null
      if (isAlone) host.note(`Trial ${index + 1} of ${chosen.length}: ${trial.name}`)
      return { plan: planned, run: await beginTrial(planned, own) }
    })
    if (begun === null) return
    const run = await endTrial(begun.run, begun.plan, own)
    over++
    if (!isAlone) tellEnd(host, run, { over, of: chosen.length })
    if (run.status === 'failed') host.note(`failed: ${run.error?.message ?? 'without a message'}`)
    if (host.isStopping || run.status === 'stopped' || run.status === 'paused')
      end = { kind: 'stopped', why: 'it was stopped; the same command goes on' }
  }
  return {
    async lane() {
      for (let trial = chosen[next]; trial !== undefined && end === null; trial = chosen[next])
        await runOne(next++, trial)
    },
    end: () => end,
  }
}

async function planOf(
  { spec, steps }: Rung,
  { trial, terms }: { readonly trial: Trial; readonly terms: RungTerms },
): Promise<TrialPlan | { readonly spent: string }> {
  // neither reads the whole sweep, which thousands of trials would do once each
  const { before, totals } = await terms.host.read((db) => ({
    before: findRunOfGroup(db, spec.name, trial.name),
    totals: Object.keys(spec.budget).length === 0 ? null : groupTotals(db, spec.name),
  }))
  const spent = before === null && totals !== null ? spentBudget(spec, totals) : null
  if (spent !== null) return { spent }
  const { retryFailed, place } = terms
  return { trial, group: spec.name, before, steps, retryFailed, place }
}

/** What no further trial may begin for; a trial that has begun is always brought to its end. */
function spentBudget({ budget }: SweepSpec, begun: GroupTotals): string | null {
  const { runs = Infinity, tokens = Infinity, hours = Infinity } = budget
  if (begun.runs >= runs) return `${runs} runs`
  if (begun.tokens >= tokens) return `${tokens} tokens`
  return begun.activeMs >= hours * 3_600_000 ? `${hours} hours` : null
}

function tellEnd(
  host: TrialHost,
  run: Run,
  { over, of }: { readonly over: number; readonly of: number },
): void {
  host.note(`${run.name}: ${run.status} (${run.runId})`)
  host.count(over, of)
}
