import type {
  CheckpointEvent,
  ReportedEvent,
  TrainEvent,
  VStarEvent,
} from '../../../core/train/trainEvent.ts'
import type { VStarEstimate } from '../../../shared/runs/records.ts'
import type { JobPort } from '../../wire/jobPort.ts'
import type { StopRequest } from '../jobContext.ts'

/** What the events of a stage are handled with. When a run pauses or stops goes by an event's type alone. */
export interface StageHandling {
  readonly port: Pick<JobPort, 'betweenSteps'>
  /** Set when the owner asks the run to stop; the stage looks at it. */
  readonly stop: StopRequest
  /** Sends an event on its way to the store. */
  readonly report: (event: ReportedEvent) => void
}

export interface TrainingHandling<Checkpoint = CheckpointEvent> extends StageHandling {
  /** The step in hand, from its begin up to the next one's. */
  readonly onStep: (step: number) => void
  readonly saveCheckpoint: (event: Checkpoint) => Promise<void>
}

/** Runs stage 2 to its end. */
export function followTraining(events: AsyncIterable<TrainEvent>, handling: TrainingHandling): Promise<void> {
  return followSteps<CheckpointEvent>(events, handling)
}

/** What a stage of steps yields. */
type StepEvent<Checkpoint> =
  ReportedEvent | { readonly type: 'stepBegins' | 'stepEnds'; readonly step: number } | Checkpoint

/** Runs a stage of steps to its end. */
export async function followSteps<Checkpoint extends { readonly type: 'checkpoint' }>(
  events: AsyncIterable<StepEvent<Checkpoint>>,
  handling: TrainingHandling<Checkpoint>,
): Promise<void> {
  for await (const event of events) {
    switch (event.type) {
      case 'stepBegins':
        handling.onStep(event.step)
        break
      case 'stepEnds':
        handling.onStep(event.step + 1)
        await pauseOrStop(handling)
        break
      case 'checkpoint':
        await handling.saveCheckpoint(event)
        break
      default:
        handling.report(event)
    }
  }
}

/** Runs stage 1 to its end. @returns its estimates */
export async function followEstimate(
  stage: AsyncGenerator<VStarEvent, readonly VStarEstimate[]>,
  handling: StageHandling,
): Promise<readonly VStarEstimate[]> {
  await pauseOrStop(handling)
  for (;;) {
    const next = await stage.next()
    if (next.done) return next.value
    if (next.value.type === 'chunkEnds') await pauseOrStop(handling)
    else handling.report(next.value)
  }
}

/** Waits while the run is paused. To be called where nothing is in hand: all of it has been reported. */
async function pauseOrStop({ port, stop }: StageHandling): Promise<void> {
  if ((await port.betweenSteps()) === 'stop') stop.aborted = true
}
