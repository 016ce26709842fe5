import type { Conversation } from '../../core/rollout/sampleTurns.ts'
import type { Sampler } from '../../core/sampling/sampler.ts'
import type { RunConfig } from '../../shared/config/parseConfig.ts'
import type { JobPort, JobRequest } from '../wire/jobPort.ts'
import type { RunMaterial } from '../run/runMaterial.ts'
import type { StageReporter } from './stages/stageReporter.ts'

/** What both stages of a job share. */
export interface JobContext {
  readonly request: JobRequest
  readonly port: JobPort
  readonly config: RunConfig
  readonly material: RunMaterial
  readonly sampler: Sampler
  readonly conversation: Conversation
  readonly reporter: StageReporter
}

/** Set by the job between two steps; the stages look at it. */
export interface StopRequest {
  aborted: boolean
}
