import { isDeepStrictEqual } from 'node:util'
import { vStarMetrics } from '../../../core/train/vStar/runVStarStage.ts'
import { checkVStarInputs } from '../../../core/train/vStar/vStarInputs.ts'
import { problemsPerChunk, shardRange } from '../../../core/train/vStar/vStarShards.ts'
import { learningSignalEvent } from '../../../core/train/vStar/vStarSignal.ts'
import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { VStarArtifact, VStarEstimate } from '../../../shared/runs/records.ts'
import type { Progress, RunEvent } from '../../../shared/runs/runEvent.ts'
import type { JobEvent } from '../../wire/jobPort.ts'

export interface MergeStart {
  readonly runId: string
  readonly config: RunConfig
  readonly shards: number
  /** What the store has already; null = nothing. */
  readonly artifact: VStarArtifact | null
  readonly done: readonly PlacedEstimate[]
}

export interface PlacedEstimate {
  readonly place: number
  readonly estimate: VStarEstimate
}

type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>

/**
 * Makes of what the shards of a stage 1 report what one process that samples all problems would report. Each
 * problem counts once, however often a shard tells of it.
 */
export class ShardMerge {
  readonly #start: MergeStart
  readonly #byPlace = new Map<number, VStarEstimate>()
  readonly #devices = new Set<string>()
  #artifact: VStarArtifact | null

  constructor(start: MergeStart) {
    this.#start = start
    this.#artifact = start.artifact
    for (const { place, estimate } of start.done) this.#byPlace.set(place, estimate)
  }

  /** Problems that are estimated. */
  get done(): number {
    return this.#byPlace.size
  }

  /** Problems that are to be estimated; before a shard has said how many: those that were asked for. */
  get total(): number {
    return this.#artifact?.problems ?? this.#start.config.data.train
  }

  get isComplete(): boolean {
    return this.#artifact !== null && this.done === this.#artifact.problems
  }

  /** Whether every problem of the shard is estimated. */
  hasShard(number: number): boolean {
    if (this.#artifact === null) return false
    const { config, shards } = this.#start
    const { first, end } = shardRange(
      this.#artifact.problems,
      { number, of: shards },
      problemsPerChunk(config),
    )
    return Array.from({ length: end - first }, (_, index) => first + index).every((place) =>
      this.#byPlace.has(place),
    )
  }

  /**
   * @returns what becomes of it for the run: nothing where it says what is known
   * @throws RecheckError `vstar.mismatch` where a shard samples other problems or another model than the
   *   others, `run.differs` where a problem was sampled twice and the counts differ
   */
  take(event: RunEvent, timeMs: number): readonly JobEvent[] {
    switch (event.type) {
      case 'vStarArtifact':
        return this.#declare(event.artifact)
      case 'vStar':
        return this.#add(event, timeMs)
      case 'device':
        if (this.#devices.has(event.device)) return []
        this.#devices.add(event.device)
        return [{ type: 'device', device: [...this.#devices].join(', ') }]
      case 'log':
        return [event]
      case 'progress': // in other words, see `progressOf`
      case 'metrics': // of the shard's own problems
      case 'status':
      case 'rollouts':
      case 'evaluation':
      case 'checkpoint':
        return []
    }
  }

  /** A shard's own activity, with the place of all in the stage. */
  progressOf(number: number, progress: Progress): Progress {
    const { shards } = this.#start
    return {
      ...progress,
      activity: `shard ${number} of ${shards}: ${progress.activity}`,
      stage: {
        name: 'estimate-v-star',
        done: this.done,
        total: this.total,
        unit: 'problems',
        secondsLeft: null,
      },
    }
  }

  /** What follows the last shard. To be called when the estimate is complete. */
  finish(): readonly JobEvent[] {
    if (this.#artifact === null || !this.isComplete)
      throw new RangeError('ShardMerge.finish: problems are missing')
    return [
      learningSignalEvent(this.#estimates(), this.#start.config),
      { type: 'vStarArtifact', artifact: { ...this.#artifact, complete: true } },
    ]
  }

  #estimates(): readonly VStarEstimate[] {
    return [...this.#byPlace].sort(([a], [b]) => a - b).map(([, estimate]) => estimate)
  }

  #declare(artifact: VStarArtifact): readonly JobEvent[] {
    if (this.#artifact !== null) {
      checkVStarInputs(this.#artifact, artifact.inputs)
      return []
    }
    this.#artifact = { ...artifact, complete: false }
    return [{ type: 'vStarArtifact', artifact: this.#artifact }]
  }

  #add({ estimates, places, samples = [] }: EventOf<'vStar'>, timeMs: number): readonly JobEvent[] {
    const fresh: PlacedEstimate[] = []
    for (const [index, estimate] of estimates.entries()) {
      const place = places?.[index]
      if (place === undefined || !(place < this.total))
        throw new RangeError('ShardMerge.take: a place is missing')
      const known = this.#byPlace.get(place)
      if (known === undefined) fresh.push({ place, estimate })
      else if (!isDeepStrictEqual({ ...known }, { ...estimate })) throw differs(known, estimate)
      this.#byPlace.set(place, known ?? estimate)
    }
    if (fresh.length === 0) return []
    const ids = new Set(fresh.map(({ estimate }) => estimate.problemId))
    const all = this.#estimates()
    const { config } = this.#start
    return [
      {
        type: 'vStar',
        estimates: fresh.map(({ estimate }) => estimate),
        places: fresh.map(({ place }) => place),
        samples: samples.filter(({ problemId }) => ids.has(problemId)),
      },
      {
        type: 'metrics',
        step: all.length,
        stepsDone: all.length,
        timeMs,
        tokens: all.reduce((sum, { tokens }) => sum + (tokens ?? 0), 0),
        problems: all.length,
        values: vStarMetrics(all, config),
      },
    ]
  }
}

function differs(stored: VStarEstimate, now: VStarEstimate): RecheckError {
  return new RecheckError(
    'run.differs',
    `problem ${now.problemId} was sampled by two shards and its counts differ; estimate V* anew.`,
    { stored, now },
  )
}
