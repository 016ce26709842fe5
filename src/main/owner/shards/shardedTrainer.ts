import { errorData, RecheckError } from '../../../shared/errors/recheckError.ts'
import type { StopMoment, TrainerMessage } from '../../wire/trainerMessages.ts'
import type { TrainerExit } from '../processes/trainerExit.ts'
import type { TrainingProcess } from '../processes/trainingProcess.ts'
import type { ShardMerge } from './shardMerge.ts'

export interface ShardedSetup {
  readonly runId: string
  readonly shards: number
  /** Shards at work at a time. */
  readonly atOnce: number
  readonly merge: ShardMerge
  /** Number of the first batch that the run is told of. */
  readonly firstBatch: number
  /** Begins a shard, or takes up what works on it already. */
  readonly begin: (number: number, onMessage: (message: TrainerMessage) => void) => Promise<TrainingProcess>
  /** What worked on the shard is gone: the next one to begin is another. */
  readonly giveUp: (number: number) => void
  /** For the run's log: a shard is done again. */
  readonly note: (message: string) => void
  readonly onMessage: (message: TrainerMessage) => void
  readonly settle: () => void
}

/** Of one shard, where something ends it again and again. */
const mostTries = 3

const noExit: TrainerExit = { exitCode: null, signal: null, stderr: '', systemRanOutOfMemory: false }

/** Executes stage 1 in shards, each by a process of its own, and tells of them as one trainer would. */
export function startShards(setup: ShardedSetup): TrainingProcess {
  const trainer = new ShardedTrainer(setup)
  trainer.begin()
  return trainer
}

class ShardedTrainer implements TrainingProcess {
  readonly mark = null
  readonly exited: Promise<TrainerExit>
  readonly #setup: ShardedSetup
  readonly #live = new Map<number, TrainingProcess>()
  readonly #paused = new Set<number>()
  readonly #unstored = new Map<number, () => void>()
  #resolveExit: (exit: TrainerExit) => void = () => undefined
  #next = 1
  #batch: number
  #activeMs = 0
  #hasBegun = false
  #isPaused = false
  #hasToldPaused = false
  #resumed: (() => void)[] = []
  #stopping: StopMoment | 'kill' | 'abandon' | null = null
  #failure: Extract<TrainerMessage, { type: 'failed' }> | null = null
  #lost: TrainerExit | null = null

