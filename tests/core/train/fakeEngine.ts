import type { Problem } from '../../../src/core/data/problem.ts'
import type { PromptTemplate } from '../../../src/core/data/promptTemplate.ts'
import type { ParameterValues } from '../../../src/core/model/parameterValues.ts'
import { forkRandom } from '../../../src/core/random.ts'
import type { Grading } from '../../../src/core/reward/scoreRollout.ts'
import type { Conversation } from '../../../src/core/rollout/sampleTurns.ts'
import { parseVerdict } from '../../../src/core/rollout/verdict.ts'
import type { Completion, SampleCall, Sampler } from '../../../src/core/sampling/sampler.ts'
import { conversationPrompts } from '../../../src/core/tokens/conversationPrompts.ts'
import type { Tokenizer } from '../../../src/core/tokens/tokenizer.ts'
import type {
  TokenBatch,
  TokenScorer,
  Trainer,
  TrainerState,
  UpdateStats,
} from '../../../src/core/train/engine/trainer.ts'
import { RecheckError } from '../../../src/shared/errors/recheckError.ts'

/** A policy without a network: one number decides how often it is right, and every update moves it. */

const endId = 1

/** Ids are character codes; 1 ends a turn. */
export const tokenizer: Tokenizer = {
  vocabularySize: 128,
  bosId: null,
  endIds: [endId],
  padId: 0,
  hasChatTemplate: false,
  encode: (text) => [...text].map((character) => character.charCodeAt(0)),
  decode: (ids) =>
    ids
      .filter((id) => id !== endId)
      .map((id) => String.fromCharCode(id))
      .join(''),
  renderChat: () => {
    throw new Error('no chat template')
  },
}

const template: PromptTemplate = {
  name: 'test',
  layout: 'plain',
  answerMarker: 'hash',
  system: null,
  attempt: '{question}',
  verdict: 'Check.',
  revision: 'Again.',
  retry: 'Once more.',
}

export const prompts = conversationPrompts(tokenizer, template)

export const grading: Grading = {
  extractAnswer: (text) => /#### (\S+)/.exec(text)?.[1] ?? null,
  answersAgree: (known, answer) => known === answer,
}

export function sums(count: number): Problem[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `sum-${index}`,
    question: `${index}+${index * 2}=`,
    answer: String(index * 3),
    canonical: `${index}+${index * 2}`,
    subject: null,
    level: null,
  }))
}

const skillName = 'skill'

/** ln π of a token: any smooth function of skill and token will do, rounded as an engine would. */
function logProbOf(id: number, skill: number): number {
  return Math.fround(-0.1 - 0.01 * ((id * 7) % 13) - 0.02 * skill)
}

export interface FakeSampler extends Sampler {
  readonly calls: SampleCall[]
}

export interface FakeSamplerSettings {
  /** Share of turns that run into the token limit. */
  readonly truncated?: number
  /** Share of verdicts that judge nothing. */
  readonly unparsed?: number
}

/** Writes attempts, verdicts and revisions as its skill allows; draws are forked as the interface demands. */
export function fakeSampler(settings: FakeSamplerSettings = {}): FakeSampler {
  const held = { skill: 0 }
  const calls: SampleCall[] = []
  const complete = (call: SampleCall, request: number, sample: number): Completion => {
    const { promptIds, seedLabels } = call.requests[request] ?? { promptIds: [], seedLabels: [] }
    const random = forkRandom(call.settings.seed, ...seedLabels, sample)
    const history = tokenizer.decode(promptIds)
    const text = turnText(history, () => random.next(), {
      skill: held.skill,
      unparsed: settings.unparsed ?? 0,
    })
    const isTruncated = random.next() < (settings.truncated ?? 0)
    const ids = isTruncated ? tokenizer.encode(text).slice(0, 3) : [...tokenizer.encode(text), endId]
    return {
      completionIds: ids,
      samplingLogProbs: ids.map((id) => logProbOf(id, held.skill)),
      finishReason: isTruncated ? 'length' : 'stop',
    }
  }
  return {
    calls,
    sample(call) {
      if (call.signal?.aborted) return Promise.reject(new RecheckError('sampler.stopped', 'stopped'))
      calls.push(call)
      const all = call.requests.map(({ samples }, request) =>
        Array.from({ length: samples }, (_, sample) => complete(call, request, sample)),
      )
      call.onProgress?.(call.requests.length, call.requests.length, 0)
      return Promise.resolve(all)
    },
    async refresh(policy) {
      held.skill = (await policy.readParameters()).get(skillName)?.values[0] ?? NaN
    },
    forget: () => undefined,
    dispose: () => Promise.resolve(),
  }
}

interface Mind {
  readonly skill: number
  readonly unparsed: number
}

