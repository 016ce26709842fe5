import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import type { CheckpointRecord } from '../../../shared/runs/records.ts'
import type { RemotePlace } from '../../../shared/runs/remotePlace.ts'
import type { Clock } from '../../host/machine/clock.ts'
import { askCluster, forgetQuestion } from '../../owner/remote/askCluster.ts'
import type { RemoteAccess } from '../../owner/remote/remoteAccess.ts'
import { claimQuestion, dropQuestion } from '../../owner/remote/openQuestions.ts'
import { checkpointOfEvaluation, type PlacedCheckpoint } from '../../owner/remote/sharedCheckpoint.ts'
import { openNewestCheckpoint } from '../../run/newestCheckpoint.ts'
import type { ModelEvaluation, ModelEvaluationSetup } from '../evaluateModel.ts'
import type { ModelEvent, ModelQuestion } from './modelQuestion.ts'

export interface ElsewhereSetup extends Omit<ModelEvaluationSetup, 'signal' | 'onProgress'> {
  readonly place: RemotePlace
  readonly access: RemoteAccess
  readonly clock: Clock
  /** Where it is kept what was asked, until the answer is there. */
  readonly dataDir: string
  readonly signal: AbortSignal
  readonly onProgress: (activity: string, done: number, total: number, unit: 'completions' | 'bytes') => void
}

/**
 * `evaluateModel` by a job of a cluster, with the same draws. Asked again after this process was ended, it takes
 * up the job that is at work.
 *
 * @throws as `evaluateModel` and `askCluster`
 */
export async function evaluateElsewhere(setup: ElsewhereSetup): Promise<ModelEvaluation> {
  const { place, access, clock, dataDir, signal } = setup
  const checkpoint = await soundCheckpoint(setup)
  const asked = { place, question: questionOf(setup, checkpoint) }
  const { id } = await claimQuestion(dataDir, asked)
  try {
    const answer = await askCluster({
      access,
      place,
      clock,
      id,
      async question() {
        const there = await checkpointOfEvaluation(checkpoint, {
          id,
          shared: place.shared,
          signal,
          onProgress: (done, total) => setup.onProgress('copying the checkpoint', done, total, 'bytes'),
        })
        return questionOf(setup, there)
      },
      onEvent: (event) => hear(setup, event as ModelEvent),
      onNote: ({ message }) => setup.onNotice(message),
      cancel: signal,
      leave: new AbortController().signal,
    })
    return answer as ModelEvaluation
  } finally {
    await forgetQuestion(place, id)
    await dropQuestion(dataDir, asked)
  }
}

async function soundCheckpoint({ checkpoints }: ElsewhereSetup): Promise<PlacedCheckpoint | null> {
  if (checkpoints === null) return null
  const newest = await openNewestCheckpoint(checkpoints.dataDir, checkpoints.records)
  return newest === null ? null : { dataDir: checkpoints.dataDir, record: newest.record }
}

function questionOf(
  setup: Pick<ElsewhereSetup, 'split' | 'workingFolder' | 'force'> & {
    readonly config: RunConfig
    readonly trained: RunConfig | null
  },
  checkpoint: { readonly dataDir: string; readonly record: CheckpointRecord } | null,
): ModelQuestion {
  const { config, split, workingFolder, trained, force } = setup
  return { question: 'evaluate.model', config, split, workingFolder, checkpoint, trained, force }
}

function hear({ onNotice, onMemory, onProgress }: ElsewhereSetup, event: ModelEvent): void {
  switch (event.type) {
    case 'notice':
      return onNotice(event.text)
    case 'memory':
      return onMemory(event.plan)
    case 'progress':
      return onProgress(`sampling ${event.activity}`, event.done, event.total, 'completions')
  }
}
