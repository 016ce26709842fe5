import { forkRandom } from '../../../core/random.ts'
import type { ModelConfig } from '../../../core/model/config/modelConfig.ts'
import type { TokenBatch, Trainer } from '../../../core/train/engine/trainer.ts'
import type { Clock } from '../../host/machine/clock.ts'

export interface UpdateWork {
  /** Rows of one update, and tokens of each. */
  readonly rows: number
  readonly length: number
  /** Updates that are timed, after two that are not. */
  readonly updates: number
}

export interface UpdateMeasure {
  /** rows · length over the median time of an update. */
  readonly tokensPerSecond: number
  /** Forward, backward, clipping and AdamW; median, fastest. */
  readonly medianMs: number
  readonly bestMs: number
  /** The first update, with all that TensorFlow prepares for it. */
  readonly firstMs: number
  readonly lossFirst: number
  readonly lossLast: number
}

const untimedUpdates = 2
const learningRate = 1e-3

/**
 * Times updates of a trainer with the loss `negativeLogLikelihood` on random rows, every token weighted
 * alike: the work that `bench/pytorch/update.py` gives to PyTorch.
 */
export async function measureUpdate(
  trainer: Trainer,
  config: ModelConfig,
  work: UpdateWork,
  clock: Clock,
): Promise<UpdateMeasure> {
  const batch = randomBatch(config, work)
  const times: number[] = []
  const losses: number[] = []
  for (let update = 0; update < untimedUpdates + work.updates; update++) {
    const start = clock.steadyMs()
    const { loss } = await trainer.step(batch, learningRate)
    times.push(clock.steadyMs() - start)
    losses.push(loss)
  }
  const timed = times.slice(untimedUpdates).sort((a, b) => a - b)
  const medianMs = timed[Math.floor(timed.length / 2)] ?? Number.NaN
  return {
    tokensPerSecond: (1000 * work.rows * work.length) / medianMs,
    medianMs,
    bestMs: timed[0] ?? Number.NaN,
    firstMs: times[0] ?? Number.NaN,
    lossFirst: losses[0] ?? Number.NaN,
    lossLast: losses.at(-1) ?? Number.NaN,
  }
}

function randomBatch(config: ModelConfig, { rows, length }: UpdateWork): TokenBatch {
  const weight = 1 / (rows * (length - 1))
  return {
    rows: Array.from({ length: rows }, (_, row) => {
      const random = forkRandom(0, 'bench', row)
      const ids = Int32Array.from({ length }, () => random.nextInt(config.vocabularySize))
      return { ids, inputs: { tokenWeight: new Float32Array(length - 1).fill(weight) } }
    }),
  }
}
