import type { CheckpointRecord } from '../../../shared/runs/records.ts'
import type { ReplayedPolicy } from '../../../shared/routes/replay.ts'

/**
 * A policy as the address names it: `run:ID` (its newest checkpoint), `run:ID@40`, `run:ID@start`,
 * `model:builtin`.
 */
export type PolicyName = string

export const startStep = 'start'

export interface NamedRun {
  readonly runId: string
  /** As written: a number, `start`, or '' for the newest. */
  readonly step: string
}

export function policyOfRun(runId: string, step: string): PolicyName {
  return step === '' ? `run:${runId}` : `run:${runId}@${step}`
}

/** Null for a model, and for what names nothing. */
export function runOfPolicy(name: PolicyName): NamedRun | null {
  const match = /^run:([^@]+)(?:@(\d+|start))?$/.exec(name)
  return match === null ? null : { runId: match[1] ?? '', step: match[2] ?? '' }
}

export function modelOfPolicy(name: PolicyName): string | null {
  return name.startsWith('model:') && name.length > 6 ? name.slice(6) : null
}

/**
 * What the owner is asked for.
 *
 * @param checkpoints  of the named run, newest first
 * @returns null for a name that names nothing
 */
export function replayedPolicy(
  name: PolicyName,
  checkpoints: readonly CheckpointRecord[],
): ReplayedPolicy | null {
  const model = modelOfPolicy(name)
  if (model !== null) return { model }
  const run = runOfPolicy(name)
  if (run === null) return null
  if (run.step === startStep) return { runId: run.runId, step: null }
  return { runId: run.runId, step: run.step === '' ? (checkpoints[0]?.step ?? null) : Number(run.step) }
}
