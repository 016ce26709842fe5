import * as tf from '@tensorflow/tfjs'
import { embeddingName, headOf } from '../../model/parameterTable.ts'
import type { Transformer } from '../../model/transformer.ts'
import { isMatrix } from '../../optim/adamW.ts'
import { negativeLogLikelihood } from '../../rl/losses/negativeLogLikelihood.ts'
import type { LossInputs, LossSumName } from '../../rl/losses/policyLoss.ts'
import { inputWidth } from './paddedBatch.ts'
import type { ObjectiveInputs } from './policyObjective.ts'
import { policyObjective } from './policyObjective.ts'
import type { ScorerSetup, TrainerSetup } from './trainerSetup.ts'
import { computePlan } from './trainerSetup.ts'
import {
  adapterNodes,
  bucketNames,
  gradientSignature,
  isPacked,
  recordedOnce,
  scoringSignature,
  type RecordedBuckets,
} from './recordedBuckets.ts'
import { leadingTo, usedBackward } from './usedBackward.ts'
import { addAdamWUpdate } from './adamWGraph.ts'
import { addZeroedGradients, GradientAccumulators } from './gradientAccumulators.ts'
import type { SamplerOptions } from './samplingGraph.ts'
import { addSamplerOn } from './samplingGraph.ts'
import type { NodeRef } from '../../graph/graphBuilder.ts'
import { moveIntoFunction } from '../../graph/moveIntoFunction.ts'
import { GraphBuilder, intAttribute, typeAttribute } from '../../graph/graphBuilder.ts'
import type { GraphVariables } from './graphVariables.ts'
import { addFrozenModel, addTrainedModel, tracedTensor, tracedWeights } from './modelVariables.ts'
import { recordOps } from '../../graph/recordOps.ts'
import { SizedRecordings } from '../../graph/sizedRecordings.ts'
import type { GraphSignature } from '../../graph/savedModel.ts'
import type { TraceBackend } from '../../graph/traceBackend.ts'

/** A graph with all that can be run in it. */
export interface CapturedGraph {
  readonly graph: GraphBuilder
  readonly signatures: readonly GraphSignature[]
  /** By a bucket's length in predicted tokens. */
  readonly buckets: RecordedBuckets
  /** Names of the loss's own sums in the order of the fetched vector, after the loss itself. */
  readonly sumNames: readonly LossSumName[]
}

/**
 * Token log-probs for every bucket, to the bit as training computes them; the parameters are variables of the
 * graph.
 */
export function captureScoring(setup: ScorerSetup): CapturedGraph {
  const graph = new GraphBuilder()
  const variables = addFrozenModel(graph, setup)
  const recordings = new SizedRecordings(graph)
  for (const bucket of setup.buckets) {
    recordBucket(recordings, graph, bucket, (trace) => {
      const scored = { ...setup, loss: negativeLogLikelihood }
      const recorded = recordObjective(trace, variables, scored, { bucket, sink: null })
      // the backward pass was recorded only to learn what it uses
      graph.truncate(recorded.forwardEnd)
      nameScores(trace, bucket, recorded)
    })
  }
  const buckets = recordings.finish()
  const signatures = recordedOnce(buckets).map((bucket) => scoringSignature(bucket, [], false))
  return { graph, buckets, signatures, sumNames: [] }
}

/**
 * Training as one graph: for every bucket the loss with its gradients going into accumulators, and scoring
 * from the same nodes; one AdamW update; reading and writing of every variable; and, where asked for, a
 * sampler on the same parameters.
 */
