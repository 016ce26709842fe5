import { createHash } from 'node:crypto'
import { checkVStarInputs } from '../../core/train/vStar/vStarInputs.ts'
import { canonicalConfig } from '../../shared/config/fields.ts'
import type { ConfigLayer } from '../../shared/config/layers.ts'
import { needsVStar, parseConfig, totalSteps, type RunConfig } from '../../shared/config/parseConfig.ts'
import { memoryAdvice, memoryLine, type MemoryPlan } from '../../shared/memoryPlan.ts'
import type { RemotePlace } from '../../shared/runs/remotePlace.ts'
import type { Run, Stage } from '../../shared/runs/records.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { estimateTokens, findVStar, readVStar } from '../store/vStarStore.ts'
import type { VStarInputsAnswer } from './processes/inquiry.ts'
import { traitsOf } from './engines/engine.ts'
import type { Owner } from './owner.ts'
import { withAbsolutePaths } from '../run/absolutePaths.ts'
import { memoryPlanCode, requireMemory } from './requireMemory.ts'
import { hubDataName } from '../run/problems.ts'
import { refuseUnsupported } from '../run/refuseUnsupported.ts'

export interface RunPlan {
  readonly stage: Stage
  /** As it was given; `checkedPlan` reads it. */
  readonly config: ConfigLayer
  /** What the config came from, for messages. */
  readonly source: string
  /** The V* estimate to train against; null = a fitting one if there is one, else the run makes its own. */
  readonly vStarId: string | null
  readonly group: string | null
  /** Starts though the plan says that the memory will not do; left out: it is refused. */
  readonly force?: boolean
  /** Where it is executed; left out: on this machine. */
  readonly place?: RemotePlace | null
  /** Stage 1: parts that are sampled by themselves; left out: it is in one piece. */
  readonly shards?: number | null
}

/** @throws RecheckError `config.contradiction`: one model is never split, and each shard would warm one up */
function refuseShards({ shards = null, source, stage }: RunPlan, { warmUp }: RunConfig): void {
  if (shards === null) return
  if (stage !== 'estimate-v-star')
    throw new RecheckError('config.contradiction', `${source}: only stage 1 alone is split into shards.`)
  if (warmUp === null) return
  throw new RecheckError(
    'config.contradiction',
    `${source} has a warm-up, and stage 1 in shards samples a model that is there. Run "recheck sft" first and name its model ` +
      'as model.path with warmUp=null, or leave --shards out.',
  )
}

export interface CheckedPlan extends RunPlan {
  readonly config: RunConfig
}

/**
 * With the config read, and files named from this process's working folder. @throws RecheckError `config.*`
 */
export function checkedPlan(plan: RunPlan): CheckedPlan {
  const { source, stage } = plan
  const config = parseConfig(plan.config, source)
  refuseUnsupported(config)
  if (stage === 'warm-up' && config.warmUp === null) {
    throw new RecheckError(
      'config.invalid',
      `${source} is no config of a warm-up: warmUp is null. Give it one, for example warmUp.steps=80.`,
      { problems: [{ path: 'warmUp', expected: 'a group', got: 'null' }] },
    )
  }
  refuseShards(plan, config)
  return { ...plan, config: withAbsolutePaths(config, process.cwd()) }
}

/**
 * Makes the row of a run and lets it start. Everything the config names is opened first, by another process,
 * so that bad input makes no run; a V* estimate made from the same inputs is found and reused.
 *
 * @param gone  aborted when whoever asked has left: then no run is made
 * @throws RecheckError `config.*`, `model.*`, `data.*`, `vstar.*`, `memory.too-little`: whatever is wrong
 *   with what was given
 */
export async function startRun(owner: Owner, plan: CheckedPlan, gone?: AbortSignal): Promise<MadeRun> {
  const { config: asked, stage } = plan
  const { isThisMachine } = traitsOf(plan.place ?? null)
  // elsewhere the trials of a sweep begin one after the other, and none needs this machine's memory
  const answer = await owner.inquiries.vStarInputs(stage, asked, {
    ...(gone === undefined ? {} : { signal: gone }),
    moreToCome: !isThisMachine,
  })
  const config = answer.fallback === null ? asked : withArithmetic(asked)
  gone?.throwIfAborted()
  const { memory } = answer
  // a run that waits for its turn will find free what those before it have now
  // of another machine's memory nothing is known here
  if (plan.force !== true && isThisMachine)
    requireMemory(memory, owner.inHand().length === 0 ? 'free' : 'total', '--force')
  const usesEstimate = plan.stage === 'self-correction' && needsVStar(config)
  refuseEstimateOfOther(config, plan.vStarId)
  const run = owner.createRun({
    name: config.name === '' ? automaticName(plan.stage, config) : config.name,
    stage: plan.stage,
    config: JSON.stringify(config),
    configHash: hashConfig(config),
    totalSteps: stepsOfStage(plan.stage, config),
    tags: config.tags,
    notes: config.notes,
    group: plan.group,
    place: plan.place ?? null,
    shards: plan.shards ?? null,
    vStarId: usesEstimate ? chooseVStar(owner, { wanted: plan.vStarId, config }, answer) : null,
    log: [
      ...(answer.fallback === null
        ? []
        : [{ level: 'warning', code: fallbackCode, message: answer.fallback, remedy: null } as const]),
      {
        level: 'info',
        code: memoryPlanCode,
        message: `Memory: ${memoryLine(memory)}.`,
        remedy: memoryAdvice(memory).join(' '),
      },
    ],
  })
  owner.start(run.runId)
  return { ...run, memory }
}

