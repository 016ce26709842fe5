import type { Run, RunStatus, StoredStage } from '../../../../shared/runs/records.ts'
import type { RunAction } from '../../../../shared/runs/runTransitions.ts'
import { isInFirstStage, type RunStage } from './runStage.ts'

export const statusLabels: Readonly<Record<RunStatus, string>> = {
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

/** What the run is about now. */
export function stageLabel(run: Pick<Run, 'stage'>, stage: RunStage): string {
  if (stage.name === 'warm-up') return 'Stage 0: warm-up'
  if (run.stage === 'imported') return 'Imported, read-only'
  if (isInFirstStage(run, stage)) return 'Stage 1 of 2: V*'
  return run.stage === 'estimate-v-star' ? 'Stage 1: V*' : 'Stage 2: self-correction'
}

const shortNames: Readonly<Record<StoredStage, string>> = {
  'warm-up': '0: warm-up',
  'estimate-v-star': '1: V*',
  'self-correction': '2: RL',
  imported: 'imported',
}

/** The same for a narrow column. */
export function shortStageLabel(stage: RunStage): string {
  return shortNames[stage.name]
}

const actionNames: Readonly<Record<RunAction, string>> = {
  pause: 'Pause',
  'stop-after-step': 'Stop after this step',
  'stop-now': 'Stop now',
  resume: 'Resume',
  extend: 'Extend…',
}

export function actionLabel(action: RunAction, status: RunStatus): string {
  return action === 'stop-now' && status === 'queued' ? 'Take out of the queue' : actionNames[action]
}

/** What has to be said before an action is done, and the word for leaving it. */
export interface Confirmation {
  readonly text: string
  readonly keep: string
}

/** Null = do it at once. */
export function confirmationOf(action: RunAction, status: RunStatus, stage: RunStage): Confirmation | null {
  if (action !== 'stop-now' || status === 'queued') return null
  if (status === 'paused')
    return {
      text: 'Nothing is lost: a paused run stops where it is and can be resumed.',
      keep: 'Keep paused',
    }
  const text =
    stage.name === 'estimate-v-star'
      ? 'The answers being sampled are thrown away. Problems whose V* is estimated are kept, and the run can be resumed.'
      : 'The step under way is thrown away. The run can be resumed from its last checkpoint, or from the beginning while it has none.'
  return { text, keep: 'Keep running' }
}