export function captureTraining(setup: TrainerSetup, sampler?: SamplerOptions): CapturedGraph {
  const graph = new GraphBuilder()
  const variables = addTrainedModel(graph, setup)
  // XLA has to know sizes when it compiles
  const recordings = new SizedRecordings(graph, setup.compileUpdate !== true)
  const sumNames = setup.buckets.map((bucket) =>
    recordBucket(recordings, graph, bucket, (trace) => addGradients(trace, variables, setup, bucket)),
  )
  const buckets = recordings.finish()
  if (setup.compileUpdate === true)
    for (const bucket of setup.buckets)
      moveIntoFunction(graph, bucketNames(bucket).accumulate, gradientEffects)
  addZeroedGradients(graph, variables, tablesOf(setup))
  addAdamWUpdate(graph, variables, setup.adamW, setup.decays ?? isMatrix)
  if (sampler !== undefined) addSamplerOn(graph, variables, setup.config, sampler)
  const signatures = recordedOnce(buckets).flatMap((bucket) => [
    scoringSignature(bucket, adapterNodes(setup), isPacked(setup)),
    gradientSignature(setup, bucket),
  ])
  return { graph, buckets, signatures, sumNames: sumNames[0] ?? [] }
}

/** Ops by which gradients are added to their variables. */
const gradientEffects: ReadonlySet<string> = new Set(['AssignAddVariableOp', 'ResourceScatterAdd'])

/** Parameters whose gradients come as rows, where logits are computed in chunks. */
function tablesOf(setup: TrainerSetup): ReadonlySet<string> {
  const { config } = setup
  const isChunked = computePlan(setup).headChunk < config.vocabularySize
  return new Set(isChunked ? [embeddingName(config), headOf(config)] : [])
}

function recordBucket<T>(
  recordings: SizedRecordings,
  graph: GraphBuilder,
  bucket: number,
  build: (trace: TraceBackend) => T,
): T {
  return recordings.add(bucket, () =>
    recordOps(graph, (trace) => graph.inScope(`t${bucket}`, () => build(trace))),
  )
}

type LossSetup = ScorerSetup & Pick<TrainerSetup, 'loss' | 'dropout'>

function objectiveInputs(trace: TraceBackend, setup: LossSetup, bucket: number): ObjectiveInputs {
  const names = bucketNames(bucket)
  const placeholder = (name: string, width: number, dtype: 'int32' | 'float32') => {
    const shape = [setup.rowsPerMicroBatch, width]
    return tracedTensor(trace, trace.graph.placeholder(name, dtype, shape), shape, dtype)
  }
  const lossInputs = setup.loss.inputs.map((input) => [
    input.name,
    placeholder(names.lossInput(input.name), inputWidth(input, bucket), 'float32'),
  ])
  return {
    ids: placeholder(names.ids, bucket, 'int32') as tf.Tensor2D,
    targets: placeholder(names.targets, bucket, 'int32') as tf.Tensor2D,
    lossInputs: Object.fromEntries(lossInputs) as LossInputs,
  }
}

/** The nodes of one bucket's forward and backward pass. */
interface RecordedObjective {
  readonly logProbs: NodeRef
  readonly loss: NodeRef
  readonly sums: Readonly<Partial<Record<LossSumName, NodeRef>>>
  /** Count of nodes up to the log-probs. */
  readonly forwardEnd: number
  /** Nodes of the forward pass whose numbers the backward pass uses. */
  readonly usedBackward: readonly string[]
}

