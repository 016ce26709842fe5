import type { RunConfig } from '../../shared/config/parseConfig.ts'
import type { LogEvent } from '../../shared/runs/runEvent.ts'
import type { Problem } from '../data/problem.ts'
import { plainRewards } from '../reward/turnReward.ts'
import { scoreRollouts, type Grading } from '../reward/scoreRollout.ts'
import type { Rollout } from '../rollout/rollout.ts'
import type { Conversation } from '../rollout/sampleTurns.ts'
import { hasVerdict, rollOutSelfCorrection } from '../rollout/selfCorrection.ts'
import type { StopSignal } from '../sampling/sampler.ts'
import { reportProgress, samplingProgress } from './reportProgress.ts'
import type { StageProgress } from './trainEvent.ts'

/** Problems that are looked at before stage 1. */
const mostProblems = 32
/** With fewer training problems, stage 1 itself is no longer than a probe. */
const fewestProblems = 16
/** Share of attempts without an answer from which reward has nothing to go by. */
const nearlyAll = 0.9
/** Share of unparsed verdicts from which hardly anything is revised. */
const mostUnparsed = 0.5

export interface ProbeSetup {
  readonly config: RunConfig
  /** Holds the reference policy. */
  readonly conversation: Conversation
  readonly grading: Grading
  /** The training problems. */
  readonly problems: readonly Problem[]
  readonly signal?: StopSignal
}

/** What the reference did on a few problems: one attempt each and one verdict, where the run has verdicts. */
export interface ProbeResult {
  readonly problems: number
  readonly correct: number
  readonly withoutAnswer: number
  readonly verdicts: number
  readonly unparsed: number
  readonly turns: number
  readonly truncated: number
}

/**
 * Lets the reference answer a few problems before stage 1 spends an hour on all of them. Its draws are of a
 * stream of their own and change nothing of what follows.
 *
 * @returns null where there are too few problems for a probe to be worth it
 * @throws RecheckError `sampler.stopped` when the signal was raised
 */
export async function* probeReference(setup: ProbeSetup): AsyncGenerator<StageProgress, ProbeResult | null> {
  const { config, conversation, grading, problems, signal } = setup
  if (problems.length < fewestProblems) return null
  const count = Math.min(mostProblems, problems.length)
  const chosen = Array.from({ length: count }, (_, i) => problems[Math.floor((i * problems.length) / count)])
  const rollouts = yield* reportProgress<StageProgress, Rollout[]>((report) =>
    rollOutSelfCorrection(chosen, {
      conversation,
      turns: hasVerdict(config.turns) ? 'never-revise' : 'single',
      samples: 1,
      seedLabels: ['probe'],
      onProgress: samplingProgress(report, 'probing the reference'),
      signal,
    }),
  )
  const scored = scoreRollouts(rollouts, grading, plainRewards(config))
  const turns = scored.flatMap((rollout) => rollout.turns)
  const attempts = turns.filter(({ kind }) => kind === 'attempt')
  return {
    problems: count,
    correct: attempts.filter(({ isCorrect }) => isCorrect).length,
    withoutAnswer: attempts.filter(({ answer }) => answer === null).length,
    verdicts: turns.length - attempts.length,
    unparsed: scored.filter(({ verdict }) => verdict === 'unparsed').length,
    turns: turns.length,
    truncated: turns.filter(({ finishReason }) => finishReason === 'length').length,
  }
}

export type ProbeEvent = LogEvent & { readonly code: 'probe.result' | 'probe.no-reward' }

/**
 * `probe.no-reward`: not one correct answer, and hardly one that can be read; nothing can be learned from
 * reward.
 */
export function probeEvent(result: ProbeResult, config: RunConfig): ProbeEvent {
  const { problems, correct, withoutAnswer, verdicts, unparsed } = result
  const isHopeless = correct === 0 && withoutAnswer >= nearlyAll * problems
  if (isHopeless) {
    return {
      type: 'log',
      level: config.onNoSignal === 'stop' ? 'error' : 'warning',
      code: 'probe.no-reward',
      key: 'probe',
      message: `${probeText(result)}: reward can teach nothing to a model that never gives a readable answer`,
      remedy: warmUpRemedy(config),
    }
  }
  const remedies = [
    ...(correct === 0 ? [neverCorrect(withoutAnswer, config)] : []),
    ...(verdicts > 0 && unparsed > mostUnparsed * verdicts
      ? [`Verdicts that cannot be read are never revised. ${warmUpRemedy(config)}`]
      : []),
  ]
  return {
    type: 'log',
    level: remedies.length === 0 ? 'info' : 'warning',
    code: 'probe.result',
    key: 'probe',
    message: probeText(result),
    remedy: remedies.length === 0 ? null : [...new Set(remedies)].join(' '),
  }
}

function probeText({
  problems,
  correct,
  withoutAnswer,
  verdicts,
  unparsed,
  turns,
  truncated,
}: ProbeResult): string {
  const judged = verdicts === 0 ? '' : `, ${unparsed} of ${verdicts} verdicts unparsed`
  return (
    `Probe of ${problems} problems by the reference: ${correct} correct, ${withoutAnswer} without a readable answer` +
    `${judged}, ${truncated} of ${turns} turns cut at the token limit`
  )
}

function warmUpRemedy({ warmUp }: RunConfig): string {
  return warmUp === null
    ? 'Warm it up first, on worked examples in the form of the three turns: --set warmUp.steps=80 (stage 0).'
    : `Its warm-up was too short: raise warmUp.steps (now ${warmUp.steps}) or warmUp.learningRate (now ${warmUp.learningRate}).`
}

function neverCorrect(withoutAnswer: number, config: RunConfig): string {
  return withoutAnswer > 0
    ? warmUpRemedy(config)
    : 'None is correct: choose an easier source (data.levels=["easy"]) or a stronger model, or raise vStar.samples.'
}
