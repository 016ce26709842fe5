import { trainerVariables } from '../../host/tensorflow/childEnvironment.ts'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { outOfMemoryKills } from '../../host/machine/outOfMemoryKills.ts'
import { markOf, type ProcessMark } from '../../host/machine/processInfo.ts'
import type { JobRequest } from '../../wire/jobPort.ts'
import type { TrainerExit } from './trainerExit.ts'
import type { OwnerMessage, StopMoment, TrainerMessage } from '../../wire/trainerMessages.ts'

/** How trainers are started: the same plain Node in every shell. */
export interface TrainerProgram {
  readonly nodePath: string
  /** Options of Node itself, for example a larger heap. */
  readonly nodeOptions?: readonly string[]
  /** `src/main/worker.ts`, or its bundle. */
  readonly workerPath: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** What executes a run: a child of this process, or a job on another machine. */
export interface TrainingProcess {
  /** null: no process of this machine. It says itself when it begins. */
  readonly mark: ProcessMark | null
  stored(sequence: number): void
  stop(when: StopMoment): void
  pause(): void
  resume(): void
  kill(): void
  /**
   * The owner ends without a word more: a child dies with it, a job elsewhere goes on, and the next owner
   * takes it up.
   */
  abandon(): void
  /** The run's status says how it ended: nothing of this process is needed any more. */
  settle(): void
  /** Resolves after the last message has been delivered. */
  readonly exited: Promise<TrainerExit>
}

/** A child of this process. */
export interface ChildTrainer extends TrainingProcess {
  /** The end of what it has written on stderr. */
  words(): string
}

const stderrTailChars = 8000

/**
 * Starts a trainer for one run. Its arguments name run and data folder, so that a list of processes, and the
 * search for orphans, can tell what it is.
 *
 * @throws RecheckError `trainer.start`
 */
export async function startTrainingProcess(
  program: TrainerProgram,
  request: JobRequest,
  onMessage: (message: TrainerMessage) => void,
): Promise<ChildTrainer> {
  const killsBefore = outOfMemoryKills()
  const child = spawn(
    program.nodePath,
    [
      ...(program.nodeOptions ?? []),
      program.workerPath,
      '--run',
      request.run.runId,
      '--data-dir',
      request.dataDir,
    ],
    {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: environmentOf(program, request),
      serialization: 'json',
    },
  )
  const stderr = keepTail(child)
  child.on('message', (message) => onMessage(message as TrainerMessage))
  const exited = exitOf(child, { stderr, killsBefore })
  await started(child, program)
  const send = (message: OwnerMessage): void => {
    // a child that has just died is reported by `exited`
    if (child.connected) child.send(message, () => undefined)
  }
  const mark = markOf(child.pid ?? 0)
  send({ type: 'start', request })
  return {
    mark,
    exited,
    stored: (sequence) => send({ type: 'stored', sequence }),
    stop: (when) => send({ type: 'stop', when }),
    pause: () => send({ type: 'pause' }),
    resume: () => send({ type: 'resume' }),
    kill: () => void child.kill('SIGKILL'),
    abandon: () => void child.kill('SIGKILL'),
    settle: () => undefined,
    words: stderr,
  }
}

async function started(child: ChildProcess, program: TrainerProgram): Promise<void> {
  try {
    await once(child, 'spawn')
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw new RecheckError(
      'trainer.start',
      `the trainer could not be started with ${program.nodePath}: ${reason}. Run "recheck doctor", or "npm ci" again.`,
    )
  }
}

/** What the program is given stays. */
function environmentOf(program: TrainerProgram, { config }: JobRequest): Record<string, string | undefined> {
  return { ...trainerVariables(config), ...program.environment }
}

function keepTail(child: ChildProcess): () => string {
  let tail = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-stderrTailChars)
  })
  return () => tail
}

/** Both must have happened: the process has ended, and its last messages have been read. */
function exitOf(
  child: ChildProcess,
  before: { readonly stderr: () => string; readonly killsBefore: number | null },
): Promise<TrainerExit> {
  const disconnected = new Promise<void>((resolve) => child.once('disconnect', resolve))
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  return new Promise((resolve) => {
    child.once('exit', (exitCode, signal) => {
      void Promise.all([disconnected, closed]).then(() => {
        const kills = outOfMemoryKills()
        const hasMoreKills = kills !== null && before.killsBefore !== null && kills > before.killsBefore
        resolve({ exitCode, signal, stderr: before.stderr(), systemRanOutOfMemory: hasMoreKills })
      })
    })
  })
}
