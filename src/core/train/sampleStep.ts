import { isGroupMethod } from '../../shared/config/parseConfig.ts'
import type { Problem } from '../data/problem.ts'
import type { ProblemBatches } from '../data/problemBatches.ts'
import { scoreRollouts } from '../reward/scoreRollout.ts'
import type { RewardSettings } from '../reward/turnReward.ts'
import { tokensOf, type Rollout, type ScoredRollout } from '../rollout/rollout.ts'
import { rollOutSelfCorrection } from '../rollout/selfCorrection.ts'
import { reportProgress, samplingProgress } from './reportProgress.ts'
import type { TrainingPlan } from './selfCorrectionSetup.ts'
import type { Discarded } from './stepMetrics.ts'
import type { StageProgress } from './trainEvent.ts'

/** The rollouts that a step learns from, problem by problem, and what was put aside. */
export interface SampledStep {
  readonly rollouts: readonly ScoredRollout[]
  readonly discarded: Discarded
}

/**
 * Draws a step's problems, lets the policy roll them out and scores the rollouts. With `resampleRounds`,
 * problems whose attempts are all correct or all wrong are put aside and as many others drawn in their place
 * (dynamic sampling: DAPO, arXiv 2503.14476), until none is or the rounds are over; then the step has fewer
 * problems. Where no problem is left, the first round's are kept, from which nothing is learned.
 *
 * @param batches moved on by what is drawn
 */
export async function* sampleStep(
  batches: ProblemBatches,
  step: { readonly step: number; readonly rewards: RewardSettings },
  plan: TrainingPlan,
): AsyncGenerator<StageProgress, SampledStep> {
  const first = yield* roundOf(batches.next(plan.problemsPerStep), step, plan)
  const rounds = plan.config.resampleRounds
  if (rounds === 0) return { rollouts: first, discarded: { problems: 0, tokens: 0 } }
  const drawn = new Set(first.map(({ problem }) => problem.id))
  let groups = groupsOf(first)
  const kept = groups.filter(hasBoth)
  for (let round = 0; round < rounds && kept.length < plan.problemsPerStep; round++) {
    // a new epoch may bring a problem again, whose draws would be the same
    const next = batches.next(plan.problemsPerStep - kept.length).filter(({ id }) => !drawn.has(id))
    if (next.length === 0) break
    for (const { id } of next) drawn.add(id)
    const sampled = groupsOf(yield* roundOf(next, step, plan))
    groups = groups.concat(sampled)
    kept.push(...sampled.filter(hasBoth))
  }
  const learned = kept.length > 0 ? kept : groupsOf(first)
  const aside = groups.filter((group) => !learned.some(([one]) => one.problem.id === group[0].problem.id))
  const turns = aside.flatMap((group) => group.flatMap((rollout) => rollout.turns))
  return { rollouts: learned.flat(), discarded: { problems: aside.length, tokens: tokensOf(turns) } }
}

/** One rollout per problem, or a group for the methods that draw several. */
async function* roundOf(
  problems: readonly Problem[],
  { step, rewards }: { readonly step: number; readonly rewards: RewardSettings },
  { config, conversation, grading, abort }: TrainingPlan,
): AsyncGenerator<StageProgress, ScoredRollout[]> {
  const rollouts = yield* reportProgress<StageProgress, Rollout[]>((report) =>
    rollOutSelfCorrection(problems, {
      conversation,
      turns: config.turns,
      samples: isGroupMethod(config.method) ? config.groupSize : 1,
      seedLabels: ['train', step],
      onProgress: samplingProgress(report),
      signal: abort,
    }),
  )
  return scoreRollouts(rollouts, grading, rewards)
}

/** The rollouts of one problem, at least one. */
type Group = [ScoredRollout, ...ScoredRollout[]]

/** In the order of the problems. */
function groupsOf(rollouts: readonly ScoredRollout[]): Group[] {
  const groups = new Map<string, Group>()
  for (const rollout of rollouts) {
    const group = groups.get(rollout.problem.id)
    if (group === undefined) groups.set(rollout.problem.id, [rollout])
    else group.push(rollout)
  }
  return [...groups.values()]
}

/** Whether some attempts are correct and some are not. */
function hasBoth(group: Group): boolean {
  return group.some(({ turns }) => turns[0].isCorrect !== group[0].turns[0].isCorrect)
}
