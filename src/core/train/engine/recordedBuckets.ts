import type { RecordedSize } from '../../graph/sizedRecordings.ts'
import type { GraphSignature } from '../../graph/savedModel.ts'
import type { LossInputName } from '../../rl/losses/policyLoss.ts'
import { adapterScaleNode, dropoutNodes } from './modelVariables.ts'
import type { TrainerSetup } from './trainerSetup.ts'

/** A bucket's nodes have the names of `bucketNames(like)`; `feeds` go into every run of them. */
export type RecordedBuckets = ReadonlyMap<number, RecordedSize>

/** Names of the nodes of a bucket, by the length that they were recorded for. */
export const bucketNames = (bucket: number) => ({
  ids: `t${bucket}/ids`,
  targets: `t${bucket}/targets`,
  lossInput: (name: LossInputName) => `t${bucket}/input/${name}`,
  logProbs: `t${bucket}/logProbs`,
  /** Fetched with the log-probs, so that they are computed as training computes them (see `nameScores`). */
  forward: `t${bucket}/forward`,
  /** [1 + sums]: loss and sums; the gradients are added to what was accumulated since `zeroGradients`. */
  accumulate: `t${bucket}/accumulate`,
})

/** Whether the forward pass itself is fed which conversation of a row a position belongs to. */
export function isPacked({ loss }: Partial<Pick<TrainerSetup, 'loss'>>): boolean {
  return loss?.inputs.some(({ name }) => name === 'segment') === true
}

/** What is fetched to train on a micro-batch: loss and sums first. */
export function gradientFetches(
  { compute, compileUpdate }: Pick<TrainerSetup, 'compute' | 'compileUpdate'>,
  bucket: number,
): string[] {
  const { accumulate, forward } = bucketNames(bucket)
  // what is compiled has nodes of its own
  return compute?.recompute === true && compileUpdate !== true ? [accumulate, forward] : [accumulate]
}

/** The buckets that nodes are named after. */
export function recordedOnce(buckets: RecordedBuckets): number[] {
  return [...new Set([...buckets.values()].map(({ like }) => like))]
}

/** What is fed of an adapter wherever the model computes. */
export function adapterNodes({ adapter, dropout }: Pick<TrainerSetup, 'adapter' | 'dropout'>): string[] {
  if (adapter === undefined) return []
  return dropout === undefined ? [adapterScaleNode] : [adapterScaleNode, ...Object.values(dropoutNodes)]
}

/** What is run to score rows of a bucket. */
export function scoringSignature(
  bucket: number,
  ofAdapter: readonly string[],
  hasSegments: boolean,
): GraphSignature {
  const names = bucketNames(bucket)
  return {
    name: `score-${bucket}`,
    inputs: [names.ids, names.targets, ...ofAdapter, ...(hasSegments ? [names.lossInput('segment')] : [])],
    outputs: [names.logProbs, names.forward],
  }
}

/** What is run to train on a micro-batch of a bucket. */
export function gradientSignature(setup: TrainerSetup, bucket: number): GraphSignature {
  const names = bucketNames(bucket)
  const inputs = [
    names.ids,
    names.targets,
    ...adapterNodes(setup),
    ...setup.loss.inputs.map(({ name }) => names.lossInput(name)),
  ]
  return { name: `accumulate-${bucket}`, inputs, outputs: gradientFetches(setup, bucket) }
}
