import type { RunStatus, Stage } from '../../../shared/records.ts'
import type { RunAction } from '../../../shared/runTransitions.ts'

export const statusWords: Readonly<Record<RunStatus, string>> = {
  queued: 'queued',
  running: 'running',
  paused: 'paused',
  stopped: 'stopped',
  interrupted: 'interrupted',
  failed: 'failed',
  finished: 'finished',
}

/** Names of the page's colours. */
export const statusColours: Readonly<Record<RunStatus, string>> = {
  queued: 'gray.5',
  running: 'blue',
  paused: 'yellow',
  stopped: 'gray.5',
  interrupted: 'orange',
  failed: 'red',
  finished: 'teal',
}

export const stageWords: Readonly<Record<Stage, string>> = {
  'estimate-v-star': 'Stage 1: V*',
  'self-correction': 'Stage 2: self-correction',
}

export const actionWords: Readonly<Record<RunAction, string>> = {
  pause: 'Pause',
  'stop-after-step': 'Stop after this step',
  'stop-now': 'Stop now',
  resume: 'Resume',
  extend: 'Extend…',
}

/** What has to be said before an action is done; null = do it at once. */
export function confirmationOf(action: RunAction, status: RunStatus): string | null {
  if (action !== 'stop-now' || status === 'queued') return null
  return 'The step under way is thrown away. The run can be resumed from its last checkpoint.'
}