  constructor(setup: ShardedSetup) {
    this.#setup = setup
    this.#batch = setup.firstBatch
    this.exited = new Promise((resolve) => (this.#resolveExit = resolve))
  }

  begin(): void {
    const lanes = Array.from({ length: Math.min(this.#setup.atOnce, this.#setup.shards) }, () => this.#lane())
    void Promise.all(lanes).then(() => this.#resolveExit(this.#end()))
  }

  stored(sequence: number): void {
    this.#unstored.get(sequence)?.()
    this.#unstored.delete(sequence)
  }

  stop(when: StopMoment): void {
    this.#stopping = when
    this.#goOn()
    for (const trainer of this.#live.values()) trainer.stop(when)
  }

  pause(): void {
    this.#isPaused = true
    for (const trainer of this.#live.values()) trainer.pause()
  }

  resume(): void {
    this.#goOn()
    for (const trainer of this.#live.values()) trainer.resume()
  }

  kill(): void {
    this.#stopping = 'kill'
    this.#goOn()
    for (const trainer of this.#live.values()) trainer.kill()
  }

  abandon(): void {
    this.#stopping = 'abandon'
    this.#goOn()
    for (const trainer of this.#live.values()) trainer.abandon()
  }

  settle(): void {
    this.#setup.settle()
  }

  #goOn(): void {
    this.#tellResumed()
    this.#isPaused = false
    for (const resolve of this.#resumed.splice(0)) resolve()
  }

  get #isEnding(): boolean {
    return this.#stopping !== null || this.#failure !== null || this.#lost !== null
  }

  async #lane(): Promise<void> {
    while (this.#next <= this.#setup.shards && !this.#isEnding) {
      const number = this.#next++
      try {
        await this.#work(number)
      } catch (thrown) {
        this.#fail(thrown)
      }
    }
  }

  /** One shard to its end, by as many processes as it takes. */
  async #work(number: number): Promise<void> {
    const { merge, giveUp, note, shards } = this.#setup
    for (let tries = 1; !merge.hasShard(number); tries++) {
      if (this.#isPaused) await new Promise<void>((resolve) => this.#resumed.push(resolve))
      if (this.#isEnding) return
      const { exit, said } = await this.#once(number)
      // an empty shard, and one whose last problems another try has told of
      if (said?.type === 'ended' && said.outcome === 'finished') return
      if (said?.type === 'failed') return this.#failWith(said)
      if (this.#isEnding) return
      if (said !== null || exit.wasStopped === true) return this.stop('after-step')
      giveUp(number)
      if (tries === mostTries) {
        this.#lost = exit
        for (const other of this.#live.values()) other.stop('after-step')
        return
      }
      note(
        `Shard ${number} of ${shards} has ended without a last word; what it has told of is kept, and it is begun again.`,
      )
    }
  }

  async #once(number: number): Promise<{ readonly exit: TrainerExit; readonly said: TrainerMessage | null }> {
    const last: { said: TrainerMessage | null } = { said: null }
    const trainer = await this.#setup.begin(number, (message) => {
      if (message.type === 'ended' || message.type === 'failed') last.said = message
      else this.#take(number, message)
    })
    this.#live.set(number, trainer)
    this.#tellBegun()
    this.#bringUp(trainer)
    const exit = await trainer.exited
    this.#live.delete(number)
    this.#paused.delete(number)
    if (this.#isPaused) this.#tellPaused()
    return { exit, said: last.said }
  }

  /** What was wanted of all while this one was being begun. */
  #bringUp(trainer: TrainingProcess): void {
    if (this.#stopping === 'kill') trainer.kill()
    else if (this.#stopping === 'abandon') trainer.abandon()
    else if (this.#stopping !== null) trainer.stop(this.#stopping)
    else if (this.#isEnding) trainer.stop('after-step')
    else if (this.#isPaused) trainer.pause()
  }

  /** A child has begun when it is there; a job elsewhere says so itself. */
  #tellBegun(): void {
    if ([...this.#live.values()].some(({ mark }) => mark !== null)) this.#say({ host: '', processId: 0 })
  }

  #say(began: { readonly host: string; readonly processId: number }): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    this.#setup.onMessage({ type: 'began', ...began })
  }

  #take(number: number, message: TrainerMessage): void {
    switch (message.type) {
      case 'began':
        return this.#say(message)
      case 'batch':
        try {
          this.#pass(number, message.batch)
        } catch (thrown) {
          this.#fail(thrown)
        }
        return
      case 'heartbeat':
        this.#activeMs = Math.max(this.#activeMs, message.activeMs)
        return this.#setup.onMessage({ type: 'heartbeat', activeMs: this.#activeMs })
      case 'paused':
        this.#paused.add(number)
        return this.#tellPaused()
      case 'resumed':
        this.#paused.delete(number)
        return this.#tellResumed()
      case 'micro-batch':
      case 'ended':
      case 'failed':
        return
    }
  }

  /** The run is paused when all are that are at work. */
  #tellPaused(): void {
    if (this.#hasToldPaused || this.#paused.size < this.#live.size || this.#isEnding) return
    this.#hasToldPaused = true
    this.#isPaused = true
    this.#setup.onMessage({ type: 'paused' })
  }

  #tellResumed(): void {
    if (!this.#hasToldPaused) return
    this.#hasToldPaused = false
    this.#setup.onMessage({ type: 'resumed' })
  }

  #pass(number: number, { sequence, events }: Extract<TrainerMessage, { type: 'batch' }>['batch']): void {
    const { merge, runId, onMessage } = this.#setup
    const isFirst = number === Math.min(...this.#live.keys(), number)
    const passed = events.flatMap((event) => {
      if (event.type === 'metrics') this.#activeMs = Math.max(this.#activeMs, event.timeMs)
      if (event.type === 'progress')
        return isFirst
          ? [{ type: 'progress' as const, progress: merge.progressOf(number, event.progress) }]
          : []
      return merge.take(event, this.#activeMs)
    })
    const answer = (): void => this.#live.get(number)?.stored(sequence)
    if (passed.length === 0) return answer()
    this.#unstored.set(this.#batch, answer)
    onMessage({ type: 'batch', batch: { runId, sequence: this.#batch++, events: passed } })
  }

  #fail(thrown: unknown): void {
    this.#failWith({ type: 'failed', error: errorData(thrown) })
  }

  #failWith(failure: Extract<TrainerMessage, { type: 'failed' }>): void {
    this.#failure ??= failure
    this.#goOn()
    for (const trainer of this.#live.values()) trainer.stop('now')
  }

  #end(): TrainerExit {
    const { merge, runId, onMessage } = this.#setup
    if (this.#failure !== null) onMessage(this.#failure)
    else if (merge.isComplete) {
      onMessage({ type: 'batch', batch: { runId, sequence: this.#batch++, events: merge.finish() } })
      onMessage({ type: 'ended', outcome: 'finished' })
    } else if (this.#lost !== null) return this.#lost
    else if (this.#stopping === 'kill' || this.#stopping === 'abandon') return noExit
    else if (this.#stopping !== null) onMessage({ type: 'ended', outcome: 'stopped' })
    else onMessage({ type: 'failed', error: errorData(missing(merge)) })
    return noExit
  }
}

function missing({ done, total }: ShardMerge): RecheckError {
  return new RecheckError(
    'vstar.incomplete',
    `every shard has ended, and ${total - done} of ${total} problems have no estimate. Resume the run.`,
  )
}
