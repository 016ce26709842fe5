import * as tf from '@tensorflow/tfjs'
import type { Tensor } from '@tensorflow/tfjs'
import { adapterScale, adapterTensors } from '../../model/adapter.ts'
import { dropoutKey } from '../../model/adapterDropout.ts'
import { mergedParameters } from '../../model/mergeAdapter.ts'
import { copiedValues, type ParameterValues } from '../../model/parameterValues.ts'
import { disposeTensors, tensorsOf, viewOf } from '../../model/parameterTensors.ts'
import type { Transformer } from '../../model/transformer.ts'
import type { OptimizerState } from '../../optim/adamW.ts'
import { adamWStep, disposeOptimizerState, startAdamW } from '../../optim/adamW.ts'
import { eagerInputs, scoreRowsEagerly } from './scorers/eagerScorer.ts'
import type { MicroBatch } from './paddedBatch.ts'
import { longestRowOfBuckets, requireRows, splitIntoMicroBatches } from './paddedBatch.ts'
import type { Objective, ObjectiveInputs } from './policyObjective.ts'
import { policyObjective } from './policyObjective.ts'
import { requireState, requireFinite } from './trainerChecks.ts'
import { copiedState } from './trainer.ts'
import type { GradientTrainer, TokenBatch, TokenScorer, TrainerState, UpdateStats } from './trainer.ts'
import { computePlan, storedModel, trainedParameters, type TrainerSetup } from './trainerSetup.ts'

/** Trains op by op on tfjs's active backend: the reference that the captured trainer is compared with. */
export function createEagerTrainer(setup: TrainerSetup): GradientTrainer {
  return new EagerTrainer(setup)
}

/** Gradients by parameter name, and loss and sums in float64. */
interface Accumulated {
  readonly gradients: Map<string, Tensor>
  readonly totals: Map<string, number>
}

const lossName = 'loss of the update'

class EagerTrainer implements GradientTrainer {
  readonly maxRowLength: number
  readonly base: TokenScorer | null
  readonly #setup: TrainerSetup
  /** What nothing trains: the model itself, where an adapter is trained. */
  readonly #frozen: ReadonlyMap<string, Tensor>
  #state: OptimizerState
  #gradients: Map<string, Tensor> = new Map()

