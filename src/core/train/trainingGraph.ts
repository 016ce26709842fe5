import * as tf from '@tensorflow/tfjs'
import type { Transformer } from '../model/transformer.ts'
import { inputWidth } from './paddedBatch.ts'
import type { Objective, ObjectiveInputs } from './policyObjective.ts'
import { policyObjective, rowLogProbs } from './policyObjective.ts'
import type { ScorerSetup, TrainerSetup } from './trainerSetup.ts'
import { decaysMatrices } from './trainerSetup.ts'
import { addAdamWUpdate } from './adamWGraph.ts'
import type { NodeRef } from '../graph/graphBuilder.ts'
import { GraphBuilder, typeAttribute } from '../graph/graphBuilder.ts'
import type { GraphVariables } from './graphVariables.ts'
import { addVariables, parameterKinds, variableOf } from './graphVariables.ts'
import { recordOps } from '../graph/recordOps.ts'
import type { GraphSignature } from '../graph/savedModel.ts'
import type { TraceBackend } from '../graph/traceBackend.ts'

/** A graph with all that can be run in it. */
export interface CapturedGraph {
  readonly graph: GraphBuilder
  readonly signatures: readonly GraphSignature[]
  /** Names of the loss's own sums in the order of the fetched vector, after the loss itself. */
  readonly sumNames: readonly string[]
}

/** Names of the nodes of a bucket, by its length in predicted tokens. */
export const bucketNames = (bucket: number) => ({
  ids: `t${bucket}/ids`,
  targets: `t${bucket}/targets`,
  lossInput: (name: string) => `t${bucket}/input/${name}`,
  logProbs: `t${bucket}/logProbs`,
  /** [1 + sums]: loss and sums; the gradients replace what was accumulated. */
  store: `t${bucket}/store`,
  /** [1 + sums]: loss and sums; the gradients are added to what was accumulated. */
  accumulate: `t${bucket}/accumulate`,
})

/** Token log-probs for every bucket; the parameters are variables of the graph. */
export function captureScoring(setup: ScorerSetup): CapturedGraph {
  const graph = new GraphBuilder()
  const variables = addVariables(graph, setup.parameters, ['parameter'])
  for (const bucket of setup.buckets) {
    recordBucket(graph, bucket, (trace) => {
      const { model } = graphModel(trace, variables, setup)
      const inputs = objectiveInputs(trace, setup, bucket)
      nameOutput(trace, bucketNames(bucket).logProbs, [
        trace.ref(rowLogProbs(model, inputs, setup.temperature)),
      ])
    })
  }
  return { graph, signatures: setup.buckets.map(scoringSignature), sumNames: [] }
}

/**
 * Training as one graph: for every bucket the loss with its gradients going into accumulators, and scoring from the same nodes; one
 * AdamW update; reading and writing of every variable.
 */
export function captureTraining(setup: TrainerSetup): CapturedGraph {
  const graph = new GraphBuilder()
  const variables = addVariables(graph, setup.parameters, parameterKinds)
  const sumNames = setup.buckets.map((bucket) =>
    recordBucket(graph, bucket, (trace) => addGradients(trace, variables, setup, bucket)),
  )
  addAdamWUpdate(graph, variables, setup.adamW, setup.decays ?? decaysMatrices)
  const signatures = setup.buckets.flatMap((bucket) => [
    scoringSignature(bucket),
    ...gradientSignatures(setup, bucket),
  ])
  return { graph, signatures, sumNames: sumNames[0] ?? [] }
}

function recordBucket<T>(graph: GraphBuilder, bucket: number, build: (trace: TraceBackend) => T): T {
  return recordOps(graph, (trace) => graph.inScope(`t${bucket}`, () => build(trace)))
}

/** The model on variables of the graph, and its parameters as tensors under trace. */
function graphModel(trace: TraceBackend, variables: GraphVariables, setup: ScorerSetup) {
  const parameters = new Map<string, tf.Tensor>()
  for (const [name, { shape }] of setup.parameters) {
    const { read } = variableOf(variables, 'parameter', name)
    parameters.set(name, tracedTensor(trace, read, shape, 'float32'))
  }
  const model: Transformer = { config: setup.config, parameters, ops: setup.ops }
  return { model, parameters }
}

