import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Problem } from '../../../core/data/problem.ts'
import { parseVerdict } from '../../../core/rollout/verdict.ts'
import { trainSelfCorrection } from '../../../core/train/trainSelfCorrection.ts'
import type { SelfCorrectionSetup } from '../../../core/train/selfCorrectionSetup.ts'
import type { ProductPrecision } from '../../../core/graph/rawOps.ts'
import { parseConfig } from '../../../shared/config/parseConfig.ts'
import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { readParameters } from '../../host/model/modelFolder.ts'
import { openTrainingEngines } from '../../trainer/engines.ts'
import type { SamplerConfig } from '../../trainer/samplers.ts'
import { openSampler } from '../../trainer/samplers.ts'
import { loadRunMaterial } from '../../run/runMaterial.ts'
import { rateOf } from './result.ts'
import type { BenchResult } from './result.ts'
import { residentBytes } from './fixedWorkload.ts'

export interface RlWorkload {
  /** Model with a tokenizer and `problems.jsonl`. */
  readonly folder: string
  readonly problems: number
  readonly repeat: number
  readonly sampler: SamplerConfig
  /** What scores and updates multiply in. */
  readonly compute: ProductPrecision
  readonly nowMs: () => number
}

/**
 * Whole steps of stage 2, by the loop that trains: three turns, reference log-probs, packed update, refreshed
 * sampler. The learning rate is so small that lengths stay what they are.
 */
export async function runRlWorkload(workload: RlWorkload): Promise<BenchResult> {
  const { folder, problems, repeat, nowMs } = workload
  const chosen = await readProblems(folder, problems)
  const config = configOf(folder, { steps: repeat + 1, problems: chosen.length }, workload)
  const material = await loadRunMaterial(config, folder)
  const weights = await readParameters(material.policy)
  const engines = await openTrainingEngines(config, material, { policy: weights, reference: weights })
  const sampler = engines.sampler ?? (await openSampler(material.policy.config, weights, config))
  const { temperature, topP, topK, maxCompletionTokens } = config.sampling
  const { prompts, tokenizer, grading } = material
  const setup: SelfCorrectionSetup = {
    conversation: {
      prompts,
      tokenizer,
      sampler,
      settings: { temperature, topP, topK, maxCompletionTokens, endIds: prompts.endIds, seed: config.seed },
      parseVerdict: (text) => parseVerdict(text, config.verdictParser),
    },
    config,
    grading,
    trainer: engines.trainer,
    reference: engines.reference,
    nowMs,
    estimates: estimatesOf(chosen),
    train: chosen,
    validation: [],
    test: [],
    state: null,
    checkpointEvery: repeat + 2,
    stop: { aborted: false },
  }
  try {
    return await measureSteps(setup)
  } finally {
    await engines.trainer.dispose()
    await engines.reference?.dispose()
    await sampler.dispose()
  }
}

async function measureSteps(setup: SelfCorrectionSetup): Promise<BenchResult> {
  const rollout: number[] = []
  const update: number[] = []
  const tokens: number[] = []
  let afterWarmUp = 0
  let tokensBefore = 0
  for await (const event of trainSelfCorrection(setup)) {
    if (event.type !== 'metrics' || event.values['time/rollout'] === undefined) continue
    rollout.push((event.values['time/rollout'] ?? NaN) / 1000)
    update.push((event.values['time/update'] ?? NaN) / 1000)
    tokens.push(event.tokens - tokensBefore)
    tokensBefore = event.tokens
    if (rollout.length === 1) afterWarmUp = residentBytes()
  }
  const steps = rollout.map((seconds, step) => seconds + (update[step] ?? NaN))
  // the first step builds and warms everything
  const measured = (seconds: readonly number[]) => rateOf(tokens.slice(1), seconds.slice(1))
  return {
    rates: { step: measured(steps), rollout: measured(rollout), update: measured(update) },
    memory: { afterWarmUp, atEnd: residentBytes() },
  }
}

async function readProblems(folder: string, count: number): Promise<Problem[]> {
  const path = join(folder, 'problems.jsonl')
  const text = await readFile(path, 'utf8').catch(() => null)
  if (text === null) {
    throw new RecheckError(
      'bench.no-problems',
      `${path}: no such file. The rl workload needs a model with problems beside it.`,
    )
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.slice(0, count).map((line, index) => {
    const { problem, answer } = JSON.parse(line) as { problem: string; answer: string }
    return { id: `bench-${index}`, question: problem, answer, canonical: problem, subject: null, level: null }
  })
}

function configOf(
  folder: string,
  sizes: { readonly steps: number; readonly problems: number },
  { sampler, compute }: Pick<RlWorkload, 'sampler' | 'compute'>,
): RunConfig {
  return parseConfig(
    {
      steps: sizes.steps,
      problemsPerStep: sizes.problems,
      model: { path: folder, compute },
      sampling: { temperature: 1, maxCompletionTokens: 48 },
      optimizer: { learningRate: 1e-7 },
      ...sampler,
      evalEvery: 'never',
      alarms: { enabled: false },
    },
    'the rl workload',
  )
}

/** As stage 1 would leave them: six of eight attempts correct, so that every problem carries signal. */
function estimatesOf(problems: readonly Problem[]): SelfCorrectionSetup['estimates'] {
  return new Map(
    problems.map(({ id, canonical }) => [
      id,
      {
        problemId: id,
        canonical,
        samples: 8,
        correctAttempts: 6,
        verdictsAfterCorrect: 6,
        correctVerdictsAfterCorrect: 5,
        verdictsAfterWrong: 2,
        correctVerdictsAfterWrong: 1,
        revisionsAfterCorrect: 6,
        correctRevisionsAfterCorrect: 5,
        revisionsAfterWrong: 2,
        correctRevisionsAfterWrong: 1,
        revisionsAfterRejectedCorrect: 1,
        correctRevisionsAfterRejectedCorrect: 1,
        revisionsAfterRejectedWrong: 1,
        correctRevisionsAfterRejectedWrong: 1,
        tokens: 100,
      },
    ]),
  )
}
