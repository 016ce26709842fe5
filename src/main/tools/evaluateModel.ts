import type { ParameterValues } from '../../core/model/parameterValues.ts'
import { answersAgree } from '../../core/reward/answer/compare.ts'
import { scoreRollouts } from '../../core/reward/scoreRollout.ts'
import { plainRewards } from '../../core/reward/turnReward.ts'
import { rollOutSelfCorrection } from '../../core/rollout/selfCorrection.ts'
import { parseVerdict } from '../../core/rollout/verdict.ts'
import { evaluatedProblems } from '../../core/train/evaluation/evaluatedProblems.ts'
import { groupTable, type GroupRow } from '../../core/train/evaluation/evaluationTables.ts'
import {
  equalTokenTable,
  tokenCurve,
  type CurveRow,
  type EqualTokenRow,
} from '../../core/train/evaluation/tokenCurve.ts'
import { countOutcomes, outcomeShares } from '../../core/train/evaluation/outcomeCounts.ts'
import type { StopSignal } from '../../core/sampling/sampler.ts'
import type { RunConfig } from '../../shared/config/parseConfig.ts'
import type { MemoryPlan } from '../../shared/memoryPlan.ts'
import type { EvaluatedProblem } from '../../shared/runs/evaluation/evaluationResult.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { CheckpointRecord, Proportion } from '../../shared/runs/records.ts'
import { wilson } from '../../shared/statistics.ts'
import { viewParameters } from '../host/model/parameterView.ts'
import { requireMemory } from '../owner/requireMemory.ts'
import { openSampler } from '../trainer/samplers.ts'
import { openNewestCheckpoint } from '../run/newestCheckpoint.ts'
import { requireHeldOut } from '../run/requireHeldOut.ts'
import { withAvailableSource } from '../run/problems.ts'
import { loadRunMaterial, type RunMaterial } from '../run/runMaterial.ts'
import { longestConversation } from '../run/longestConversation.ts'
import { planMemoryHere } from './runMemory.ts'
import { checkpointWeights } from '../trainer/checkpointWeights.ts'
import { trainerBlobName } from '../trainer/trainerStateFile.ts'

export interface ModelEvaluationSetup {
  /** Model, data, template, grader and sampling; `evalSamples` rollouts a problem. */
  readonly config: RunConfig
  readonly split: 'validation' | 'test'
  readonly workingFolder: string
  /** Weights of a run's newest sound checkpoint instead of the model folder's; null = the folder's. */
  readonly checkpoints: { readonly dataDir: string; readonly records: readonly CheckpointRecord[] } | null
  /**
   * Config of the run that the policy comes from: what it was trained on is not held out. Null where it comes
   * from none.
   */
  readonly trained: RunConfig | null
  readonly signal: StopSignal
  readonly onProgress: (activity: string, done: number, total: number) => void
  /** What of the model's folder is not read, or not as it is written. */
  readonly onNotice: (notice: string) => void
  /** What it will need of memory, before a weight is read. */
  readonly onMemory: (plan: MemoryPlan) => void
  /** Goes on though the plan says that the memory will not do. */
  readonly force: boolean
}

export interface ModelEvaluation {
  /** Step of the checkpoint; null = the model folder's own weights. */
  readonly step: number | null
  readonly proportions: Readonly<Record<string, Proportion>>
  readonly bySubject: readonly GroupRow[]
  readonly byLevel: readonly GroupRow[]
  /**
   * One self-correction, and majority votes and self-verified bests that cost just less and just more; empty
   * with one sample a problem, and where nothing is judged and revised.
   */
  readonly atEqualTokens: readonly EqualTokenRow[]
  /** Accuracy against tokens: each of them with 1 to 16 samples. */
  readonly tokenCurve: readonly CurveRow[]
  readonly problems: readonly EvaluatedProblem[]
}

/**
 * A policy on held-out problems, with the same draws for every policy, so that two can be compared problem by
 * problem.
 *
 * @throws RecheckError `memory.too-little`, and whatever is wrong with model and data
 */
export async function evaluateModel(setup: ModelEvaluationSetup): Promise<ModelEvaluation> {
  const { split, trained, signal, onProgress } = setup
  const { config, note } = await withAvailableSource(setup.config, setup.workingFolder)
  if (note !== null) setup.onNotice(note)
  const material = await loadRunMaterial(config, setup.workingFolder, { use: 'held-out' })
  for (const notice of material.modelNotices) setup.onNotice(notice)
  const chosen = material.problems.splits[split]
  if (chosen.length === 0)
    throw new RecheckError(
      'data.empty-split',
      `the ${split} split of the data has no problems; see data.${split}.`,
    )
  if (trained !== null) await requireHeldOut(chosen, { trained, evaluated: config }, setup.workingFolder)
  const positions = longestConversation(config, material, chosen)
  const ofSplit = { ...config, data: { ...config.data, validation: 0, test: chosen.length } }
  const plan = await planMemoryHere(ofSplit, material.policy.config, { work: 'evaluate', positions })
  setup.onMemory(plan)
  if (!setup.force) requireMemory(plan, 'free', '--force')
  const { step, parameters } = await policyWeights(setup, material)
  const { prompts, tokenizer, grading } = material
  const sampler = await openSampler(material.policy.config, parameters, config)
  const { temperature, topP, topK, maxCompletionTokens } = config.sampling
  const settings = { temperature, topP, topK, maxCompletionTokens, endIds: prompts.endIds, seed: config.seed }
  try {
    const rollouts = await rollOutSelfCorrection(chosen, {
      conversation: {
        prompts,
        tokenizer,
        sampler,
        settings,
        parseVerdict: (text) => parseVerdict(text, config.verdictParser),
      },
      turns: config.turns,
      samples: config.evalSamples,
      seedLabels: ['evaluation', split],
      signal,
      onProgress: (kind, done, total) => onProgress(`${kind}s`, done, total),
    })
    const scored = scoreRollouts(rollouts, grading, plainRewards(config))
    const shares = Object.entries(outcomeShares(countOutcomes(scored)))
    const proportions = Object.fromEntries(shares.map(([name, [part, whole]]) => [name, wilson(part, whole)]))
    return { step, proportions, ...tablesOf(evaluatedProblems(scored, tokenizer), config) }
  } finally {
    await sampler.dispose()
  }
}

function tablesOf(
  problems: readonly EvaluatedProblem[],
  config: RunConfig,
): Omit<ModelEvaluation, 'step' | 'proportions'> {
  const same = (a: string, b: string): boolean => answersAgree(a, b, config.grader)
  const isCompared = config.evalSamples > 1 && config.turns === 'self-correction'
  return {
    problems,
    bySubject: groupTable(problems, 'subject'),
    byLevel: groupTable(problems, 'level'),
    atEqualTokens: isCompared ? equalTokenTable(problems, same) : [],
    tokenCurve: isCompared ? tokenCurve(problems, same) : [],
  }
}

async function policyWeights(
  { checkpoints, config }: ModelEvaluationSetup,
  material: RunMaterial,
): Promise<{ readonly step: number | null; readonly parameters: ParameterValues }> {
  const newest =
    checkpoints === null ? null : await openNewestCheckpoint(checkpoints.dataDir, checkpoints.records)
  if (newest === null) return { step: null, parameters: viewParameters(material.policy) }
  const path = newest.checkpoint.blobPath(trainerBlobName)
  const { parameters } = await checkpointWeights(path, config, material.policy)
  return { step: newest.record.step, parameters }
}