function objectiveInputs(
  trace: TraceBackend,
  setup: ScorerSetup & Partial<Pick<TrainerSetup, 'loss'>>,
  bucket: number,
): ObjectiveInputs {
  const names = bucketNames(bucket)
  const placeholder = (name: string, width: number, dtype: 'int32' | 'float32') => {
    const shape = [setup.rowsPerMicroBatch, width]
    return tracedTensor(trace, trace.graph.placeholder(name, dtype, shape), shape, dtype)
  }
  const lossInputs = (setup.loss?.inputs ?? []).map((input) => [
    input.name,
    placeholder(names.lossInput(input.name), inputWidth(input, bucket), 'float32'),
  ])
  return {
    ids: placeholder(names.ids, bucket, 'int32') as tf.Tensor2D,
    targets: placeholder(names.targets, bucket, 'int32') as tf.Tensor2D,
    lossInputs: Object.fromEntries(lossInputs) as Record<string, tf.Tensor>,
  }
}

/** @returns names of the loss's sums, in the order they are fetched in */
function addGradients(
  trace: TraceBackend,
  variables: GraphVariables,
  setup: TrainerSetup,
  bucket: number,
): string[] {
  const { model, parameters } = graphModel(trace, variables, setup)
  const inputs = objectiveInputs(trace, setup, bucket)
  const kept: { objective?: Objective } = {}
  const { grads } = tf.engine().gradients(
    () => {
      const objective = policyObjective(model, setup.loss, inputs, setup.temperature)
      // the tape's own scope drops whatever it does not return
      ;[objective.loss, objective.logProbs, ...Object.values(objective.sums)].forEach((tensor) =>
        tf.keep(tensor),
      )
      kept.objective = objective
      return objective.loss
    },
    [...parameters.values()],
    undefined,
    true,
  )
  const { objective } = kept
  if (objective === undefined) throw new RangeError(`${setup.loss.name}: the loss was not computed`)
  const gradients = [...parameters.keys()].map((name, i) => ({
    name,
    gradient: grads[i] as tf.Tensor | null,
  }))
  addOutputs(trace, { variables, bucket, objective, gradients })
  tf.dispose([objective.loss, objective.logProbs, ...Object.values(objective.sums)])
  return Object.keys(objective.sums)
}

interface BucketOutputs {
  readonly variables: GraphVariables
  readonly bucket: number
  readonly objective: Objective
  readonly gradients: readonly { readonly name: string; readonly gradient: tf.Tensor | null }[]
}

/** Names what is fetched: log-probs alone, or loss and sums once the gradients are in their accumulators. */
function addOutputs(trace: TraceBackend, { variables, bucket, objective, gradients }: BucketOutputs): void {
  const names = bucketNames(bucket)
  nameOutput(trace, names.logProbs, [trace.ref(objective.logProbs)])
  const scalars = [objective.loss, ...Object.values(objective.sums)].map((scalar) => scalar.reshape([]))
  const fetched = trace.ref(tf.stack(scalars))
  const refs = gradients.map(({ name, gradient }) => gradientRef(trace, variables, name, gradient))
  for (const [output, op] of [
    [names.store, 'AssignVariableOp'],
    [names.accumulate, 'AssignAddVariableOp'],
  ] as const) {
    const assigned = gradients.map(({ name }, i) => {
      const { handle } = variableOf(variables, 'gradient', name)
      return `^${trace.graph.add(op, [handle, refs[i]], { dtype: typeAttribute('float32') })}`
    })
    nameOutput(trace, output, [fetched, ...assigned])
  }
}

/** A parameter that the loss does not reach has a gradient of zeros. */
function gradientRef(
  trace: TraceBackend,
  variables: GraphVariables,
  name: string,
  gradient: tf.Tensor | null,
): NodeRef {
  const { shape } = variableOf(variables, 'parameter', name)
  if (gradient === null) return trace.ref(tf.fill([...shape], 0))
  if (gradient.shape.join() !== shape.join()) {
    throw new RangeError(
      `gradient of ${name}: expected shape [${shape.join()}], got [${gradient.shape.join()}]`,
    )
  }
  return trace.ref(gradient)
}

function tracedTensor(
  trace: TraceBackend,
  ref: NodeRef,
  shape: readonly number[],
  dtype: 'int32' | 'float32',
): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo(trace.tensorOf(ref, shape, dtype))
}

function nameOutput(trace: TraceBackend, name: string, inputs: readonly NodeRef[]): void {
  trace.graph.addNamed(name, 'Identity', inputs, { T: typeAttribute('float32') })
}

function scoringSignature(bucket: number): GraphSignature {
  const names = bucketNames(bucket)
  return { name: `score-${bucket}`, inputs: [names.ids, names.targets], outputs: [names.logProbs] }
}

function gradientSignatures(setup: TrainerSetup, bucket: number): GraphSignature[] {
  const names = bucketNames(bucket)
  const inputs = [names.ids, names.targets, ...setup.loss.inputs.map(({ name }) => names.lossInput(name))]
  return [
    { name: `store-${bucket}`, inputs, outputs: [names.store] },
    { name: `accumulate-${bucket}`, inputs, outputs: [names.accumulate] },
  ]
}
