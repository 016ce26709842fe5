import { availableParallelism } from 'node:os'
import type { Problem } from '../../../core/data/problem.ts'
import { rollOutSelfCorrection } from '../../../core/rollout/selfCorrection.ts'
import { parseVerdict } from '../../../core/rollout/verdict.ts'
import { parseConfig, type RunConfig } from '../../../shared/config/parseConfig.ts'
import { plainRewards } from '../../../core/reward/turnReward.ts'
import type { ReplayedTurn, ReplayEvent, ReplaySampling } from '../../../shared/routes/replay.ts'
import { openSampler } from '../../trainer/samplers.ts'
import { loadRunMaterial, type RunMaterial } from '../../run/runMaterial.ts'
import { onProcessor } from './onProcessor.ts'
import { policyWeights, type StoredCheckpoint } from './policyWeights.ts'
import { streamingSampler } from './streamingSampler.ts'
import { TurnTeller } from './turnTeller.ts'

/** What the process of a replay is asked. */
export interface ReplayQuestion {
  readonly question: 'replay'
  readonly policies: readonly {
    /** Model, template, grader and verdict parser. */
    readonly config: unknown
    /** null = the model folder's own weights. */
    readonly checkpoint: StoredCheckpoint | null
  }[]
  readonly problem: { readonly question: string; readonly knownAnswer: string | null }
  readonly sampling: ReplaySampling
  readonly alwaysRevise: boolean
}

/** Replays are drawn alike whatever the problem is called, so that two policies meet the same draws. */
const problemId = 'replay'

/**
 * Lets each policy attempt, judge and revise one problem, side by side, and tells every token.
 *
 * @returns the turns of each policy, graded as its run grades them
 */
export async function replayProblem(
  asked: ReplayQuestion,
  tell: (event: ReplayEvent) => void,
): Promise<readonly (readonly ReplayedTurn[])[]> {
  const workingFolder = process.cwd()
  const materials = new Map<string, Promise<RunMaterial>>()
  const materialOf = (config: RunConfig): Promise<RunMaterial> => {
    const key = JSON.stringify(config)
    const known = materials.get(key) ?? loadRunMaterial(config, workingFolder, { use: 'held-out' })
    materials.set(key, known)
    return known
  }
  const replays = asked.policies.map(async ({ config: written, checkpoint }, policy) => {
    const config = parseConfig(written, 'the replay')
    const material = await materialOf(config)
    const parameters = await policyWeights(config, material.policy, checkpoint)
    return replayPolicy(asked, { config, material, parameters }, { policy, tell })
  })
  return Promise.all(replays)
}

interface OpenPolicy {
  readonly config: RunConfig
  readonly material: RunMaterial
  readonly parameters: Awaited<ReturnType<typeof policyWeights>>
}

async function replayPolicy(
  { problem: given, sampling, alwaysRevise }: ReplayQuestion,
  { config, material, parameters }: OpenPolicy,
  { policy, tell }: { readonly policy: number; readonly tell: (event: ReplayEvent) => void },
): Promise<readonly ReplayedTurn[]> {
  const { prompts, tokenizer, grading } = material
  const problem: Problem = {
    id: problemId,
    question: given.question,
    answer: given.knownAnswer ?? '',
    canonical: problemId,
    subject: null,
    level: null,
  }
  const teller = new TurnTeller({
    policy,
    tell,
    tokenizer,
    grading,
    problem,
    rewards: plainRewards(config),
    isAnswerKnown: given.knownAnswer !== null,
  })
  const inner = await openSampler(material.policy.config, parameters, onProcessor)
  tell({ type: 'opened', policy, device: `the processor (${availableParallelism()} threads)` })
  const sampler = streamingSampler(inner, teller)
  try {
    await rollOutSelfCorrection([problem], {
      conversation: {
        prompts,
        tokenizer,
        sampler,
        settings: { ...sampling, endIds: prompts.endIds },
        parseVerdict: (text) => teller.judges(parseVerdict(text, config.verdictParser)),
      },
      turns: alwaysRevise ? 'always-revise' : 'self-correction',
      samples: 1,
      seedLabels: ['replay'],
    })
    return teller.turns
  } finally {
    await sampler.dispose()
  }
}
