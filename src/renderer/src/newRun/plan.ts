import { isGroupMethod, needsVStar, totalSteps, type RunConfig } from '../../../shared/config/parseConfig.ts'
import type { Stage } from '../../../shared/runs/records.ts'
import type { PlanCheck } from '../../../shared/routes/plan.ts'
import { formatBytes, formatCount, formatDuration } from '../../../shared/text/format.ts'
import { momentWords, type MemoryPlan, type MemoryShare } from '../../../shared/memoryPlan.ts'
import { rolloutCounts, type RolloutCounts } from '../../../shared/runs/rolloutCounts.ts'
import { estimatedMs, longRunText, stepTimeText, type RunPace } from '../../../shared/text/timeEstimate.ts'

/** One line of what a run will take. */
export interface PlanLine {
  readonly what: string
  readonly amount: string
  readonly how: string
}

export interface PlanInputs {
  readonly config: RunConfig
  readonly stage: Stage
  /** Stage 1 is there already, or not needed. */
  readonly isEstimated: boolean
  /** What the machine found; null before it has answered. */
  readonly check: PlanCheck | null
  /** Of an earlier run with such a config; null where there is none, undefined while that is looked up. */
  readonly pace: RunPace | null | undefined
}

/** What a run will sample and keep, counted from its config. */
export function planLines({ config, stage, isEstimated, check, pace }: PlanInputs): readonly PlanLine[] {
  const isTrained = stage === 'self-correction'
  if (stage === 'warm-up')
    return warmUpLines(config).concat(check === null ? [] : modelLines(config, check, isTrained))
  const estimates = !isTrained || (needsVStar(config) && !isEstimated)
  return [
    ...warmUpLines(config),
    ...(estimates ? [stageOneLine(config)] : []),
    ...(isTrained ? stageTwoLines(config) : []),
    ...(pace === undefined ? [] : [timeLine(rolloutCounts(config, { stage, isEstimated }), pace)]),
    ...(check === null ? [] : modelLines(config, check, isTrained)),
  ]
}

function warmUpLines({ warmUp }: RunConfig): PlanLine[] {
  if (warmUp === null) return []
  const { steps, conversationsPerStep } = warmUp
  return [
    {
      what: 'Stage 0: warm-up',
      amount: `${formatCount(steps * conversationsPerStep)} conversations`,
      how: `${formatCount(steps)} steps × ${formatCount(conversationsPerStep)}, imitated, not rewarded`,
    },
  ]
}

/**
 * What is to be known before the start: that it will take too long, and what the machine found in data and
 * model.
 */
export function planNotices({ config, stage, isEstimated, check, pace }: PlanInputs): readonly string[] {
  const long = longRunText(rolloutCounts(config, { stage, isEstimated }), pace ?? null)
  const found = check === null ? [] : [check.dataNote, ...check.modelNotices]
  return [long, ...found].filter((notice) => notice !== null)
}

function timeLine(counts: RolloutCounts, pace: RunPace | null): PlanLine {
  if (counts.maxTokens !== undefined)
    return {
      what: 'Time',
      amount: 'not known',
      how: 'a budget of tokens ends the run, not a number of steps',
    }
  const ms = pace === null ? null : estimatedMs(counts, pace)
  return pace === null || ms === null
    ? {
        what: 'Time',
        amount: 'not known',
        how: 'no earlier run here had this model and these settings',
      }
    : {
        what: 'Time',
        amount: `about ${formatDuration(ms)}`,
        how: [stepTimeText(counts, pace), `at the pace of ${pace.runId}`]
          .filter((each) => each !== null)
          .join(', '),
      }
}

function stageOneLine({ data, vStar, turns }: RunConfig): PlanLine {
  return {
    what: 'Stage 1',
    amount: `${formatCount(data.train * vStar.samples)} rollouts`,
    how: `${formatCount(data.train)} problems × ${vStar.samples} attempts${stageOneTurns(turns)}`,
  }
}

function stageOneTurns(turns: RunConfig['turns']): string {
  if (turns === 'single') return ''
  return turns === 'direct-multi-turn'
    ? ', each with a second attempt'
    : ', each with a verdict and a revision'
}

