import type { RunConfig } from '../../shared/config/parseConfig.ts'
import { outsideThinking } from '../data/thinking.ts'
import type { Problem } from '../data/problem.ts'
import type { StopSignal } from '../sampling/sampler.ts'
import type { ConversationPrompts } from '../tokens/conversationPrompts.ts'
import type { Rollout, Turn, Verdict } from './rollout.ts'
import { historyAfter, sampleTurns } from './sampleTurns.ts'
import type { Conversation, ReportSampling } from './sampleTurns.ts'

/**
 * `single`: an attempt · `self-correction`: attempt, verdict, and a revision where the verdict is wrong ·
 * `always-revise`: a revision whatever the verdict (stage 1 samples this way) · `never-revise`: attempt and
 * verdict · `direct-multi-turn`: a second attempt, asked for without a verdict, which stands as the revision.
 */
export type TurnMode = RunConfig['turns']

/** Whether the policy judges its attempts. */
export function hasVerdict(turns: TurnMode): boolean {
  return turns !== 'single' && turns !== 'direct-multi-turn'
}

/**
 * The turns that stage 1 samples of the reference: what the baselines of a config's turns need, and no more.
 */
export function referenceTurns(turns: TurnMode): 'single' | 'direct-multi-turn' | 'always-revise' {
  return turns === 'single' || turns === 'direct-multi-turn' ? turns : 'always-revise'
}

export interface RolloutSetup {
  readonly conversation: Conversation
  readonly turns: TurnMode
  /** Rollouts per problem, ≥ 1. */
  readonly samples: number
  /** Root of the draws: same labels, problem and sample number, same completion, whatever else is sampled. */
  readonly seedLabels: readonly (string | number)[]
  readonly signal?: StopSignal
  readonly onProgress?: ReportSampling
}

/** A rollout in the making. */
interface Started {
  readonly problem: Problem
  readonly sample: number
  readonly turns: readonly Turn[]
  readonly verdict: Verdict | null
}

/**
 * Lets the policy attempt, judge and revise, turn by turn over all problems. An unparsed or truncated verdict
 * ends the conversation like `correct`. No turn sees the known answer.
 *
 * @returns `samples` rollouts per problem, problem by problem
 * @throws RecheckError `sampler.stopped` when the signal was raised
 */
export async function rollOutSelfCorrection(
  problems: readonly Problem[],
  setup: RolloutSetup,
): Promise<Rollout[]> {
  const { conversation, turns } = setup
  try {
    const attempted = await sampleAttempts(problems, setup)
    if (turns === 'single') return attempted
    if (turns === 'direct-multi-turn') return await addTurn('revision', attempted, setup)
    const judged = (await addTurn('verdict', attempted, setup)).map((rollout) => ({
      ...rollout,
      verdict: verdictOf(rollout.turns[1], conversation),
    }))
    const revises = ({ verdict }: Started) =>
      turns === 'always-revise' || (turns === 'self-correction' && verdict === 'wrong')
    const revised = await addTurn('revision', judged.filter(revises), setup)
    const revisedByKey = new Map(revised.map((rollout) => [keyOf(rollout), rollout]))
    return judged.map((rollout) => revisedByKey.get(keyOf(rollout)) ?? rollout)
  } finally {
    conversation.sampler.forget()
  }
}

async function sampleAttempts(problems: readonly Problem[], setup: RolloutSetup): Promise<Started[]> {
  const { conversation, seedLabels, samples } = setup
  const attempts = await sampleTurns(conversation, {
    signal: setup.signal,
    onProgress: setup.onProgress,
    kind: 'attempt',
    requests: problems.map((problem) => ({
      promptIds: conversation.prompts.firstPromptIds(problem),
      seedLabels: [...seedLabels, 'attempt', problem.id],
      samples,
    })),
    keepCaches: setup.turns !== 'single',
  })
  return problems.flatMap((problem, index) =>
    attempts[index].map((turn, sample) => ({ problem, sample, turns: [turn], verdict: null })),
  )
}

async function addTurn(
  kind: 'verdict' | 'revision',
  rollouts: readonly Started[],
  setup: RolloutSetup,
): Promise<Started[]> {
  const { conversation, seedLabels } = setup
  const { prompts } = conversation
  const turns = await sampleTurns(conversation, {
    signal: setup.signal,
    onProgress: setup.onProgress,
    kind,
    requests: rollouts.map(({ problem, sample, turns: earlier }) => {
      const history = historyAfter(earlier[earlier.length - 1], prompts)
      return {
        promptIds: nextPrompt(kind, setup.turns, prompts)(history, problem),
        seedLabels: [...seedLabels, kind, problem.id, sample],
        samples: 1,
      }
    }),
    keepCaches:
      kind === 'verdict' && setup.turns !== 'never-revise' && prompts.revisionContext === 'conversation',
  })
  return rollouts.map((rollout, index) => ({ ...rollout, turns: [...rollout.turns, turns[index][0]] }))
}

function nextPrompt(
  kind: 'verdict' | 'revision',
  turns: TurnMode,
  prompts: ConversationPrompts,
): (history: readonly number[], problem: Problem) => number[] {
  if (kind === 'verdict') return prompts.verdictPromptIds
  if (prompts.revisionContext === 'fresh') return (_, problem) => prompts.firstPromptIds(problem)
  return turns === 'direct-multi-turn' ? prompts.retryPromptIds : prompts.revisionPromptIds
}

/** A sentence inside the thinking is no verdict, as a number there is no answer. */
function verdictOf(turn: Turn, { parseVerdict, prompts }: Conversation): Verdict {
  if (turn.finishReason === 'length') return 'unparsed'
  return parseVerdict(outsideThinking(turn.text, prompts.startsInThinking))
}

function keyOf({ problem, sample }: Started): string {
  return `${sample} ${problem.id}`
}
