import type { Run } from '../../../shared/runs/records.ts'
import { formatCount } from '../../../shared/text/format.ts'
import { isInFirstStage, isInWarmUp, type RunStage } from '../widgets/run/runStage.ts'

/** Why a run has no rollouts at all, and when they come. */
export function noRolloutsText(run: Pick<Run, 'stage'>, stage: RunStage): string {
  if (run.stage === 'imported') return 'Another tool has logged this run: its metrics alone came with it.'
  if (run.stage === 'warm-up')
    return 'A warm-up samples nothing: it learns from conversations that are there.'
  if (isInWarmUp(run, stage))
    return 'No rollouts yet. The warm-up samples nothing; rollouts come with stage 2.'
  if (run.stage === 'estimate-v-star')
    return 'Stage 1 keeps counts of its answers and no rollouts. A run of stage 2 keeps them.'
  if (isInFirstStage(run, stage))
    return 'No rollouts yet. Stage 1 keeps counts of its answers only; rollouts come with stage 2.'
  return 'No rollouts yet. They come with the first evaluation and the first step.'
}

/** What is kept of a run that has no checkpoint. */
export function noCheckpointText(run: Pick<Run, 'stage' | 'status'>, stage: RunStage): string {
  if (run.stage === 'imported') return 'Another tool has logged this run: it has no checkpoint here.'
  const kept = `${formatCount(stage.done)} of ${formatCount(stage.total)} problems`
  if (isInWarmUp(run, stage))
    return 'No checkpoint of stage 2 yet. The warm-up keeps one of its own; a run that is resumed goes on from it.'
  if (isInFirstStage(run, stage))
    return `No checkpoint yet: they come with stage 2. Stage 1 keeps each problem’s V* once it is estimated, so far ${kept}; a run that is resumed goes on with the next.`
  if (run.stage !== 'estimate-v-star')
    return 'No checkpoint yet. Every stop writes one, and so does the end of the run.'
  const goesOn = run.status === 'finished' ? '' : '; a run that is resumed goes on with the next'
  return `Stage 1 writes no checkpoints. It keeps each problem’s V* once it is estimated, so far ${kept}${goesOn}.`
}