function recordObjective(
  trace: TraceBackend,
  variables: GraphVariables,
  setup: LossSetup,
  { bucket, sink }: { readonly bucket: number; readonly sink: GradientAccumulators | null },
): RecordedObjective {
  const { nodes } = trace.graph
  const { weights, trained } = tracedWeights(trace, variables, setup)
  // of a model that nothing trains the backward pass is recorded all the same, to learn what it uses
  const sources = trained.size > 0 ? trained : weights.parameters
  const compute = computePlan(setup, { sink, isTrained: (name) => sources.has(name) })
  const model: Transformer = { config: setup.config, ...weights, compute }
  const inputs = objectiveInputs(trace, setup, bucket)
  const start = nodes.length
  const kept: { refs?: Pick<RecordedObjective, 'logProbs' | 'loss' | 'sums'> } = {}
  const { grads } = tf.engine().gradients(
    () => {
      const { loss, logProbs, sums } = policyObjective(model, setup.loss, inputs, setup.temperature)
      // noted here: the tape's own scope drops whatever it does not return
      kept.refs = {
        loss: trace.ref(loss.reshape([])),
        logProbs: trace.ref(logProbs),
        sums: Object.fromEntries(
          Object.entries(sums).map(([name, sum]) => [name, trace.ref(sum.reshape([]))]),
        ),
      }
      return loss
    },
    [...sources.values()],
    undefined,
    true,
  )
  const { refs } = kept
  if (refs === undefined) throw new RangeError(`${setup.loss.name}: the loss was not computed`)
  const gradients = [...sources.keys()].flatMap((name, i) => {
    // a parameter that the loss does not reach keeps a gradient of zeros
    const gradient = grads[i] as tf.Tensor | null
    if (sink === null || gradient === null) return gradient === null ? [] : [trace.ref(gradient)]
    if (!sink.has(name)) sink.put(name, gradient)
    return []
  })
  const forwardEnd = nodes.findIndex(({ name }) => name === refs.logProbs) + 1
  const fetched = [...gradients, ...(sink?.nodes ?? []), refs.loss, ...Object.values(refs.sums)]
  const live = leadingTo(nodes.slice(forwardEnd), fetched)
  const used = usedBackward(nodes.slice(start, forwardEnd), live)
  return { ...refs, forwardEnd, usedBackward: used }
}

/**
 * Names the log-probs, and a vector with one number of every forward node that the backward pass uses.
 * TensorFlow's optimizer regroups and fuses nodes that have one user, which changes rounding; in training
 * those nodes have a second one. Fetched with the log-probs, the vector is a second user in scoring too, so
 * that both give the same bits: a policy equal to its reference has ρ = 0 exactly. Where the backward pass
 * computes layers again, training fetches it too (`gradientFetches`).
 */
function nameScores(trace: TraceBackend, bucket: number, recorded: RecordedObjective): void {
  const names = bucketNames(bucket)
  const { graph } = trace
  nameOutput(trace, names.logProbs, [recorded.logProbs])
  const float = { T: typeAttribute('float32') }
  const firstNumbers = recorded.usedBackward.map((node) => {
    const flat = graph.add('Reshape', [node, graph.intVector([-1])], {
      ...float,
      Tshape: typeAttribute('int32'),
    })
    const [begin, size] = [graph.intVector([0]), graph.intVector([1])]
    return graph.add('Slice', [flat, begin, size], { ...float, Index: typeAttribute('int32') })
  })
  graph.addNamed(names.forward, 'ConcatV2', [...firstNumbers, graph.intScalar(0)], {
    ...float,
    Tidx: typeAttribute('int32'),
    N: intAttribute(firstNumbers.length),
  })
}

/** @returns names of the loss's sums, in the order they are fetched in */
function addGradients(
  trace: TraceBackend,
  variables: GraphVariables,
  setup: TrainerSetup,
  bucket: number,
): LossSumName[] {
  const names = bucketNames(bucket)
  const sink = new GradientAccumulators(trace, variables)
  const recorded = recordObjective(trace, variables, setup, { bucket, sink })
  const { graph } = trace
  nameScores(trace, bucket, recorded)
  const scalars = [recorded.loss, ...Object.values(recorded.sums)]
  const float = { T: typeAttribute('float32') }
  const fetched = graph.add('Pack', scalars, {
    ...float,
    N: intAttribute(scalars.length),
    axis: intAttribute(0),
  })
  nameOutput(trace, names.accumulate, [fetched, ...sink.nodes.map((node) => `^${node}`)])
  return Object.keys(recorded.sums) as LossSumName[]
}

function nameOutput(trace: TraceBackend, name: string, inputs: readonly NodeRef[]): void {
  trace.graph.addNamed(name, 'Identity', inputs, { T: typeAttribute('float32') })
}
