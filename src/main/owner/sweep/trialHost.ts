import type { Run } from '../../../shared/runs/records.ts'
import type { Database } from '../../store/database.ts'
import type { CheckedPlan } from '../startRuns.ts'

/** Whoever brings trials to their end: a command that shows them in its terminal, or the owner by itself. */
export interface TrialHost {
  /** Makes the trial's run and lets it start. @returns its id */
  begin(plan: CheckedPlan): Promise<string>
  resume(runId: string): Promise<void>
  extend(runId: string, steps: number): Promise<void>
  /** Resolves when nothing executes or awaits the run any more. */
  follow(runId: string): Promise<Run>
  read<T>(look: (db: Database) => T): Promise<T>
  /** One line of what happens. */
  note(line: string): void
  /** How many trials of the rung are over, where several are at work. */
  count(over: number, of: number): void
  /** For one of several trials at a time: each of its lines says whose it is. */
  forTrial(name: string): TrialHost
  /** Whether no further trial shall begin. */
  readonly isStopping: boolean
}
