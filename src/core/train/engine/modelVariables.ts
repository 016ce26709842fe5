import * as tf from '@tensorflow/tfjs'
import type { ElementType, GraphBuilder, NodeRef } from '../../graph/graphBuilder.ts'
import { boolAttribute, typeAttribute } from '../../graph/graphBuilder.ts'
import type { TraceBackend } from '../../graph/traceBackend.ts'
import { adapterTensors, factorNames, type AdapterTensors } from '../../model/adapter.ts'
import type { ModelConfig } from '../../model/config/modelConfig.ts'
import type { StoredMatrix } from '../../graph/rawOps.ts'
import type { ModelWeights } from '../../model/projections.ts'
import { channelAxis, storageOf, type WeightStorage } from '../../model/weightStorage.ts'
import type { AdamWSettings } from '../../optim/adamW.ts'
import type {
  GraphVariable,
  GraphVariables,
  ModelKind,
  ParameterKind,
  VariableForm,
} from './graphVariables.ts'
import { addVariables, parameterKinds, valueNode, variableOf } from './graphVariables.ts'
import { trainedParameters, type ScorerSetup, type TrainerSetup } from './trainerSetup.ts'
import { addPick, addRead, addReading, addWidened } from './variableMoves.ts'

/** Fed wherever a model with an adapter computes: alpha ÷ rank, or 0 for the model without it. */
export const adapterScaleNode = 'adapter/scale'

/** Fed where an adapter is trained with dropout: share of its inputs that stays, and the key of what is dropped. */
export const dropoutNodes = { keep: 'adapter/keep', key: 'adapter/dropoutKey' } as const

/** The list of a model's weights with its adapter merged in, for `moveNames`. */
export const mergedList = 'merged'

const elementTypeOfStorage = {
  f32: 'float32',
  bf16: 'bfloat16',
  f16: 'float16',
  int8: 'int8',
} as const satisfies Readonly<Record<WeightStorage, ElementType>>

export const scaleName = (parameter: string): string => `${parameter}/scale`
const isScale = (name: string): boolean => name.endsWith('/scale')

/**
 * The variables of weights that nothing trains: one for each parameter, and the scales of 8-bit ones after
 * it.
 */
export function baseForms(
  config: ModelConfig,
  parameters: ReadonlyMap<string, { readonly shape: readonly number[] }>,
  wanted: WeightStorage = 'f32',
): ReadonlyMap<string, VariableForm> {
  const forms = new Map<string, VariableForm>()
  for (const [name, { shape }] of parameters) {
    const storage = storageOf(name, shape, wanted)
    forms.set(name, { shape, type: elementTypeOfStorage[storage] })
    if (storage !== 'int8') continue
    const scaleShape = channelAxis(config, name) === 0 ? [shape[0], 1] : [1, shape[1]]
    forms.set(scaleName(name), { shape: scaleShape, type: 'float32' })
  }
  return forms
}

/** A frozen model's variables, alone in its graph. */
export function addFrozenModel(graph: GraphBuilder, setup: FrozenModel): GraphVariables {
  const forms = baseForms(setup.config, setup.parameters, setup.storedAs)
  return new Map([['base', addVariables(graph, 'base', forms)]])
}

export type FrozenModel = Pick<ScorerSetup, 'config' | 'parameters' | 'storedAs'>

export type TrainedModel = Pick<
  TrainerSetup,
  'config' | 'parameters' | 'storedAs' | 'adapter' | 'dropout' | 'adamW'
>

/**
 * A trained model's variables: its own with their moments and gradients, or an adapter's beside a frozen
 * model.
 */
export function addTrainedModel(graph: GraphBuilder, setup: TrainedModel): GraphVariables {
  const formsOf = (kind: ParameterKind) =>
    new Map(
      [...trainedParameters(setup)].map(([name, { shape }]): [string, VariableForm] => [
        name,
        { shape, type: elementTypeOfStorage[storageOf(name, shape, storageOfKind(kind, setup.adamW))] },
      ]),
    )
  const trained = new Map(
    parameterKinds.map((kind) => [kind, addVariables(graph, kind, formsOf(kind))] as const),
  )
  if (setup.adapter === undefined) return trained
  graph.placeholder(adapterScaleNode, 'float32', [])
  if (setup.dropout !== undefined) {
    graph.placeholder(dropoutNodes.keep, 'float32', [])
    graph.placeholder(dropoutNodes.key, 'int32', [])
  }
  const variables: GraphVariables = new Map([...addFrozenModel(graph, setup), ...trained])
  addMergedReading(graph, setup, variables)
  return variables
}

/** Parameters and gradients are 32-bit floats; moments of matrices may be fewer bits. */
function storageOfKind(kind: ParameterKind, { moments = 'f32' }: AdamWSettings): 'f32' | 'bf16' {
  return kind === 'firstMoment' || kind === 'secondMoment' ? moments : 'f32'
}

/** What a weight is made of: W, its scale where it stands in 8 bits, A and B where it has an adapter. */
interface MergedPlace {
  readonly place: number
  readonly variables: readonly GraphVariable[]
  readonly isScaled: boolean
  readonly isAdapted: boolean
}

/** W + scale · B · A of every parameter, one at a time; those that are made alike by the same nodes. */
function addMergedReading(graph: GraphBuilder, setup: TrainedModel, variables: GraphVariables): void {
  const alike = new Map<string, MergedPlace[]>()
  for (const each of mergedPlaces(setup, variables)) {
    const key = `${each.isAdapted} ${each.variables.map(({ type }) => type).join()}`
    alike.set(key, (alike.get(key) ?? []).concat(each))
  }
  addReading(graph, mergedList, () =>
    [...alike.values()].map((places) => ({ type: 'float32', value: addMerged(graph, setup, places) })),
  )
}

