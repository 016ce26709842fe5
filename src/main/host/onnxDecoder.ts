import { Tensor } from 'onnxruntime-node'
import { drawTokenByChunks } from '../../core/sampling/chunkedDraw.ts'
import type { Decoder, NextTokens } from '../../core/sampling/decoder.ts'
import { drawToken } from '../../core/sampling/nextToken.ts'
import type { DrawSettings } from '../../core/sampling/nextToken.ts'
import { chunkWidth } from '../../core/sampling/onnxDecoder.ts'
import type { ParameterValues } from '../../core/model/parameterValues.ts'
import { OnnxDecoderSession } from './onnxDecoderSession.ts'
import type { DecoderSessionSetup, Feeds } from './onnxDecoderSession.ts'
import { SlotCaches } from './slotCaches.ts'

/** Tokens of one run: B rows of T tokens each, padded on the right. */
interface Run {
  readonly ids: Int32Array
  readonly batch: number
  /** Each row's total length − 1, cached positions included. */
  readonly lastLengths: Int32Array
  /** Cached positions of each row before the run. */
  readonly pastLengths: Int32Array
  /** Flat tokens whose logits are wanted. */
  readonly outputRows: readonly number[]
}

/** Feeds and fetches of a decoding step; only the numbers inside change from step to step. */
interface StepTensors {
  readonly feeds: Feeds
  readonly fetches: Feeds
}

/** The decoder on ONNX Runtime's CPU provider. */
export class OnnxDecoder implements Decoder {
  readonly vocabularySize: number
  readonly maxPositions: number
  readonly cacheBytesPerPosition: number
  readonly #setup: DecoderSessionSetup
  readonly #session: OnnxDecoderSession
  readonly #caches: SlotCaches
  readonly #inverseTemperature = Float32Array.of(1)
  #settings: DrawSettings = { temperature: 1, topP: 1, topK: 0 }
  #outputs: Record<string, Float32Array> = {}
  #steps = new Map<number, StepTensors>()

  private constructor(setup: DecoderSessionSetup) {
    this.#setup = setup
    this.vocabularySize = setup.config.vocabularySize
    this.maxPositions = setup.config.maxPositions
    this.#session = new OnnxDecoderSession(setup)
    this.#caches = new SlotCaches(setup.config)
    this.cacheBytesPerPosition = this.#caches.bytesPerPosition
  }

  static async load(setup: DecoderSessionSetup, parameters: ParameterValues): Promise<OnnxDecoder> {
    const decoder = new OnnxDecoder(setup)
    await decoder.#session.load(parameters)
    return decoder
  }

  /** Two slots at least: a step of one row runs beside an idle one where single rows would round differently. */
  reserve(slots: number, length: number): void {
    if (this.#caches.reserve(Math.max(2, slots), length)) this.#steps.clear()
  }

  setDraw(settings: DrawSettings): void {
    this.#settings = settings
    this.#inverseTemperature[0] = settings.temperature === 0 ? 1 : 1 / settings.temperature
  }

  async prefill(firstSlot: number, prompts: readonly (readonly number[])[]): Promise<NextTokens> {
    const T = Math.max(2, ...prompts.map((ids) => ids.length))
    const run = paddedRun(prompts, T)
    const { feeds, fetches } = this.#caches.tensors(firstSlot, prompts.length)
    return this.#run(run, feeds, fetches)
  }

  async append(slot: number, ids: readonly number[], length: number): Promise<NextTokens> {
    const { feeds, fetches } = this.#caches.tensors(slot, 1)
    const run: Run = {
      ids: Int32Array.from(ids),
      batch: 1,
      lastLengths: Int32Array.of(length + ids.length - 1),
      pastLengths: Int32Array.of(length),
      outputRows: [ids.length - 1],
    }
    return this.#run(run, feeds, fetches)
  }

  async step(ids: Int32Array, lengths: Int32Array): Promise<NextTokens> {
    const rows = ids.length
    const { feeds, fetches } = this.#stepTensors(Math.max(2, rows))
    numbersOf(feeds.input_ids).fill(0).set(ids)
    numbersOf(feeds.last_lengths).fill(0).set(lengths)
    if (feeds.positions !== undefined) numbersOf(feeds.positions).fill(0).set(lengths)
    numbersOf(feeds.total_length)[0] = 1 + lengths.reduce((most, length) => Math.max(most, length), 1)
    await this.#session.run(feeds, fetches)
    return this.#nextTokens()
  }

  /** Logits of every token of whole rows, for scoring and for tests: one [T, V] array a row. */
  async scoreRow(ids: readonly number[]): Promise<Float32Array> {
    this.reserve(2, ids.length)
    const { feeds, fetches } = this.#caches.tensors(0, 1)
    const run = { ...paddedRun([ids], Math.max(2, ids.length)), outputRows: ids.map((_, t) => t) }
    await this.#run(run, feeds, fetches)
    return this.#output('logits').slice(0, ids.length * this.vocabularySize)
  }

  copySlot(from: number, to: number, length: number): void {
    this.#caches.copy(from, to, length)
  }

  readSlot(slot: number, length: number): Float32Array {
    return this.#caches.read(slot, length)
  }

  writeSlot(
    slot: number,
    saved: Float32Array,
    lengths: { readonly saved: number; readonly used: number },
  ): void {
    this.#caches.write(slot, saved, lengths)
  }

  refresh(parameters: ParameterValues): Promise<void> {
    return this.#session.load(parameters)
  }

  async dispose(): Promise<void> {
    await this.#session.dispose()
    this.#caches.release()
    this.#steps.clear()
    this.#outputs = {}
  }

  async #run(run: Run, cacheFeeds: Feeds, cacheFetches: Feeds): Promise<NextTokens> {
    const tokens = run.ids.length
    const T = tokens / run.batch
    const total = run.lastLengths.reduce((most, last) => Math.max(most, last + 1), 0)
    // one row of output may round differently from several: never fewer than two
    const outputRows =
      run.outputRows.length > 1 ? run.outputRows : [run.outputRows[0] ?? 0, run.outputRows[0] ?? 0]
    const feeds: Feeds = {
      ...cacheFeeds,
      ...this.#drawFeeds(),
      input_ids: int32(run.ids),
      batch_shape: int64([run.batch, T, -1]),
      last_lengths: int32(run.lastLengths),
      total_length: int32(Int32Array.of(Math.max(T, total))),
      output_rows: int64(outputRows),
    }
    if (this.#setup.config.rotary === null) feeds.positions = int32(this.#positions(run, T))
    await this.#session.run(feeds, { ...cacheFetches, ...this.#outputTensors(outputRows.length) })
    return this.#nextTokens()
  }

  /** Learned positions of a padded run; pads stay inside the table. */
  #positions({ ids, pastLengths }: Run, T: number): Int32Array {
    return ids.map((_, n) => Math.min((pastLengths[Math.floor(n / T)] ?? 0) + (n % T), this.maxPositions - 1))
  }

