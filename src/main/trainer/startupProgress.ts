import { countedTokens } from '../../core/train/tokenBudget.ts'
import { needsVStar } from '../../shared/config/parseConfig.ts'
import type { Progress, StageCount } from '../../shared/runs/runEvent.ts'
import { warmedModel } from '../run/warmUpFolder.ts'
import type { JobRequest } from '../wire/jobPort.ts'

/**
 * What is loaded before a stage can count anything. The stage is named all the same: people see which one it
 * will be.
 */
export function startupProgress(activity: string, stage: StageCount): Progress {
  return { activity, done: 0, total: 1, unit: 'steps', ratePerSecond: null, secondsLeft: null, stage }
}

/** The stage that a job begins with, as far as it had come. */
export function firstStage(request: JobRequest): StageCount {
  const { run, config, vStar } = request
  if (config.warmUp !== null && warmedModel(config, request.dataDir, run.runId) === null) {
    const done = run.stage === 'warm-up' ? (request.checkpoints[0]?.step ?? 0) : 0
    return { name: 'warm-up', unit: 'steps', secondsLeft: null, done, total: config.warmUp.steps }
  }
  const isEstimating =
    run.stage === 'estimate-v-star' || (needsVStar(config) && vStar?.artifact.complete !== true)
  if (!isEstimating) return trainingStage(request)
  return {
    name: 'estimate-v-star',
    unit: 'problems',
    secondsLeft: null,
    done: vStar?.estimates.length ?? 0,
    total: vStar?.artifact.problems ?? config.data.train,
  }
}

export function trainingStage({ run, config, vStar, checkpoints }: JobRequest): StageCount {
  if (config.maxTokens !== null && run.totalSteps === 0) {
    const stageOne = countedTokens(vStar?.estimates ?? []) ?? 0
    const done = Math.min(config.maxTokens, stageOne + run.tokensGenerated)
    return { name: 'self-correction', unit: 'tokens', secondsLeft: null, done, total: config.maxTokens }
  }
  return {
    name: 'self-correction',
    unit: 'steps',
    secondsLeft: null,
    done: checkpoints[0]?.step ?? 0,
    total: run.totalSteps,
  }
}
