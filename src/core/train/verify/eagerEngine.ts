import * as tf from '@tensorflow/tfjs'
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs'
import { disposeTensors, viewOf } from '../../model/parameterTensors.ts'
import { copiedValues, type ParameterValues } from '../../model/parameterValues.ts'
import type { ForwardOptions, Transformer } from '../../model/transformer.ts'
import { logits, tokenLogProbs } from '../../model/transformer.ts'
import { adamWStep, disposeOptimizerState, startAdamW } from '../../optim/adamW.ts'
import { EagerSampler } from '../../sampling/eagerSampler.ts'
import { createEagerTrainer } from '../engine/eagerTrainer.ts'
import type { PolicyStep, PolicyStepResult } from './policyStep.ts'
import { takePolicyStep, wholeBatchShape } from './policyStep.ts'
import type { SelfCheck, VerifyAdamW, VerifyBatch, VerifyEngine } from './engine.ts'
import { largestDifference, realParts, unpaddedRows } from './engine.ts'

/** Differences between ways to lay out the same rows come from rounding alone. */
const layoutLimit = 2e-5

/** Everything op by op in tfjs. It owns the model's tensors. */
export class EagerVerifyEngine implements VerifyEngine {
  readonly name: string
  readonly #model: Transformer
  readonly #othersTensors: number

  constructor(name: string, model: Transformer) {
    this.name = name
    this.#model = model
    this.#othersTensors = tf.memory().numTensors - model.parameters.size
  }