  #stepTensors(rows: number): StepTensors {
    const known = this.#steps.get(rows)
    if (known !== undefined) return known
    const caches = this.#caches.tensors(0, rows)
    const feeds: Feeds = {
      ...caches.feeds,
      ...this.#drawFeeds(),
      input_ids: int32(new Int32Array(rows)),
      batch_shape: int64([rows, 1, -1]),
      last_lengths: int32(new Int32Array(rows)),
      total_length: int32(new Int32Array(1)),
      output_rows: int64(Array.from({ length: rows }, (_, row) => row)),
    }
    if (this.#setup.config.rotary === null) feeds.positions = int32(new Int32Array(rows))
    // made after #outputTensors, which may clear the map
    const step = { feeds, fetches: { ...caches.fetches, ...this.#outputTensors(rows) } }
    this.#steps.set(rows, step)
    return step
  }

  #drawFeeds(): Feeds {
    if (!this.#session.usesChunkSums) return {}
    return { inverse_temperature: new Tensor('float32', this.#inverseTemperature, [1]) }
  }

  /** Tensors over output arrays that only ever grow. */
  #outputTensors(rows: number): Feeds {
    const widths: Record<string, number> = { logits: this.vocabularySize }
    if (this.#session.usesChunkSums) {
      widths.probabilities = this.vocabularySize
      widths.chunk_sums = Math.ceil(this.vocabularySize / chunkWidth)
    }
    const tensors: Feeds = {}
    for (const [name, width] of Object.entries(widths)) {
      if ((this.#outputs[name]?.length ?? 0) < rows * width) {
        this.#outputs[name] = new Float32Array(rows * width)
        this.#steps.clear()
      }
      tensors[name] = new Tensor('float32', this.#output(name).subarray(0, rows * width), [rows, width])
    }
    return tensors
  }

  #output(name: string): Float32Array {
    const array = this.#outputs[name]
    if (array === undefined) throw new Error(`OnnxDecoder: expected output "${name}" before it is read`)
    return array
  }

  #nextTokens(): NextTokens {
    const settings = this.#settings
    const { vocabularySize } = this
    const logits = this.#output('logits')
    if (!this.#session.usesChunkSums) {
      return {
        draw: (row, random) =>
          drawToken({ values: logits, offset: row * vocabularySize, vocabularySize }, settings, random),
      }
    }
    const probabilities = this.#output('probabilities')
    const rows = { vocabularySize, chunkWidth, logits, probabilities, chunkSums: this.#output('chunk_sums') }
    return { draw: (row, random) => drawTokenByChunks(rows, row, settings, random) }
  }
}

/** Prompts of different length as rows of T tokens, pads (id 0) on the right; wanted: each prompt's last token. */
function paddedRun(prompts: readonly (readonly number[])[], T: number): Run {
  const ids = new Int32Array(prompts.length * T)
  prompts.forEach((prompt, row) => ids.set(prompt, row * T))
  return {
    ids,
    batch: prompts.length,
    lastLengths: Int32Array.from(prompts, (prompt) => prompt.length - 1),
    pastLengths: new Int32Array(prompts.length),
    outputRows: prompts.map((prompt, row) => row * T + prompt.length - 1),
  }
}

function int32(values: Int32Array): Tensor {
  return new Tensor('int32', values, [values.length])
}

function int64(values: readonly number[]): Tensor {
  return new Tensor('int64', BigInt64Array.from(values, BigInt), [values.length])
}

/** The numbers of an int32 tensor made here. */
function numbersOf(tensor: Tensor | undefined): Int32Array {
  if (tensor?.data instanceof Int32Array) return tensor.data
  throw new Error(`OnnxDecoder: expected an int32 tensor, got ${tensor?.type ?? 'none'}`)
}
