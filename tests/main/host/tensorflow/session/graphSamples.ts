import assert from 'node:assert/strict'
import type { Compilation } from '../../../../../src/core/graph/graphBuilder.ts'
import type { ModelConfig } from '../../../../../src/core/model/config/modelConfig.ts'
import type { ParameterValues } from '../../../../../src/core/model/parameterValues.ts'
import { forkRandom } from '../../../../../src/core/random.ts'
import type {
  Completion,
  SampleCall,
  SampleRequest,
  Sampler,
} from '../../../../../src/core/sampling/sampler.ts'
import { createCapturedScorer } from '../../../../../src/main/host/tensorflow/session/capturedScorer.ts'
import type { FollowCompiling } from '../../../../../src/main/host/tensorflow/xla/compileWatch.ts'
import { createGraphSampler } from '../../../../../src/main/host/tensorflow/session/graphSampler.ts'
import { tensorflowOps } from '../../../../../src/main/host/tensorflow/ops.ts'
import type { FrozenModel } from '../../../../../src/core/train/engine/modelVariables.ts'
import type { TokenScorer } from '../../../../../src/core/train/engine/trainer.ts'

export type Completions = readonly (readonly Completion[])[]

export const plain = { temperature: 1, topP: 1, topK: 0, maxCompletionTokens: 12, endIds: [2, 5], seed: 7 }

/** Prompts of 1 to 20 tokens. */
export function randomRequests(count: number, vocabularySize: number): SampleRequest[] {
  return Array.from({ length: count }, (_, index) => {
    const random = forkRandom(1, 'prompt', index)
    const promptIds = Array.from({ length: 1 + random.nextInt(20) }, () => random.nextInt(vocabularySize))
    return { promptIds, seedLabels: ['request', index], samples: 1 }
  })
}

export async function withGraphSampler<T>(
  model: FrozenModel,
  options: {
    readonly compilation?: Compilation
    readonly followCompiling?: FollowCompiling
    readonly maxRows?: number
    readonly kvMemoryBytes?: number
  },
  use: (sampler: Sampler) => Promise<T>,
): Promise<T> {
  const { compilation = 'never', kvMemoryBytes = 64e6, maxRows, followCompiling } = options
  const sampler = createGraphSampler(model, {
    kvMemoryBytes,
    compilation,
    followCompiling,
    ...(maxRows === undefined ? {} : { maxRows }),
  })
  try {
    return await use(sampler)
  } finally {
    await sampler.dispose()
  }
}

export function idsOf(completions: Completions): unknown {
  return completions.map((samples) =>
    samples.map(({ completionIds, finishReason }) => ({ completionIds, finishReason })),
  )
}

/** The same tokens, and log-probs that differ by rounding at most. */
export function assertSame(a: Completions, b: Completions, limit = 2e-6): void {
  assert.deepEqual(idsOf(a), idsOf(b))
  const flat = (list: Completions) => list.flat().flatMap(({ samplingLogProbs }) => [...samplingLogProbs])
  assertWithin(flat(a), flat(b), limit)
}

export function assertWithin(a: ArrayLike<number>, b: ArrayLike<number>, limit: number): void {
  assert.equal(a.length, b.length)
  const differences = Array.from(a, (value, i) => Math.abs(value - (b[i] ?? NaN)))
  const worst = Math.max(...differences)
  assert.ok(worst <= limit, `expected differences of at most ${limit}, the largest is ${worst}`)
}

/** Log-probs that were reported while drawing = those of the captured scorer for the whole row. */
export async function assertAsScored(
  { config, parameters }: { readonly config: ModelConfig; readonly parameters: ParameterValues },
  requests: readonly SampleRequest[],
  completions: Completions,
  { temperature, limit }: { readonly temperature: number; readonly limit: number },
): Promise<void> {
  const drawn = requests.flatMap(({ promptIds }, index) =>
    (completions[index] ?? []).map((completion) => ({ promptIds, ...completion })),
  )
  const rows = drawn.map(({ promptIds, completionIds }) => Int32Array.from([...promptIds, ...completionIds]))
  const bucket = Math.max(...rows.map((row) => row.length)) - 1
  const ops = tensorflowOps()
  const scorer = createCapturedScorer({
    config,
    parameters,
    ops,
    temperature,
    buckets: [bucket],
    rowsPerMicroBatch: 8,
  })
  const scored = await scorer.tokenLogProbs(rows)
  await scorer.dispose()
  drawn.forEach(({ promptIds, samplingLogProbs }, i) => {
    assertWithin(samplingLogProbs, scored[i]?.subarray(promptIds.length - 1) ?? [], limit)
  })
}

/** Samples, and asserts that every drawn token has the log-prob that the scorer gives it, within 2e-6. */
export async function drawnAsScored(
  sampler: Pick<Sampler, 'sample'>,
  scorer: Pick<TokenScorer, 'tokenLogProbs'>,
  call: SampleCall,
): Promise<Completions> {
  const { requests } = call
  const completions = await sampler.sample(call)
  const whole = requests.map(({ promptIds }, i) =>
    Int32Array.from([...promptIds, ...(completions[i]?.[0]?.completionIds ?? [])]),
  )
  const scored = await scorer.tokenLogProbs(whole)
  requests.forEach(({ promptIds }, i) => {
    const logProbs = completions[i]?.[0]?.samplingLogProbs ?? []
    assertWithin(logProbs, scored[i]?.subarray(promptIds.length - 1) ?? [], 2e-6)
  })
  return completions
}