function turnText(history: string, draw: () => number, { skill, unparsed }: Mind): string {
  const [, left, right] = /(\d+)\+(\d+)=/.exec(history) ?? []
  const known = Number(left) + Number(right)
  const isCorrect = draw() < 1 / (1 + Math.exp(-skill))
  if (history.endsWith('Check.\n')) {
    if (draw() < unparsed) return 'Hard to say.'
    const attempt = /#### (\S+)/.exec(history)?.[1]
    const truth = attempt === String(known) ? 'correct' : 'wrong'
    const other = truth === 'correct' ? 'wrong' : 'correct'
    return `The answer is ${isCorrect ? truth : other}.`
  }
  return `#### ${isCorrect ? known : known + 1 + Math.floor(draw() * 3)}`
}

export function conversationWith(sampler: Sampler, seed = 0): Conversation {
  return {
    prompts,
    tokenizer,
    sampler,
    settings: { temperature: 1, topP: 1, topK: 0, maxCompletionTokens: 48, endIds: prompts.endIds, seed },
    parseVerdict: (text) => parseVerdict(text, 'tolerant'),
  }
}

function single(value: number): ParameterValues {
  return new Map([[skillName, { shape: [1], values: Float32Array.of(value) }]])
}

/** Scores with a fixed skill: the reference. */
export function fakeScorer(skill: number): TokenScorer {
  return {
    tokenLogProbs: (rows) => Promise.resolve(rows.map((ids) => logProbsOf(ids, skill))),
    dispose: () => Promise.resolve(),
  }
}

function logProbsOf(ids: Int32Array, skill: number): Float32Array {
  return Float32Array.from([...ids].slice(1).map((id) => logProbOf(id, skill)))
}

export interface FakeTrainer extends Trainer {
  readonly batches: TokenBatch[]
}

/**
 * Moves its skill by what it is fed, with a moment, so that a lost or reordered row, a wrong learning rate or
 * a lost moment shows. Its sums are A*-PO's on its own log-probs.
 */
export function fakeTrainer(skill = 0): FakeTrainer {
  const held = { skill: Math.fround(skill), moment: 0, updates: 0 }
  const batches: TokenBatch[] = []
  return {
    maxRowLength: 400,
    base: null,
    batches,
    tokenLogProbs: (rows) => Promise.resolve(rows.map((ids) => logProbsOf(ids, held.skill))),
    step(batch, learningRate): Promise<UpdateStats> {
      batches.push(batch)
      const pull = batch.rows.reduce(
        (sum, { inputs }, row) =>
          sum + (1 + row / 100) * [...(inputs.turnAdvantage ?? [])].reduce((total, each) => total + each, 0),
        0,
      )
      held.moment = Math.fround(0.9 * held.moment + (0.1 * pull) / batch.rows.length)
      held.skill = Math.fround(held.skill + learningRate * 1000 * held.moment)
      held.updates++
      return Promise.resolve(statsOf(batch, held.skill, learningRate))
    },
    readParameters: () => Promise.resolve(single(held.skill)),
    viewState: (): TrainerState => ({
      parameters: single(held.skill),
      firstMoments: single(held.moment),
      secondMoments: single(0),
      updates: held.updates,
    }),
    writeState(state) {
      held.skill = state.parameters.get(skillName)?.values[0] ?? NaN
      held.moment = state.firstMoments.get(skillName)?.values[0] ?? NaN
      held.updates = state.updates
      return Promise.resolve()
    },
    dispose: () => Promise.resolve(),
  }
}

function statsOf(batch: TokenBatch, skill: number, learningRate: number): UpdateStats {
  const totals = { klK1: 0, negLogProb: 0, logRatioAttempt: 0 }
  for (const { ids, inputs } of batch.rows) {
    logProbsOf(ids, skill).forEach((logProb, t) => {
      const mask =
        (inputs.attemptMask?.[t] ?? 0) + (inputs.verdictMask?.[t] ?? 0) + (inputs.revisionMask?.[t] ?? 0)
      const logRatio = logProb - (inputs.referenceLogProbs?.[t] ?? 0)
      totals.negLogProb -= mask * logProb
      totals.klK1 += mask * logRatio
      totals.logRatioAttempt += (inputs.attemptMask?.[t] ?? 0) * logRatio
    })
  }
  return {
    loss: 0.75,
    gradientNorm: 0.5,
    sums: {
      ...totals,
      klK3: 0,
      samplerGap: 0,
      logRatioVerdict: 0,
      logRatioRevision: 0,
      lossAttempt: 0.25,
      lossVerdict: 0.5,
      lossRevision: 0,
      lossEntropyBonus: 0,
    },
    tokens: batch.rows.reduce((sum, row) => sum + row.ids.length - 1, 0),
    learningRate,
  }
}
