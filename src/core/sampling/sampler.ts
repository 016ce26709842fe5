import type { ParameterValues } from '../model/parameterValues.ts'

/** Looked at between units of work; an `AbortSignal` fits. */
export interface StopSignal {
  readonly aborted: boolean
}

/** How the next token is drawn. Temperature 0 is greedy (no draw). */
export interface SamplingSettings {
  readonly temperature: number
  /** 1 = off. */
  readonly topP: number
  /** 0 = off. */
  readonly topK: number
  readonly maxCompletionTokens: number
  /** A completion ends with the first of these; it is kept as its last id. */
  readonly endIds: readonly number[]
  /**
   * Root of every draw; forked by `seedLabels` and the sample's number, so batching and order never change
   * what is drawn.
   */
  readonly seed: number
}

export interface SampleRequest {
  /**
   * The whole history: template, problem, earlier turns. A sampler may reuse the cache of a prefix it has
   * kept.
   */
  readonly promptIds: readonly number[]
  /** Names the stream of this request, for example ['attempt', step, problem.id]. */
  readonly seedLabels: readonly (string | number)[]
  /** Completions to draw from this prompt (≥ 1); they share one prefill. */
  readonly samples: number
}

export interface Completion {
  /** End token included when `finishReason` is `stop`. */
  readonly completionIds: readonly number[]
  /** ln of the probability of each drawn token under the sampling distribution, same length. */
  readonly samplingLogProbs: readonly number[]
  readonly finishReason: 'stop' | 'length'
}

export interface SampleCall {
  readonly requests: readonly SampleRequest[]
  readonly settings: SamplingSettings
  /** Keep the finished rows' caches for later prompts that extend them (until `forget`). */
  readonly keepCaches?: boolean
  readonly signal?: StopSignal
  /** Called as rows finish: completions done, completions asked, tokens generated so far in this call. */
  readonly onProgress?: (done: number, total: number, tokens: number) => void
  /** Called for every drawn token (streaming to a terminal). */
  readonly onToken?: (request: number, sample: number, tokenId: number) => void
}

/** Where parameters can be read from; the trainer is one. */
export interface ParameterSource {
  readParameters(): Promise<ParameterValues>
}

/**
 * Draws completions. Implementations: op by op in tfjs (the reference implementation), ONNX Runtime, and
 * functions of a TensorFlow graph, which may be the trainer's own.
 */
export interface Sampler {
  /**
   * @returns completions[request][sample], in the order of the requests
   * @throws RecheckError `sampler.stopped` when the signal was raised (nothing is returned),
   *   `sampler.too-long` when prompt + new tokens exceed the model's positions (before anything is computed)
   */
  sample(call: SampleCall): Promise<readonly (readonly Completion[])[]>
  /**
   * Takes the policy's new parameters after an update; kept caches are forgotten. A sampler on the policy's
   * own variables reads nothing.
   */
  refresh(policy: ParameterSource): Promise<void>
  /** Drops kept caches. */
  forget(): void
  dispose(): Promise<void>
}