function mergedPlaces(setup: TrainedModel, variables: GraphVariables): MergedPlace[] {
  const trained = variables.get('parameter')
  return [...setup.parameters.keys()].map((name, place) => {
    const scale = variables.get('base')?.get(scaleName(name))
    const { a, b } = factorNames(name.replace(/\.weight$/, ''))
    const [first, second] = [trained?.get(a), trained?.get(b)]
    const factors = first === undefined || second === undefined ? [] : [first, second]
    return {
      place,
      variables: [variableOf(variables, 'base', name)]
        .concat(scale === undefined ? [] : [scale])
        .concat(factors),
      isScaled: scale !== undefined,
      isAdapted: factors.length > 0,
    }
  })
}

/** @param places  alike in all but their variables */
function addMerged(graph: GraphBuilder, setup: TrainedModel, places: readonly MergedPlace[]): NodeRef {
  const [{ variables, isScaled, isAdapted }] = places
  const read = variables.map(({ type }, at) => {
    const handles = places.map((each) => ({ place: each.place, handle: each.variables[at].handle }))
    return addWidened(graph, addRead(graph, addPick(graph, handles), type), type)
  })
  const weight = isScaled ? multiplied(graph, read[0], read[1]) : read[0]
  if (!isAdapted) return weight
  const [refA, refB] = read.slice(-2)
  return addedProduct(graph, weight, { refA, refB, transposed: setup.config.family === 'gpt2' })
}

const float = { T: typeAttribute('float32') }

function multiplied(graph: GraphBuilder, a: NodeRef, b: NodeRef): NodeRef {
  return graph.add('Mul', [a, b], float)
}

function addedProduct(
  graph: GraphBuilder,
  weight: NodeRef,
  {
    refA,
    refB,
    transposed,
  }: { readonly refA: NodeRef; readonly refB: NodeRef; readonly transposed: boolean },
): NodeRef {
  // B·A is [out, in]; Aᵀ·Bᵀ is [in, out]
  const product = graph.add('MatMul', transposed ? [refA, refB] : [refB, refA], {
    ...float,
    transpose_a: boolAttribute(transposed),
    transpose_b: boolAttribute(transposed),
  })
  return graph.add('AddV2', [weight, multiplied(graph, product, adapterScaleNode)], float)
}

/** The model's weights under trace, and of them what is trained. */
export interface TracedWeights {
  readonly weights: ModelWeights
  /** By name, in the order of the `parameter` variables; none of a frozen model. */
  readonly trained: ReadonlyMap<string, tf.Tensor>
}

/** Tensors for the variables of a model in a graph that is being recorded. */
export function tracedWeights(
  trace: TraceBackend,
  variables: GraphVariables,
  setup: Pick<ScorerSetup, 'ops'> & Pick<TrainerSetup, 'dropout'>,
): TracedWeights {
  const trained = tracedFloats(trace, 'parameter', variables.get('parameter'))
  const base = variables.get('base')
  if (base === undefined) return { weights: { parameters: trained, ops: setup.ops }, trained }
  const weights = {
    parameters: tracedFloats(trace, 'base', base),
    stored: storedMatrices(trace, base),
    ops: setup.ops,
  }
  if (trained.size === 0) return { weights, trained }
  const scale = tracedTensor(trace, adapterScaleNode, [], 'float32')
  const adapter = { ...adapterTensors(trained, scale), ...tracedDropout(trace, setup) }
  return { weights: { ...weights, adapter }, trained }
}

function tracedDropout(
  trace: TraceBackend,
  { dropout }: Pick<TrainerSetup, 'dropout'>,
): Pick<AdapterTensors, 'dropout'> {
  if (dropout === undefined) return {}
  const keep = tracedTensor(trace, dropoutNodes.keep, [], 'float32')
  return { dropout: { keep, key: tracedTensor(trace, dropoutNodes.key, [], 'int32') } }
}

function tracedFloats(
  trace: TraceBackend,
  kind: ModelKind,
  variables: ReadonlyMap<string, GraphVariable> = new Map(),
): Map<string, tf.Tensor> {
  const tensors = new Map<string, tf.Tensor>()
  for (const [name, { shape, type }] of variables) {
    if (type === 'float32' && !isScale(name))
      tensors.set(name, tracedTensor(trace, valueNode(kind, name), shape, 'float32'))
  }
  return tensors
}

function storedMatrices(
  trace: TraceBackend,
  variables: ReadonlyMap<string, GraphVariable>,
): Map<string, StoredMatrix> {
  const matrices = new Map<string, StoredMatrix>()
  const traced = (name: string, { shape }: GraphVariable) =>
    tracedTensor(trace, valueNode('base', name), shape, 'float32')
  for (const [name, variable] of variables) {
    const { type } = variable
    if (type !== 'bfloat16' && type !== 'float16' && type !== 'int8') continue
    const scale = variables.get(scaleName(name))
    matrices.set(name, {
      // tfjs has no name for the type; nothing but the ops of stored matrices takes this tensor
      matrix: traced(name, variable) as tf.Tensor2D,
      type,
      scale: scale === undefined ? null : traced(scaleName(name), scale),
    })
  }
  return matrices
}

export function tracedTensor(
  trace: TraceBackend,
  ref: NodeRef,
  shape: readonly number[],
  dtype: 'int32' | 'float32',
): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo(trace.tensorOf(ref, shape, dtype))
}