/** A run that has just been made. */
export interface MadeRun extends Run {
  /** What it will need. */
  readonly memory: MemoryPlan
}

/** The code of the log entry of a run for which arithmetic stands in. */
export const fallbackCode = 'data.fallback'

/** The run is what it trains on: its name, its config and with it every list, comparison and resumption. */
function withArithmetic(config: RunConfig): RunConfig {
  return { ...config, data: { ...config.data, source: 'arithmetic' } }
}

/** @throws RecheckError `vstar.mismatch`: stage 1 has to sample the model that the run's own warm-up makes */
function refuseEstimateOfOther({ warmUp }: RunConfig, vStarId: string | null): void {
  if (warmUp === null || vStarId === null) return
  throw new RecheckError(
    'vstar.mismatch',
    `V* estimate ${vStarId} is of another model than the one that this run's warm-up will make. Leave the estimate out, ` +
      'or leave the warm-up out (warmUp=null) and name a model that is warmed up already as model.path.',
  )
}

function stepsOfStage(stage: Stage, config: RunConfig): number {
  switch (stage) {
    case 'warm-up':
      return config.warmUp?.steps ?? 0
    case 'estimate-v-star':
      return config.data.train
    case 'self-correction':
      return stepsOf(config)
  }
}

function chooseVStar(
  owner: Owner,
  { wanted, config }: { readonly wanted: string | null; readonly config: RunConfig },
  answer: VStarInputsAnswer,
): string | null {
  // of the model that the warm-up will make, which nobody has sampled yet
  if (config.warmUp !== null) return null
  if (wanted === null) return fittingVStar(owner, answer.inputHash, config)
  const artifact = readVStar(owner.db, wanted)
  if (artifact === null) {
    throw new RecheckError(
      'vstar.unknown',
      `There is no V* estimate "${wanted}"; "recheck runs" lists the runs that made one.`,
    )
  }
  if (!artifact.complete) {
    throw new RecheckError(
      'vstar.unknown',
      `V* estimate "${wanted}" is not complete; resume run ${artifact.runId} first.`,
    )
  }
  checkVStarInputs(artifact, answer.inputs)
  return artifact.vStarId
}

/** With a budget of tokens an estimate whose tokens were not counted does not fit. */
function fittingVStar({ db }: Owner, inputHash: string, { maxTokens }: RunConfig): string | null {
  const vStarId = findVStar(db, inputHash)?.vStarId ?? null
  if (vStarId === null || maxTokens === null) return vStarId
  return estimateTokens(db, vStarId) === null ? null : vStarId
}

/** First 12 hexadecimal digits of SHA-256 of the canonical config. */
export function hashConfig(config: RunConfig): string {
  return createHash('sha256').update(canonicalConfig(config)).digest('hex').slice(0, 12)
}

/** 0 = known only when the filter has been applied, or at the end where a budget of tokens decides. */
function stepsOf(config: RunConfig): number {
  const isOpen = config.maxTokens !== null || (config.steps === null && config.data.filter !== 'none')
  return isOpen ? 0 : totalSteps(config, config.data.train)
}

function sourceKind({ data }: RunConfig): string {
  return data.source === 'arithmetic' ? data.source : 'own file'
}

function automaticName(stage: Stage, config: RunConfig): string {
  const names: Readonly<Record<Stage, string>> = {
    'warm-up': 'warm-up',
    'estimate-v-star': 'V* estimate',
    'self-correction': config.method,
  }
  const what = names[stage]
  const source = hubDataName(config.data.source) ?? sourceKind(config)
  const model = config.model.path.split('/').at(-1) ?? config.model.path
  return `${what} · ${model} · ${source} · seed ${config.seed}`
}
