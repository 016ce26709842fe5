import type { CodePackage } from './codePackage.ts'

/** What executes runs on other machines. It queues them itself: Recheck hands over and asks. */
export interface JobsApi {
  /** @returns its name and version. @throws RecheckError `ray.away`, `ray.refused`, `ray.answer` */
  check(): Promise<string>
  /**
   * Hands a job over. One that it has already under this id stays the only one.
   *
   * @throws RecheckError `ray.away`, `ray.refused`, `ray.rejected`, `ray.answer`
   */
  submit(submission: Submission): Promise<void>
  /** @returns null where it knows no such job. @throws RecheckError as `check` */
  status(submissionId: string): Promise<JobStatus | null>
  /** The end of what the job has written to its output. @throws RecheckError as `check` */
  logs(submissionId: string): Promise<string>
  /** Ends the job; one that has ended or is not known is left alone. @throws RecheckError as `check` */
  stop(submissionId: string): Promise<void>
}

export interface Submission {
  readonly submissionId: string
  /** What travels with the job and is its working folder; null = it is there already. */
  readonly code: CodePackage | null
  /** Program and arguments, each a word. */
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly cpus: number
  readonly gpus: number
  /** null = not asked for. */
  readonly memoryBytes: number | null
}

export type JobState = 'waiting' | 'running' | 'succeeded' | 'failed' | 'stopped'

export interface JobStatus {
  readonly state: JobState
  /** What the engine says of it: why it waits, how it ended. */
  readonly message: string
}

export function isEnded({ state }: JobStatus): boolean {
  return state !== 'waiting' && state !== 'running'
}