  constructor(setup: TrainerSetup) {
    this.#setup = setup
    this.maxRowLength = longestRowOfBuckets(setup.buckets, setup.config.maxPositions)
    this.#frozen = setup.adapter === undefined ? new Map<string, Tensor>() : tensorsOf(storedModel(setup))
    this.#state = startAdamW(tensorsOf(trainedParameters(setup)))
    this.base =
      setup.adapter === undefined
        ? null
        : {
            tokenLogProbs: (rows) => scoreRowsEagerly(this.#model(0), setup, rows),
            dispose: () => Promise.resolve(),
          }
  }

  async step(batch: TokenBatch, learningRate: number): Promise<UpdateStats> {
    requireRows(batch)
    const lengths = batch.rows.map((row) => row.ids.length)
    const { gradients, totals } = this.#accumulate(batch, this.#microBatches(lengths))
    disposeTensors(this.#gradients)
    this.#gradients = gradients
    const { [lossName]: loss = Number.NaN, ...sums } = Object.fromEntries(totals)
    requireFinite('loss', loss)
    const gradientNorm = await this.#apply(learningRate)
    const tokens = lengths.reduce((total, length) => total + length - 1, 0)
    return { loss, gradientNorm, sums, tokens, learningRate }
  }

  tokenLogProbs(rows: readonly Int32Array[]): Promise<readonly Float32Array[]> {
    return scoreRowsEagerly(this.#model(), this.#setup, rows)
  }

  readParameters(): Promise<ParameterValues> {
    const { adapter, config } = this.#setup
    const trained = viewOf(this.#state.parameters)
    if (adapter === undefined) return Promise.resolve(trained)
    const values = copiedValues(trained)
    return Promise.resolve(mergedParameters(config, viewOf(this.#frozen), { ...adapter, values }))
  }

  readGradients(): Promise<ParameterValues> {
    return Promise.resolve(copiedValues(viewOf(this.#gradients)))
  }

  readState(): Promise<TrainerState> {
    return Promise.resolve(copiedState(this.viewState()))
  }

  viewState(): TrainerState {
    const { parameters, firstMoments, secondMoments, updates } = this.#state
    return {
      parameters: viewOf(parameters),
      firstMoments: viewOf(firstMoments),
      secondMoments: viewOf(secondMoments),
      updates,
    }
  }

  async writeState(state: TrainerState): Promise<void> {
    requireState(state, trainedParameters(this.#setup))
    const written = {
      parameters: tensorsOf(state.parameters),
      firstMoments: tensorsOf(state.firstMoments),
      secondMoments: tensorsOf(state.secondMoments),
      updates: state.updates,
    }
    disposeOptimizerState(this.#state)
    this.#state = written
    return Promise.resolve()
  }

  dispose(): Promise<void> {
    disposeOptimizerState(this.#state)
    disposeTensors(this.#frozen)
    disposeTensors(this.#gradients)
    this.#gradients = new Map()
    return Promise.resolve()
  }

  /** @param scale of the adapter, where there is one; 0 takes it off */
  #model(scale?: number): Transformer {
    const { config, ops, adapter } = this.#setup
    const trained = this.#state.parameters
    if (adapter === undefined) return { config, parameters: trained, ops }
    const factor = tf.scalar(scale ?? adapterScale(adapter))
    return { config, parameters: this.#frozen, ops, adapter: adapterTensors(trained, factor) }
  }

  #microBatches(lengths: readonly number[]): MicroBatch[] {
    return splitIntoMicroBatches(lengths, this.#setup.buckets, this.#setup.rowsPerMicroBatch)
  }

  #accumulate(batch: TokenBatch, microBatches: readonly MicroBatch[]): Accumulated {
    const accumulated: Accumulated = { gradients: new Map(), totals: new Map() }
    microBatches.forEach(({ rowNumbers, bucket }, place) => {
      const rows = rowNumbers.map((row) => batch.rows[row])
      tf.tidy(() => {
        this.#addGradients(accumulated, this.#trainedModel(place), eagerInputs(rows, this.#setup, bucket))
      })
    })
    return accumulated
  }

  /** The model as a micro-batch is trained on, by its place in the update. */
  #trainedModel(microBatch: number): Transformer {
    const { dropout } = this.#setup
    const isTrained = (name: string) => this.#state.parameters.has(name)
    const model = { ...this.#model(), compute: computePlan(this.#setup, { sink: null, isTrained }) }
    if (model.adapter === undefined || dropout === undefined) return model
    const key = tf.scalar(dropoutKey(dropout, this.#state.updates, microBatch), 'int32')
    return { ...model, adapter: { ...model.adapter, dropout: { keep: tf.scalar(1 - dropout.rate), key } } }
  }

  #addGradients({ gradients, totals }: Accumulated, model: Transformer, inputs: ObjectiveInputs): void {
    const kept: { objective?: Objective } = {}
    const { parameters } = this.#state
    const { grads } = tf.engine().gradients(
      () => {
        const objective = policyObjective(model, this.#setup.loss, inputs, this.#setup.temperature)
        for (const sum of [objective.loss, ...Object.values(objective.sums)]) tf.keep(sum)
        kept.objective = objective
        return objective.loss
      },
      [...parameters.values()],
      undefined,
      true,
    )
    const { loss, sums } = kept.objective as Objective
    for (const [name, scalar] of [[lossName, loss] as const, ...Object.entries(sums)]) {
      totals.set(name, (totals.get(name) ?? 0) + scalar.dataSync()[0])
      scalar.dispose()
    }
    ;[...parameters].forEach(([name, parameter], i) => {
      const gradient = (grads[i] as Tensor | null) ?? tf.zerosLike(parameter)
      const former = gradients.get(name)
      gradients.set(name, tf.keep(former === undefined ? gradient : former.add(gradient)))
      former?.dispose()
    })
  }

  /** @returns the gradient norm before clipping */
  async #apply(learningRate: number): Promise<number> {
    const { adamW: settings, decays } = this.#setup
    const { state, gradientNorm } = adamWStep(this.#state, this.#gradients, {
      settings,
      learningRate,
      decays,
    })
    const [norm] = await gradientNorm.data()
    gradientNorm.dispose()
    const superseded = Number.isFinite(norm) ? this.#state : state
    if (Number.isFinite(norm)) this.#state = state
    disposeOptimizerState(superseded)
    requireFinite('gradient norm', norm)
    return norm
  }
}