function stageTwoLines(config: RunConfig): PlanLine[] {
  if (config.maxTokens !== null) return budgetLines(config, config.maxTokens)
  const steps = totalSteps(config, config.data.train)
  const perStep = Math.min(config.problemsPerStep, config.data.train)
  const group = isGroupMethod(config.method) ? config.groupSize : 1
  const isCertain = config.steps !== null || config.data.filter === 'none'
  const most = isCertain ? '' : 'at most '
  const factors = [`${formatCount(steps)} steps`, `${formatCount(perStep)} problems`]
  return [
    {
      what: 'Stage 2',
      amount: `${most}${formatCount(steps * perStep * group)} rollouts`,
      how: `${[...factors, ...(group === 1 ? [] : [`${group} rollouts each`])].join(' × ')}, ${turnsText(config)}`,
    },
    evaluationLine(config, steps),
  ]
}

function budgetLines(config: RunConfig, maxTokens: number): PlanLine[] {
  const perStep = Math.min(config.problemsPerStep, config.data.train)
  const group = isGroupMethod(config.method) ? ` × ${config.groupSize} rollouts each` : ''
  const before = needsVStar(config) ? ', those of stage 1 among them' : ''
  return [
    {
      what: 'Stage 2',
      amount: `until ${formatCount(maxTokens)} tokens`,
      how: `generated${before}; ${formatCount(perStep)} problems${group} a step, ${turnsText(config)}`,
    },
    evaluationLine(config, 0),
  ]
}

function turnsText({ turns }: RunConfig): string {
  switch (turns) {
    case 'single':
      return 'one turn each'
    case 'never-revise':
      return 'two turns each'
    case 'always-revise':
      return 'three turns each'
    case 'direct-multi-turn':
      return 'two attempts each'
    case 'self-correction':
      return 'two turns each, three where the verdict is “wrong”'
  }
}

/** At the start and the end on both splits, between them on the validation split. */
function evaluationLine(config: RunConfig, steps: number): PlanLine {
  const { data, evalEvery, evalSamples } = config
  const isOpen = config.maxTokens !== null
  const between = evalEvery === 'never' || isOpen ? 0 : Math.ceil(steps / evalEvery) - 1
  const rollouts = ((between + 2) * data.validation + 2 * data.test) * evalSamples
  return {
    what: 'Evaluations',
    amount: `${isOpen && evalEvery !== 'never' ? 'at least ' : ''}${formatCount(rollouts)} rollouts`,
    how: `${formatCount(between + 2)} × ${formatCount(data.validation)} validation and 2 × ${formatCount(data.test)} test problems`,
  }
}

function modelLines(config: RunConfig, check: PlanCheck, isTrained: boolean): PlanLine[] {
  const { parameters, longestRollout, maxPositions, rowsPerPass, checkpointBytes } = check
  const length: PlanLine = {
    what: 'Longest rollout',
    amount: `${formatCount(longestRollout)} tokens`,
    how: `the model (${formatCount(parameters)} parameters) takes ${formatCount(maxPositions)}`,
  }
  if (!isTrained) return [length, ...memoryLines(check.memory)]
  const kept = config.keep + 1
  return [
    { ...length, how: `${length.how}; ${rowsPerPass} rollouts in memory at once` },
    {
      what: 'Checkpoints',
      amount: formatBytes(checkpointBytes * kept),
      how: `up to ${kept} kept, ${formatBytes(checkpointBytes)} each`,
    },
    ...memoryLines(check.memory),
  ]
}

/** Of the machine, and of its card where one is used. */
function memoryLines({ host, device }: MemoryPlan): PlanLine[] {
  const line = (what: string, { neededBytes, peak, freeBytes, totalBytes }: MemoryShare): PlanLine => ({
    what,
    amount: `about ${formatBytes(neededBytes)}`,
    how: `at most, ${momentWords[peak]}; ${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} are free`,
  })
  return [line('Memory', host), ...(device === null ? [] : [line('Card', device)])]
}
