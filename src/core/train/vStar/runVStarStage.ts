import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import type { VStarEstimate } from '../../../shared/runs/records.ts'
import type { KeptSamples } from '../../../shared/runs/vStarSamples.ts'
import type { Problem } from '../../data/problem.ts'
import { scoreRollouts } from '../../reward/scoreRollout.ts'
import type { Grading } from '../../reward/scoreRollout.ts'
import { attemptVStar, hasSignal } from '../../rl/turnBaseline.ts'
import { plainRewards } from '../../reward/turnReward.ts'
import { countReferenceTurns } from '../../rl/vStarCounts.ts'
import { keptSamples } from '../../rl/vStarSamples.ts'
import { tokensOf, type Rollout } from '../../rollout/rollout.ts'
import type { Conversation } from '../../rollout/sampleTurns.ts'
import { referenceTurns, rollOutSelfCorrection } from '../../rollout/selfCorrection.ts'
import type { StopSignal } from '../../sampling/sampler.ts'
import type { MetricValues } from '../../../shared/metrics/table.ts'
import { reportProgress, samplingProgress } from '../reportProgress.ts'
import type { StageProgress, VStarEvent } from '../trainEvent.ts'
import { problemsPerChunk } from './vStarShards.ts'
import { learningSignalEvent } from './vStarSignal.ts'

export interface VStarSetup {
  readonly config: RunConfig
  /** Holds the reference policy. */
  readonly conversation: Conversation
  readonly grading: Grading
  /** The training problems. */
  readonly problems: readonly Problem[]
  /** Estimates there are already: their problems are not sampled again. */
  readonly done: readonly VStarEstimate[]
  /** Completion tokens sampled for them. */
  readonly tokens: number
  /** Finish the problems in hand, then end. */
  readonly stop: StopSignal
  /** Drop the problems in hand and end. */
  readonly abort?: StopSignal
  /** Problems sampled together; changes nothing but speed. Default: `problemsPerChunk` of the config. */
  readonly problemsPerChunk?: number
  /**
   * The problems are a part of those that are estimated, and the first of them has this place among all:
   * nothing is said of the whole. Left out: they are all.
   */
  readonly firstOfPart?: number
}

/**
 * Stage 1: N reference attempts per problem, each with one reference verdict and one forced revision (or what
 * of these the turns of the config have), as counts. The draws depend on seed, problem and sample alone, so
 * it can be stopped and resumed at any problem.
 *
 * Yields progress, estimates with the metrics so far, and at the end a word on problems without signal.
 *
 * @returns every estimate there is now, in the order of the problems
 */
export async function* runVStarStage(
  setup: VStarSetup,
): AsyncGenerator<VStarEvent, readonly VStarEstimate[]> {
  const { config, conversation, problems, stop } = setup
  const estimates = new Map(setup.done.map((estimate) => [estimate.problemId, estimate]))
  const waiting = problems.filter((problem) => !estimates.has(problem.id))
  const places = new Map(problems.map(({ id }, index) => [id, index + (setup.firstOfPart ?? 0)]))
  const chunk = setup.problemsPerChunk ?? problemsPerChunk(config)
  let tokens = setup.tokens
  yield progressOf(estimates.size, problems.length)
  for (let first = 0; first < waiting.length && !stop.aborted; first += chunk) {
    const chosen = waiting.slice(first, first + chunk)
    const rollouts = yield* reportProgress<StageProgress, Rollout[]>((report) =>
      rollOutSelfCorrection(chosen, {
        conversation,
        turns: referenceTurns(config.turns),
        samples: config.vStar.samples,
        seedLabels: ['reference'],
        onProgress: samplingProgress(report),
        signal: setup.abort,
      }),
    )
    const sampled = chosen.map((problem) => sampledOf(problem, rollouts, setup))
    for (const { estimate } of sampled) estimates.set(estimate.problemId, estimate)
    tokens += tokensOf(rollouts.flatMap((rollout) => rollout.turns))
    yield {
      type: 'vStar',
      estimates: sampled.map(({ estimate }) => estimate),
      places: chosen.map(({ id }) => places.get(id) ?? 0),
      samples: sampled.map(({ samples }) => samples),
    }
    yield {
      type: 'metrics',
      step: estimates.size,
      stepsDone: estimates.size,
      tokens,
      problems: estimates.size,
      values: vStarMetrics([...estimates.values()], config),
    }
    yield progressOf(estimates.size, problems.length)
    yield { type: 'chunkEnds' }
  }
  const found = problems.flatMap((problem) => estimates.get(problem.id) ?? [])
  if (found.length === problems.length && setup.firstOfPart === undefined)
    yield learningSignalEvent(found, config)
  return found
}

function progressOf(done: number, total: number): StageProgress {
  return {
    type: 'progress',
    activity: 'estimating V*',
    done,
    total,
    unit: 'problems',
    stage: 'estimate-v-star',
  }
}

interface SampledProblem {
  readonly estimate: VStarEstimate
  readonly samples: KeptSamples
}

function sampledOf(problem: Problem, rollouts: readonly Rollout[], setup: VStarSetup): SampledProblem {
  const own = rollouts.filter((rollout) => rollout.problem.id === problem.id)
  const scored = scoreRollouts(own, setup.grading, plainRewards(setup.config))
  return { estimate: countReferenceTurns(problem, scored), samples: keptSamples(problem, scored) }
}

/** Mean V*, share without signal and accuracy of the reference; null without estimates. */
export function vStarMetrics(estimates: readonly VStarEstimate[], config: RunConfig): MetricValues {
  const total = (value: (estimate: VStarEstimate) => number) =>
    estimates.reduce((sum, estimate) => sum + value(estimate), 0)
  const problems = estimates.length
  const samples = total((estimate) => estimate.samples)
  return {
    'vStar/mean': problems === 0 ? null : total((each) => attemptVStar(each, config.vStar.beta)) / problems,
    'vStar/noSignal': problems === 0 ? null : total((each) => (hasSignal(each) ? 0 : 1)) / problems,
    'vStar/accuracy': samples === 0 ? null : total((each) => each.correctAttempts) / samples,
  }
}
