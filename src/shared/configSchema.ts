import { z } from 'zod'
import {
  alarmsGroup,
  clipGroup,
  dataGroup,
  field,
  modelGroup,
  optimizerGroup,
  samplingGroup,
  turnWeightsGroup,
  vStarGroup,
} from './configGroups.ts'

const vStarInput = true
const count = (least: number) => z.int().min(least).max(1_000_000_000)

/** The resolved config of a run; a nested group is a dotted prefix (`vStar.beta`). */
export const runConfigSchema = z
  .strictObject({
    name: field(z.string().max(200).default(''), {
      description: 'name of the run; empty = made from its settings',
    }),
    tags: field(z.array(z.string().min(1).max(60)).max(50).readonly().default([]), {
      description: 'labels to filter by',
    }),
    notes: field(z.string().max(20_000).default(''), { description: 'free text' }),
    seed: field(z.int().min(0).max(4_294_967_295).default(0), {
      vStarInput,
      description: 'every random stream of the run is forked from it',
    }),
    device: field(z.enum(['auto', 'gpu', 'cpu']).default('auto'), {
      description: '`gpu` without a usable card is an error, never a silent CPU',
    }),
    method: field(
      z.enum(['a-star-po', 'grpo', 'dr-grpo', 'dapo', 'reinforce', 'rloo']).default('a-star-po'),
      { description: 'policy loss' },
    ),
    turns: field(
      z.enum(['single', 'self-correction', 'always-revise', 'never-revise']).default('self-correction'),
      {
        description: 'attempt only; revise where the verdict is wrong; always; verdict but never a revision',
      },
    ),
    model: modelGroup.prefault({}),
    data: dataGroup.prefault({}),
    template: field(z.string().min(1).max(1000).default('auto'), {
      vStarInput,
      description: 'wording of the three turns and answer marker; `auto` = the model’s own',
    }),
    grader: field(z.enum(['math', 'number', 'exact']).default('math'), {
      vStarInput,
      description: 'when two answers are equal',
    }),
    verdictParser: field(z.enum(['tolerant', 'pag']).default('tolerant'), {
      vStarInput,
      description: 'how a verdict is read; `pag` wants the exact closing sentence',
    }),
    sampling: samplingGroup.prefault({}),
    vStar: vStarGroup.prefault({}),
    onNoSignal: field(z.enum(['stop', 'warn']).default('stop'), {
      description: 'when V* is 0 or 1 for every problem',
    }),
    policyBeta: field(z.number().min(0).default(0.001), {
      unit: 'reward per nat',
      description:
        'β₂: weight of the log-ratio to the reference; KL weight of the other methods (never of `dapo`)',
    }),
    revisionBonus: field(z.number().min(0).default(1), {
      description: 'α: a revision earns c₂ + α·(c₂ − c₁)',
    }),
    verdictReward: field(z.enum(['plain', 'balanced']).default('plain'), {
      description: '`balanced`: weighted by the inverse frequency of right and wrong attempts',
    }),
    turnWeights: turnWeightsGroup.prefault({}),
    normalise: field(z.enum(['none', 'scale', 'whiten']).default('none'), {
      description: 'advantages per role: as they are (N0), ÷ deviation (N1), whitened (N2)',
    }),
    runningStatistics: field(z.boolean().default(false), {
      description: 'roles with fewer than 32 turns use a moving average (decay 0.9) of mean and deviation',
    }),
    lossScale: field(z.enum(['paper', 'unit']).default('unit'), {
      description: '`unit` divides A*-PO’s square by 2β₂: same optimum, gradients of ordinary size',
    }),
    entropyBonus: field(z.number().min(0).default(0), {
      unit: 'reward² per nat',
      description: 'weight of the mean token entropy; the reference code has 0.001',
    }),
    groupSize: field(count(2).default(8), {
      unit: 'rollouts per problem',
      description: 'G of grpo, dr-grpo, dapo and rloo',
    }),
    clip: clipGroup.prefault({}),
    steps: field(count(1).nullable().default(null), {
      unit: 'steps',
      description: 'rollout batches; exactly one of steps and epochs is given',
    }),
    epochs: field(z.number().positive().nullable().default(null), {
      unit: 'passes over the training problems',
      description: '1 when neither is given',
    }),
    problemsPerStep: field(count(1).default(192), {
      unit: 'problems',
      description: 'B: without replacement within an epoch',
    }),
    miniBatches: field(z.int().min(1).max(64).default(1), {
      unit: 'updates per step',
      description: 'at most 2 without a ratio correction',
    }),
    microBatch: field(z.union([count(1), z.enum(['auto'])]).default('auto'), {
      unit: 'rows',
      description: 'rows per forward pass; `auto` = as memory allows',
    }),
    optimizer: optimizerGroup.prefault({}),
    capture: field(z.boolean().default(true), {
      description: 'train from one captured TensorFlow graph; false = op by op, slower, for comparison',
    }),
    recompute: field(z.enum(['auto', 'on', 'off']).default('auto'), {
      description: 'recompute layers in the backward pass: less memory, more time',
    }),
    evalEvery: field(z.union([count(1), z.enum(['never'])]).default(20), {
      unit: 'steps',
      description: 'evaluation on the validation split',
    }),
    evalSamples: field(count(1).default(1), {
      unit: 'rollouts per problem',
      description: 'in an evaluation',
    }),
    checkpointEvery: field(z.union([count(1), z.enum(['auto'])]).default('auto'), {
      unit: 'steps',
      description: '`auto` = by the size of the model; the end is always kept',
    }),
    keep: field(count(1).default(2), {
      unit: 'checkpoints',
      description: 'newest checkpoints kept, beside the one best on validation',
    }),
    alarms: alarmsGroup.prefault({}),
  })
  .readonly()

export type RunConfigValue = z.output<typeof runConfigSchema>
