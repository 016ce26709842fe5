import { Tensor } from 'onnxruntime-node'
import type { ParameterValues } from '../../../core/model/parameterValues.ts'
import { drawTokenByChunks, outputsToDrawFrom } from '../../../core/sampling/chunkedDraw.ts'
import type { DrawOutput } from '../../../core/sampling/chunkedDraw.ts'
import type { Decoder, NextTokens, SlotRoom } from '../../../core/sampling/decoder.ts'
import { drawToken } from '../../../core/sampling/nextToken.ts'
import type { DrawSettings } from '../../../core/sampling/nextToken.ts'
import { chunkWidth, hasChunkSums } from '../../../core/decoder/layers.ts'
import { newCacheWidth } from '../../../core/decoder/step.ts'
import { longestDecodedRow, OnnxDecoderSession } from './decoderSession.ts'
import type { DecoderSessionSetup } from './decoderSession.ts'
import type { Feeds } from './graphSession.ts'
import { SlotCaches } from './slotCaches.ts'
import { int32, int64, paddedRun, StepInputs } from './decoderInputs.ts'
import type { PaddedRun } from './decoderInputs.ts'

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
  /** Outputs that are fetched: each costs a copy of its size. */
  #drawnFrom: readonly DrawOutput[] = ['logits']
  #room: SlotRoom = { slots: 0, length: 0, longest: 0, mostBytes: 0 }
  #outputs: Record<string, Float32Array> = {}
  /** Of the latest number of rows; null when the slots have changed. */
  #stepInputs: StepInputs | null = null

  private constructor(setup: DecoderSessionSetup) {
    this.#setup = setup
    this.vocabularySize = setup.config.vocabularySize
    this.maxPositions = longestDecodedRow(setup.config)
    this.#session = new OnnxDecoderSession(setup)
    this.#caches = new SlotCaches(setup.config)
    this.cacheBytesPerPosition = this.#caches.bytesPerPosition
  }

  static async load(setup: DecoderSessionSetup, parameters: ParameterValues): Promise<OnnxDecoder> {
    const decoder = new OnnxDecoder(setup)
    await decoder.#session.load(parameters)
    return decoder
  }

  /**
   * Two slots at least: a step of one row runs beside an idle one, because single rows may round differently.
   */
  reserve(room: SlotRoom): void {
    this.#room = room
    this.#caches.reserve(Math.max(2, room.slots), room.length, room.mostBytes)
    this.#stepInputs = null
  }

  setDraw(settings: DrawSettings): void {
    this.#settings = settings
    this.#drawnFrom = hasChunkSums(this.#setup.config)
      ? outputsToDrawFrom(this.vocabularySize, settings)
      : ['logits']
    this.#inverseTemperature[0] = settings.temperature === 0 ? 1 : 1 / settings.temperature
  }

  async prefill(firstSlot: number, prompts: readonly (readonly number[])[]): Promise<NextTokens> {
    const T = Math.max(2, ...prompts.map((ids) => ids.length))
    this.#makeRoom(T)
    return this.#prefill(firstSlot, paddedRun(prompts, T))
  }

  async append(slot: number, ids: readonly number[], length: number): Promise<NextTokens> {
    this.#makeRoom(length + ids.length)
    return this.#prefill(slot, {
      ids: Int32Array.from(ids),
      batch: 1,
      lastLengths: Int32Array.of(length + ids.length - 1),
      pastLength: length,
      outputRows: [ids.length - 1],
    })
  }

  async step(ids: Int32Array, lengths: Int32Array): Promise<NextTokens> {
    const longest = lengths.reduce((most, length) => Math.max(most, length), 0)
    this.#makeRoom(longest + 1)
    const rows = Math.max(2, ids.length)
    const outputs = this.#outputTensors(rows, true)
    const inputs = this.#inputsOf(rows)
    inputs.fill(ids, lengths)
    await this.#session.step(inputs.feeds, outputs)
    this.#caches.append(this.#output('new_caches'), lengths)
    return this.#nextTokens()
  }

  /** Logits of every token of one row, for checks: [T, V]. */
  async scoreRow(ids: readonly number[]): Promise<Float32Array> {
    this.reserve({ slots: 1, length: ids.length, longest: ids.length, mostBytes: 0 })
    // greedy draws read plain logits
    this.setDraw({ temperature: 0, topP: 1, topK: 0 })
    const run = paddedRun([ids], Math.max(2, ids.length))
    await this.#prefill(0, { ...run, outputRows: ids.map((_, t) => t) })
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
    this.#makeRoom(lengths.used)
    this.#caches.write(slot, saved, lengths)
  }

  clear(): void {
    this.#caches.release()
    this.#stepInputs = null
  }

  refresh(parameters: ParameterValues): Promise<void> {
    return this.#session.load(parameters)
  }

  async dispose(): Promise<void> {
    await this.#session.dispose()
    this.clear()
    this.#outputs = {}
  }

  /** Attention runs over all positions of a slot, so slots grow with the rows, by a quarter at a time. */
  #makeRoom(length: number): void {
    if (length <= this.#caches.length) return
    this.#caches.grow(Math.max(length, Math.min(this.#room.longest, Math.ceil(length * 1.25))))
    this.#stepInputs = null
  }

  async #prefill(firstSlot: number, run: PaddedRun): Promise<NextTokens> {
    const caches = this.#caches.prefillTensors(firstSlot, run.batch)
    const T = run.ids.length / run.batch
    const total = run.lastLengths.reduce((most, last) => Math.max(most, last + 1), T)
    // one row of output may round differently from several: never fewer than two
    const [first = 0] = run.outputRows
    const outputRows = run.outputRows.length > 1 ? run.outputRows : [first, first]
    const feeds: Feeds = {
      ...caches.feeds,
      ...this.#drawFeeds(),
      input_ids: int32(run.ids),
      batch_shape: int64([run.batch, T, -1]),
      last_lengths: int32(run.lastLengths),
      total_length: int32(Int32Array.of(total)),
      output_rows: int64(outputRows),
    }
    if (this.#setup.config.rotary === null) {
      // pads stay inside the table of learned positions
      feeds.positions = int32(
        run.ids.map((_, n) => Math.min(run.pastLength + (n % T), this.maxPositions - 1)),
      )
    }
    await this.#session.prefill(feeds, {
      ...caches.fetches,
      ...this.#outputTensors(outputRows.length, false),
    })
    return this.#nextTokens()
  }

  #inputsOf(rows: number): StepInputs {
    if (this.#stepInputs?.rows === rows) return this.#stepInputs
    const fixed = { ...this.#caches.stepFeeds(rows), ...this.#drawFeeds() }
    this.#stepInputs = new StepInputs(rows, this.#caches.length, fixed)
    return this.#stepInputs
  }

  #drawFeeds(): Feeds {
    if (!hasChunkSums(this.#setup.config)) return {}
    return { inverse_temperature: new Tensor('float32', this.#inverseTemperature, [1]) }
  }

  /** Tensors over output arrays that only ever grow. */
  #outputTensors(rows: number, isStep: boolean): Feeds {
    const widths: Record<string, number> = {}
    for (const name of this.#drawnFrom) {
      widths[name] = name === 'chunk_sums' ? Math.ceil(this.vocabularySize / chunkWidth) : this.vocabularySize
    }
    if (isStep) widths.new_caches = newCacheWidth(this.#setup.config)
    const tensors: Feeds = {}
    for (const [name, width] of Object.entries(widths)) {
      const held = this.#outputs[name]
      const array = held !== undefined && held.length >= rows * width ? held : new Float32Array(rows * width)
      this.#outputs[name] = array
      tensors[name] = new Tensor('float32', array.subarray(0, rows * width), [rows, width])
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
    const fetched = (name: DrawOutput): Float32Array =>
      this.#drawnFrom.includes(name) ? this.#output(name) : new Float32Array(0)
    const logits = fetched('logits')
    if (!hasChunkSums(this.#setup.config)) {
      return {
        draw: (row, random) =>
          drawToken({ values: logits, offset: row * vocabularySize, vocabularySize }, settings, random),
      }
    }
    const probabilities = fetched('probabilities')
    const rows = { vocabularySize, chunkWidth, logits, probabilities, chunkSums: fetched('chunk_sums') }
    return { draw: (row, random) => drawTokenByChunks(rows, row, settings, random) }
  }
}
