import type { Completion, SampleRequest, Sampler, SamplingSettings, StopSignal } from '../sampling/sampler.ts'
import type { ConversationPrompts } from '../tokens/conversationPrompts.ts'
import type { Tokenizer } from '../tokens/tokenizer.ts'
import type { Turn, TurnKind, Verdict } from './rollout.ts'

/** What a conversation is held with: the wording, the sampler and how a verdict is read. */
export interface Conversation {
  readonly prompts: ConversationPrompts
  readonly tokenizer: Pick<Tokenizer, 'decode'>
  readonly sampler: Sampler
  readonly settings: SamplingSettings
  readonly parseVerdict: (text: string) => Verdict
}

/** Completions done and asked for in the turn that is being sampled. */
export type ReportSampling = (kind: TurnKind, done: number, total: number) => void

export interface SampleTurnsCall {
  readonly kind: TurnKind
  readonly requests: readonly SampleRequest[]
  /** Later turns extend these: keep their caches. */
  readonly keepCaches: boolean
  readonly signal?: StopSignal
  readonly onProgress?: ReportSampling
}

/** Samples one turn of many conversations. @returns turns[request][sample] */
export async function sampleTurns(
  { sampler, settings, tokenizer }: Conversation,
  call: SampleTurnsCall,
): Promise<Turn[][]> {
  const { kind, requests, keepCaches, signal, onProgress } = call
  if (requests.length === 0) return []
  const completions = await sampler.sample({
    requests,
    settings,
    keepCaches,
    signal,
    onProgress: (done, total) => onProgress?.(kind, done, total),
  })
  return completions.map((samples, index) =>
    samples.map((completion: Completion) => ({
      kind,
      promptIds: requests[index].promptIds,
      completionIds: completion.completionIds,
      samplingLogProbs: completion.samplingLogProbs,
      finishReason: completion.finishReason,
      text: tokenizer.decode(completion.completionIds, { skipSpecialTokens: true }),
    })),
  )
}

/** The conversation so far; a truncated turn is closed with an end token, which belongs to no turn. */
export function historyAfter(turn: Turn, prompts: ConversationPrompts): number[] {
  const history = [...turn.promptIds, ...turn.completionIds]
  return turn.finishReason === 'stop' ? history : [...history, prompts.endTurnId]
}