  async logits(batch: VerifyBatch): Promise<readonly Float32Array[]> {
    const all = await this.#compute(batch, (ids, options) => logits(this.#model, ids, options))
    return realParts(batch, all, this.#model.config.vocabularySize)
  }

  async tokenLogProbs(batch: VerifyBatch): Promise<readonly Float32Array[]> {
    const all = await this.#compute(batch, (ids, options) => tokenLogProbs(this.#model, ids, options))
    const width = batch.length - 1
    // pads stand at the left, so the last tokens − 1 entries are pairs of real tokens
    return unpaddedRows(batch).map((row, index) =>
      all.slice((index + 1) * width - (row.length - 1), (index + 1) * width),
    )
  }

  async lossAndGradients(batch: VerifyBatch): Promise<{ loss: number; gradients: ParameterValues }> {
    const { loss, gradients } = this.#differentiate(batch)
    const result = { loss: (await loss.data())[0], gradients: copiedValues(viewOf(gradients)) }
    loss.dispose()
    disposeTensors(gradients)
    return result
  }

  async adamWStep(batch: VerifyBatch, verify: VerifyAdamW): Promise<ParameterValues> {
    const { loss, gradients } = this.#differentiate(batch)
    const start = startAdamW(this.#model.parameters)
    const { state, gradientNorm } = adamWStep(start, gradients, {
      settings: { ...verify, clipNorm: null },
      learningRate: verify.learningRate,
      decays: () => true,
    })
    const after = copiedValues(viewOf(state.parameters))
    tf.dispose([loss, gradientNorm])
    disposeTensors(gradients)
    disposeTensors(start.firstMoments)
    disposeTensors(start.secondMoments)
    disposeOptimizerState(state)
    return after
  }

  async policyStep(step: PolicyStep): Promise<PolicyStepResult> {
    const { config, ops } = this.#model
    const parameters = copiedValues(viewOf(this.#model.parameters))
    const setup = { config, ops, parameters, ...step, ...wholeBatchShape(step.batch), temperature: 1 }
    return takePolicyStep(createEagerTrainer(setup), step)
  }

  async greedy(prompts: readonly (readonly number[])[], newTokens: number): Promise<number[][]> {
    const sampler = new EagerSampler({ model: this.#model, maxRows: prompts.length })
    const settings = { temperature: 0, topP: 1, topK: 0, maxCompletionTokens: newTokens, endIds: [], seed: 0 }
    const requests = prompts.map((promptIds) => ({ promptIds, seedLabels: [], samples: 1 }))
    const completions = await sampler.sample({ requests, settings })
    await sampler.dispose()
    return completions.map(([completion]) => [...completion.completionIds])
  }

  /** The same numbers from single rows without pads, and from one token at a time. */
  async selfChecks(batch: VerifyBatch): Promise<readonly SelfCheck[]> {
    const padded = await this.logits(batch)
    const singles: Float32Array[] = []
    for (const ids of unpaddedRows(batch)) singles.push(...(await this.logits(singleRow(ids))))
    const twice = await this.logits(repeatedBatch(batch))
    const atPads = padded.map((row, index) => largestDifference(row, singles[index]))
    return [
      { quantity: 'padded = unpadded (logits)', difference: Math.max(...atPads), limit: layoutLimit },
      {
        quantity: 'batched = single (logits)',
        difference: Math.max(
          ...twice.map((row, index) => largestDifference(row, singles[index % singles.length])),
        ),
        limit: layoutLimit,
      },
      {
        quantity: 'cached = uncached (greedy ids)',
        difference: await this.#uncachedDiffers(batch),
        limit: 0,
      },
    ]
  }

  async dispose(): Promise<{ tensorsLeft: number }> {
    disposeTensors(this.#model.parameters)
    return { tensorsLeft: tf.memory().numTensors - this.#othersTensors }
  }

  /** How many of four greedy tokens a row differ when every token reads the whole row again. */
  async #uncachedDiffers(batch: VerifyBatch): Promise<number> {
    const newTokens = 4
    const prompts = unpaddedRows(batch).map((ids) => [...ids])
    const cached = await this.greedy(prompts, newTokens)
    let differing = 0
    for (const [row, prompt] of prompts.entries()) {
      for (let taken = 0; taken < newTokens; taken++) {
        const [all] = await this.logits(
          singleRow(Int32Array.from([...prompt, ...cached[row].slice(0, taken)])),
        )
        const last = all.subarray(all.length - this.#model.config.vocabularySize)
        if (last.indexOf(Math.max(...last)) !== cached[row][taken]) differing += 1
      }
    }
    return differing
  }

  async #compute(
    batch: VerifyBatch,
    forward: (ids: Tensor2D, options: ForwardOptions) => Tensor,
  ): Promise<Float32Array> {
    const result = tf.tidy(() => {
      const { ids, options } = inputTensors(batch)
      return forward(ids, options)
    })
    const values = await result.data<'float32'>()
    result.dispose()
    return values
  }

  #differentiate(batch: VerifyBatch): { loss: Scalar; gradients: Map<string, Tensor> } {
    const names = [...this.#model.parameters.keys()]
    const { value, grads } = tf.tidy(() => {
      const { ids, options } = inputTensors(batch)
      const valid = pairWeights(batch)
      return tf.valueAndGrads((...tensors) => {
        const parameters = new Map(names.map((name, index) => [name, tensors[index]]))
        const logProbs = tokenLogProbs({ ...this.#model, parameters }, ids, options)
        return logProbs.mul(valid).sum().neg()
      })([...this.#model.parameters.values()])
    })
    return { loss: value as Scalar, gradients: new Map(names.map((name, index) => [name, grads[index]])) }
  }
}

function inputTensors(batch: VerifyBatch): { ids: Tensor2D; options: ForwardOptions } {
  const shape: [number, number] = [batch.rows, batch.length]
  return {
    ids: tf.tensor2d(batch.ids, shape, 'int32'),
    options: {
      attentionMask: tf.tensor2d(batch.attentionMask, shape, 'int32'),
      positionIds: tf.tensor2d(batch.positionIds, shape, 'int32'),
    },
  }
}

/** 1 / pairs where both tokens are real, else 0. @returns [rows, length − 1] */
function pairWeights({ attentionMask, rows, length }: VerifyBatch): Tensor2D {
  const valid = new Float32Array(rows * (length - 1))
  for (let row = 0; row < rows; row++) {
    for (let at = 0; at < length - 1; at++) {
      valid[row * (length - 1) + at] = attentionMask[row * length + at] * attentionMask[row * length + at + 1]
    }
  }
  const pairs = valid.reduce((sum, one) => sum + one, 0)
  return tf.tensor2d(
    valid.map((one) => one / pairs),
    [rows, length - 1],
  )
}

function singleRow(ids: Int32Array): VerifyBatch {
  return {
    ids,
    attentionMask: new Int32Array(ids.length).fill(1),
    positionIds: Int32Array.from(ids.keys()),
    rows: 1,
    length: ids.length,
  }
}

/** Every row twice: other neighbours, same numbers. */
function repeatedBatch(batch: VerifyBatch): VerifyBatch {
  const twice = (values: Int32Array) => Int32Array.from([...values, ...values])
  return {
    ids: twice(batch.ids),
    attentionMask: twice(batch.attentionMask),
    positionIds: twice(batch.positionIds),
    rows: 2 * batch.rows,
    length: batch.length,
  }
}
