import type { Completion, Sampler, SampleRequest, SamplingSettings } from '../../sampling/sampler.ts'
import type { SelfCheck, VerifyBatch } from './engine.ts'
import { largestDifference, unpaddedRows } from './engine.ts'

const limit = 2e-4
const plain: SamplingSettings = {
  temperature: 1,
  topP: 1,
  topK: 0,
  maxCompletionTokens: 6,
  endIds: [],
  seed: 0,
}

/** ln p of every token of a row but the first, by reading the whole row at once. */
export type ReadLogProbs = (ids: readonly number[]) => Promise<Float32Array>

/** @returns per prompt the `newTokens` likeliest tokens, end tokens not heeded */
export async function greedyCompletions(
  sampler: Sampler,
  prompts: readonly (readonly number[])[],
  newTokens: number,
): Promise<readonly (readonly number[])[]> {
  const settings = { ...plain, temperature: 0, maxCompletionTokens: newTokens }
  const completions = await sampler.sample({ requests: requestsOf(prompts, 'greedy'), settings })
  return completions.map(([completion]) => completion?.completionIds ?? [])
}

/**
 * Log-probs that were reported while drawing, against those of the whole row read at once; and a turn later.
 */
export async function samplerSelfChecks(
  sampler: Sampler,
  batch: VerifyBatch,
  read: ReadLogProbs,
): Promise<readonly SelfCheck[]> {
  const rows = unpaddedRows(batch).map((ids) => [...ids])
  const first = requestsOf(rows, 'first')
  const attempts = await sampler.sample({ requests: first, settings: plain, keepCaches: true })
  const later = first.map((request, index) => ({
    ...request,
    promptIds: [...request.promptIds, ...attempts[index][0].completionIds, 1, 2],
    seedLabels: ['later', index],
  }))
  const kept = await sampler.sample({ requests: later, settings: plain })
  sampler.forget()
  const whole = await sampler.sample({ requests: later, settings: plain })
  const quantities = [
    ['drawn log-probs = read log-probs', await distanceToRead(first, attempts, read)],
    ['later turn from the cache = read log-probs', await distanceToRead(later, kept, read)],
    ['later turn from the cache = prefilled (log-probs)', distanceBetween(kept, whole)],
  ] as const
  return quantities.map(([quantity, difference]) => ({ quantity, difference, limit }))
}

type Completions = readonly (readonly Completion[])[]

async function distanceToRead(
  requests: readonly SampleRequest[],
  completions: Completions,
  read: ReadLogProbs,
): Promise<number> {
  const distances: number[] = []
  for (const [index, { promptIds }] of requests.entries()) {
    for (const { completionIds, samplingLogProbs } of completions[index]) {
      const logProbs = await read([...promptIds, ...completionIds])
      distances.push(largestDifference(samplingLogProbs, logProbs.subarray(promptIds.length - 1)))
    }
  }
  return Math.max(...distances)
}

function requestsOf(prompts: readonly (readonly number[])[], label: string): SampleRequest[] {
  return prompts.map((promptIds, index) => ({ promptIds, seedLabels: [label, index], samples: 1 }))
}

function distanceBetween(a: Completions, b: Completions): number {
  const flat = (list: Completions) => list.flat().flatMap(({ samplingLogProbs }) => [...samplingLogProbs])
  return largestDifference(flat(a), flat(b))
}
