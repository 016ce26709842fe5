import { RecheckError } from '../../shared/errors/recheckError.ts'
import { isOutOfMemory, outOfMemoryMessage } from '../wire/outOfMemory.ts'

/** Where a run was when its training failed. */
export interface FailureContext {
  readonly runId: string
  /** The step in hand. */
  readonly step: number
  /** Of the checkpoints that are there. */
  readonly checkpointSteps: readonly number[]
  readonly learningRate: number
  readonly rowsPerMicroBatch: number
}

/** An error of training with the run's own way out; any other comes back as it is. */
export function withWayOut(thrown: unknown, place: FailureContext): unknown {
  if (thrown instanceof Error && isOutOfMemory(thrown.message)) {
    const words = outOfMemoryMessage(place.runId, place.rowsPerMicroBatch)
    return new RecheckError(
      'trainer.out-of-memory',
      `Step ${place.step}: ${words} (${firstLine(thrown.message)})`,
    )
  }
  if (!(thrown instanceof RecheckError) || thrown.code !== 'sampler.not-finite') return thrown
  // the checkpoint of this step holds the weights that cannot be sampled from; the one before was sampled
  // from
  const from = Math.max(0, ...place.checkpointSteps.filter((step) => step < place.step))
  return new RecheckError(
    thrown.code,
    `Step ${place.step}: the model no longer gives finite probabilities, so no answer can be sampled: an update before ` +
      `has made its weights too large. Go on from step ${from} with a lower learning rate: ` +
      `recheck resume ${place.runId} --from ${from} --set optimizer.learningRate=${lower(place.learningRate)} (${thrown.message})`,
    { step: place.step, from },
  )
}

/** A tenth, and not above what the built-in model is trained with; in as few digits as it takes. */
export function lower(learningRate: number): string {
  return String(Number(Math.min(learningRate / 10, 5e-5).toPrecision(2)))
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? ''
}
