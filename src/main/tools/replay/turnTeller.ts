import type { Problem } from '../../../core/data/problem.ts'
import { scoreRollout, type Grading } from '../../../core/reward/scoreRollout.ts'
import type { RewardSettings } from '../../../core/reward/turnReward.ts'
import { turnKinds, type Turn, type Verdict } from '../../../core/rollout/rollout.ts'
import type { Completion } from '../../../core/sampling/sampler.ts'
import { StreamedText } from '../../../core/tokens/streamedText.ts'
import type { Tokenizer } from '../../../core/tokens/tokenizer.ts'
import { plainText } from '../../../shared/text/plainText.ts'
import type { ReplayedTurn, ReplayEvent } from '../../../shared/routes/replay.ts'
import type { CompletionListener } from './streamingSampler.ts'

export interface TurnTellerSetup {
  /** Its place in the request. */
  readonly policy: number
  readonly tell: (event: ReplayEvent) => void
  readonly tokenizer: Tokenizer
  readonly grading: Grading
  readonly rewards: RewardSettings
  readonly problem: Problem
  /** Without it nothing is right or wrong. */
  readonly isAnswerKnown: boolean
}

/** Tells one rollout as it comes: each turn's beginning, its text token by token, and its grade. */
export class TurnTeller implements CompletionListener {
  readonly turns: ReplayedTurn[] = []
  readonly #setup: TurnTellerSetup
  readonly #sampled: Turn[] = []
  #verdict: Verdict | null = null
  #promptText = ''
  #text: StreamedText
  /** Tokens of the turns before. */
  #known = 0

  constructor(setup: TurnTellerSetup) {
    this.#setup = setup
    this.#text = new StreamedText(setup.tokenizer)
  }

  begins(promptIds: readonly number[]): void {
    const { policy, tell, tokenizer } = this.#setup
    this.#text = new StreamedText(tokenizer)
    this.#promptText = plainText(tokenizer.decode(promptIds.slice(this.#known), { skipSpecialTokens: true }))
    tell({ type: 'turn', policy, kind: this.#kind(), promptText: this.#promptText })
  }

  token(id: number): void {
    this.#tellText(this.#text.add(id))
  }

  ends(promptIds: readonly number[], { completionIds, samplingLogProbs, finishReason }: Completion): void {
    const kind = this.#kind()
    this.#tellText(this.#text.end())
    this.#known = promptIds.length + completionIds.length
    const text = this.#text.text
    this.#sampled.push({ kind, promptIds, completionIds, samplingLogProbs, finishReason, text })
    if (kind !== 'verdict') this.#grade()
    // a truncated verdict is unparsed whatever it says, and nobody parses it
    else if (finishReason === 'length') this.judges('unparsed')
  }

  /** @returns the verdict */
  judges(verdict: Verdict): Verdict {
    this.#verdict = verdict
    this.#grade()
    return verdict
  }

  #kind(): ReplayedTurn['kind'] {
    const kind = turnKinds[this.#sampled.length]
    if (kind === undefined) throw new RangeError('a rollout has three turns at most')
    return kind
  }

  #tellText(text: string): void {
    if (text !== '') this.#setup.tell({ type: 'text', policy: this.#setup.policy, text: plainText(text) })
  }

  #grade(): void {
    const { policy, tell, problem, grading, rewards, isAnswerKnown } = this.#setup
    const rollout = { problem, turns: this.#sampled, verdict: this.#verdict }
    const scored = scoreRollout(rollout, grading, rewards).turns.at(-1)
    if (scored === undefined) throw new RangeError('a turn is graded when it has been sampled')
    const turn: ReplayedTurn = {
      kind: scored.kind,
      promptText: this.#promptText,
      completionText: plainText(scored.text),
      answer: scored.answer === null ? null : plainText(scored.answer),
      isCorrect: isAnswerKnown ? scored.isCorrect : null,
      verdict: scored.kind === 'verdict' ? this.#verdict : null,
      tokens: scored.completionIds.length,
      finishReason: scored.finishReason,
    }
    this.turns.push(turn)
    tell({ type: 'graded', policy, turn })
  }
}
