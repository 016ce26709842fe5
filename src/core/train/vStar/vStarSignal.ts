import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import type { VStarEstimate } from '../../../shared/runs/records.ts'
import type { LogEvent } from '../../../shared/runs/runEvent.ts'
import { hasSignal } from '../../rl/turnBaseline.ts'

export type LearningSignalEvent = LogEvent & { readonly code: 'vstar.signal' | 'vstar.no-signal' }

/**
 * A log entry on how many problems carry a learning signal. Where V* is 0 or 1, every attempt earns the same
 * reward, so its advantage is about 0 and the attempt learns nothing. `vstar.no-signal` where that holds for
 * all problems.
 */
export function learningSignalEvent(
  estimates: readonly VStarEstimate[],
  config: RunConfig,
): LearningSignalEvent {
  const without = estimates.filter((estimate) => !hasSignal(estimate)).length
  const never = estimates.filter((estimate) => estimate.correctAttempts === 0).length
  const share = `${without} of ${estimates.length} problems carry no signal: ${never} never solved by the reference (V* = 0), ${without - never} always (V* = 1)`
  if (without < estimates.length) {
    return { type: 'log', level: 'info', code: 'vstar.signal', key: 'vstar', message: share, remedy: null }
  }
  return {
    type: 'log',
    level: config.onNoSignal === 'stop' ? 'error' : 'warning',
    code: 'vstar.no-signal',
    key: 'vstar',
    message: share,
    remedy: noSignalRemedy(never, estimates.length),
  }
}

function noSignalRemedy(never: number, problems: number): string {
  if (never === problems)
    return 'The model cannot do this task: choose an easier source or a stronger model, or raise vStar.samples.'
  if (never === 0) return 'The model already does this task: choose a harder source.'
  return 'Each problem is too hard or too easy for this model, or vStar.samples is too low to tell: raise it, or choose another source.'
}
