import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { SampleCall } from './sampler.ts'

/** What a model can take. */
export interface ModelLimits {
  readonly vocabularySize: number
  /** Tokens of the longest row. */
  readonly maxPositions: number
}

/**
 * Refuses what a model cannot continue, before anything is sampled. An id beyond the vocabulary has no
 * embedding: a processor refuses it somewhere in the graph, a graphics card takes zeros for it.
 *
 * @throws RecheckError `sampler.empty-prompt`, `sampler.too-long`, `sampler.unknown-token`
 */
export function checkCall({ requests, settings }: SampleCall, limits: ModelLimits): void {
  const { vocabularySize, maxPositions } = limits
  for (const [index, { promptIds }] of requests.entries()) {
    if (promptIds.length === 0) {
      throw new RecheckError(
        'sampler.empty-prompt',
        `sampler: request ${index} has an empty prompt, expected ≥ 1 token`,
      )
    }
    const unknown = promptIds.find((id) => !(id >= 0 && id < vocabularySize))
    if (unknown !== undefined) {
      throw new RecheckError(
        'sampler.unknown-token',
        `sampler: the prompt of request ${index} holds token ${unknown}, the model knows 0 to ${vocabularySize - 1}. ` +
          'Does the tokenizer belong to this model?',
      )
    }
    const total = promptIds.length + settings.maxCompletionTokens
    if (total <= maxPositions) continue
    throw new RecheckError(
      'sampler.too-long',
      `sampler: request ${index} needs ${promptIds.length} prompt + ${settings.maxCompletionTokens} new tokens = ` +
        `${total}, the model has ${maxPositions} positions. Ask for fewer new tokens or shorten the prompt.`,
    )
  }
}
