import * as tf from '@tensorflow/tfjs'
import type { Tensor } from '@tensorflow/tfjs'
import type { CachedInput, KeyValueCache } from '../model/kvCache.ts'
import { disposeCache, forwardCached, repeatRows } from '../model/kvCache.ts'
import type { Transformer } from '../model/transformer.ts'

const hidden = -1e9

/**
 * Rows that grow together by one token a step, op by op. Prompts are padded on the left, so that all end
 * together.
 */
export class EagerRows {
  readonly #model: Transformer
  /** Real tokens per row. */
  readonly #lengths: number[]
  /** Cached positions, pads included. */
  #filled = 0
  #cache: KeyValueCache | null = null

  constructor(model: Transformer, rows: number) {
    this.#model = model
    this.#lengths = new Array<number>(rows).fill(0)
  }

  /**
   * Reads the prompts, each standing in `samples` neighbouring rows that share its prefill.
   *
   * @returns logits, row-major [prompts · samples, V]
   */
  async prefill(prompts: readonly (readonly number[])[], samples: number): Promise<Float32Array> {
    const width = Math.max(...prompts.map((prompt) => prompt.length))
    const starts = prompts.map((prompt) => width - prompt.length)
    const ids = prompts.flatMap((prompt, row) => [...new Array<number>(starts[row]).fill(0), ...prompt])
    const positions = starts.flatMap((start) =>
      Array.from({ length: width }, (_, at) => Math.max(0, at - start)),
    )
    const { logits, cache } = this.#forward({
      ids: tf.tensor2d(ids, [prompts.length, width], 'int32'),
      positionIds: tf.tensor2d(positions, [prompts.length, width], 'int32'),
      mask: prefillMask(starts, width),
      cache: null,
    })
    this.#cache = repeatRows(cache, samples)
    disposeCache(cache)
    this.#filled = width
    for (let row = 0; row < this.#lengths.length; row++) {
      this.#lengths[row] = prompts[Math.floor(row / samples)].length
    }
    return repeated(await taken(logits), { rows: prompts.length, samples })
  }

  /** One more token in every row. @returns logits, row-major [rows, V] */
  async step(ids: readonly number[]): Promise<Float32Array> {
    const rows = this.#lengths.length
    const before = this.#cache
    const { logits, cache } = this.#forward({
      ids: tf.tensor2d([...ids], [rows, 1], 'int32'),
      positionIds: tf.tensor2d(this.#lengths, [rows, 1], 'int32'),
      mask: this.#stepMask(),
      cache: before,
    })
    if (before !== null) disposeCache(before)
    this.#cache = cache
    this.#filled += 1
    for (let row = 0; row < rows; row++) this.#lengths[row] += 1
    return taken(logits)
  }

  dispose(): void {
    if (this.#cache !== null) disposeCache(this.#cache)
    this.#cache = null
  }

  /** Runs the input and disposes its tensors, except the cache. */
  #forward(input: CachedInput): ReturnType<typeof forwardCached> {
    try {
      return forwardCached(this.#model, input)
    } finally {
      tf.dispose([input.ids, input.positionIds, input.mask])
    }
  }

  /** [B, 1, 1, S + 1]: everything but the pads at a row's start. */
  #stepMask(): Tensor {
    const rows = this.#lengths.length
    const length = this.#filled + 1
    const values = new Float32Array(rows * length)
    for (let row = 0; row < rows; row++) {
      values.fill(hidden, row * length, row * length + this.#filled - this.#lengths[row])
    }
    return tf.tensor(values, [rows, 1, 1, length])
  }
}

/** [B, 1, T, T]: what lies before, and not a pad. */
function prefillMask(starts: readonly number[], length: number): Tensor {
  const values = new Float32Array(starts.length * length * length)
  starts.forEach((start, row) => {
    for (let query = 0; query < length; query++) {
      const at = (row * length + query) * length
      values.fill(hidden, at, at + start)
      values.fill(hidden, at + query + 1, at + length)
    }
  })
  return tf.tensor(values, [starts.length, 1, length, length])
}

async function taken(logits: Tensor): Promise<Float32Array> {
  const values = await logits.data<'float32'>()
  logits.dispose()
  return values
}

function repeated(values: Float32Array, { rows, samples }: { rows: number; samples: number }): Float32Array {
  if (samples === 1) return values
  const width = values.length / rows
  const result = new Float32Array(values.length * samples)
  for (let row = 0; row < rows * samples; row++) {
    const from = Math.floor(row / samples) * width
    result.set(values.subarray(from, from + width), row * width)
  }
  return result
}
