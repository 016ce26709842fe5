import { z } from 'zod'

/**
 * Every field of a run, once: its type, default, unit and meaning. The form, `--help` and docs/config.md are generated
 * from here (`configFields.ts`). This file has the groups, `configSchema.ts` the whole; `parseConfig` in config.ts is the only door.
 *
 * `vStarInput: true` marks the fields that decide what stage 1 samples: they are part of a V* artifact's hash.
 */
export interface FieldMeta {
  readonly description: string
  readonly unit?: string
  readonly vStarInput?: boolean
}

const vStarInput = true

/** A schema with its description, unit and part in the V* hash attached. */
export function field<T extends z.ZodType>(schema: T, meta: FieldMeta): T {
  return schema.meta({ ...meta })
}

const count = (least: number) => z.int().min(least).max(1_000_000_000)
const text = (longest: number) => z.string().max(longest)

const lora = z
  .strictObject({
    rank: field(count(1).default(16), { description: 'rank of the adapter’s two factors' }),
    alpha: field(z.number().positive().default(32), {
      description: 'the adapter is scaled by alpha ÷ rank',
    }),
    targets: field(
      z
        .array(z.string().min(1))
        .min(1)
        .default(['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj']),
      { description: 'linear layers that get an adapter, by the last part of their name' },
    ),
    dropout: field(z.number().min(0).lt(1).default(0), {
      description: 'share of the adapter’s inputs dropped while training',
    }),
  })
  .readonly()

export const modelGroup = z
  .strictObject({
    path: field(text(1000).min(1).default('builtin'), {
      vStarInput,
      description: 'model folder, hub id with revision (`org/name@revision`), or `builtin`',
    }),
    reference: field(text(1000).min(1).nullable().default(null), {
      vStarInput,
      description: 'reference policy: folder or hub id; null = the initial policy',
    }),
    baseWeights: field(z.enum(['f32', 'bf16', 'int8']).default('f32'), {
      vStarInput,
      description: 'how frozen weights are kept in memory',
    }),
    lora: field(lora.nullable().default(null), {
      description: 'train a low-rank adapter; null = train every parameter',
    }),
  })
  .readonly()

const dataFile = z
  .strictObject({
    path: field(text(1000).min(1), { description: 'JSON, JSONL, CSV or Parquet file' }),
    fields: z
      .strictObject({
        question: field(z.string().min(1).default('question'), { description: 'column of the question' }),
        answer: field(z.string().min(1).default('answer'), { description: 'column of the known answer' }),
        subject: field(z.string().min(1).nullable().default(null), { description: 'column of the subject' }),
        level: field(z.string().min(1).nullable().default(null), { description: 'column of the level' }),
      })
      .readonly()
      .prefault({}),
  })
  .readonly()

export const dataGroup = z
  .strictObject({
    source: field(z.union([z.enum(['arithmetic', 'math', 'gsm8k']), dataFile]).default('arithmetic'), {
      vStarInput,
      description: '`arithmetic`, `math`, `gsm8k`, or a file with a field map `{ path, fields }`',
    }),
    levels: field(
      z
        .array(z.enum(['easy', 'starter', 'hard']))
        .min(1)
        .readonly()
        .default(['starter']),
      { vStarInput, description: 'of `arithmetic`: `starter` is what the built-in model was trained on' },
    ),
    fallback: field(z.enum(['none', 'arithmetic']).default('none'), {
      description: '`arithmetic`: used when the source cannot be had; the run then says so',
    }),
    train: field(count(1).default(4096), { vStarInput, unit: 'problems', description: 'training split' }),
    validation: field(count(0).default(256), { unit: 'problems', description: 'validation split' }),
    test: field(count(0).default(1000), {
      unit: 'problems',
      description: 'test split, used at start and end',
    }),
    filter: field(z.enum(['none', 'drop-all-wrong', 'drop-no-signal']).default('none'), {
      description: 'drop training problems by V*: never solved (0), or without signal (0 or 1)',
    }),
  })
  .readonly()

export const samplingGroup = z
  .strictObject({
    temperature: field(z.number().min(0).max(10).default(1), {
      vStarInput,
      description: '1 as a rule; the log-probs of policy and reference are divided by it alike; 0 = greedy',
    }),
    topP: field(z.number().gt(0).max(1).default(1), { vStarInput, description: '1 = off; training needs 1' }),
    topK: field(count(0).default(0), { vStarInput, description: '0 = off; training needs 0' }),
    maxCompletionTokens: field(count(1).default(64), {
      vStarInput,
      unit: 'tokens per turn',
      description: 'a turn that reaches it is cut: no answer, reward 0',
    }),
  })
  .readonly()

export const vStarGroup = z
  .strictObject({
    samples: field(count(1).default(8), {
      vStarInput,
      unit: 'attempts per problem',
      description: 'N: attempts of the reference policy, each with one verdict and one forced revision',
    }),
    beta: field(z.union([z.number().positive(), z.enum(['mean', 'max'])]).default(0.5), {
      unit: 'reward',
      description: 'β₁ of V* = β₁·ln mean exp(r/β₁); `mean` is its limit at infinity, `max` at 0',
    }),
    baseline: field(
      z.enum(['class-conditional', 'global', 'running-mean', 'none']).default('class-conditional'),
      {
        description:
          'V of verdicts and revisions: per problem and class of attempt, per class, on-line, or 0',
      },
    ),
    shrinkage: field(z.number().min(0).default(4), {
      unit: 'pseudo-samples',
      description: 'κ: how strongly a problem’s share is drawn to the share of its class',
    }),
  })
  .readonly()

export const turnWeightsGroup = z
  .strictObject({
    attempt: field(z.number().min(0).default(1), { description: 'λ of the attempt’s loss' }),
    verdict: field(z.number().min(0).default(1), { description: 'λ of the verdict’s loss' }),
    revision: field(z.number().min(0).default(1), { description: 'λ of the revision’s loss' }),
  })
  .readonly()

export const clipGroup = z
  .strictObject({
    low: field(z.number().gt(0).lt(1).default(0.2), { description: 'lowest ratio is 1 − low' }),
    high: field(z.number().gt(0).default(0.28), { description: 'highest ratio is 1 + high' }),
  })
  .readonly()

export const optimizerGroup = z
  .strictObject({
    learningRate: field(z.number().positive().default(5e-5), {
      unit: 'per update',
      description: 'AdamW’s peak; 5e-5 built-in model, 1e-6 for 1.5B in full, 1e-5 with an adapter',
    }),
    beta1: field(z.number().min(0).lt(1).default(0.9), { description: 'decay of the first moment' }),
    beta2: field(z.number().min(0).lt(1).default(0.95), { description: 'decay of the second moment' }),
    epsilon: field(z.number().positive().default(1e-8), {
      description: 'added to the root of the second moment',
    }),
    weightDecay: field(z.number().min(0).default(0), {
      description: 'decoupled; never on norms and biases',
    }),
    schedule: field(z.enum(['constant', 'linear', 'cosine']).default('constant'), {
      description: 'course of the learning rate after the warm-up; linear and cosine end at 0',
    }),
    warmupSteps: field(count(0).default(0), { unit: 'steps', description: 'linear rise from 0' }),
    clipNorm: field(z.number().positive().nullable().default(1), {
      description: 'largest global gradient norm; null = no clipping',
    }),
  })
  .readonly()

const share = z.number().min(0).max(1)

export const alarmsGroup = z
  .strictObject({
    enabled: field(z.boolean().default(true), { description: 'report the signs of a run going wrong' }),
    changeRatioBelow: field(share.default(0.5), {
      description: 'answer change ratio: revisions copy (collapse)',
    }),
    wrongRecallBelow: field(share.default(0.05), { description: 'verdict always “correct”' }),
    correctRecallBelow: field(share.default(0.2), { description: 'verdict always “wrong”' }),
    unparsedAbove: field(share.default(0.2), { description: 'share of verdicts that name no judgement' }),
    truncatedAbove: field(share.default(0.2), { description: 'share of turns cut at the token limit' }),
    klAbove: field(z.number().positive().default(0.5), {
      unit: 'nats per token',
      description: 'distance from the reference',
    }),
    entropyBelow: field(z.number().min(0).default(0.002), {
      unit: 'nats per token',
      description: 'sampling freezes',
    }),
    lengthGrowthAbove: field(z.number().gt(1).default(2), {
      description: 'mean turn length ÷ that of the first step',
    }),
    staleVStarBeyond: field(share.default(0.3), {
      description: 'right share of a later turn’s class, now against stage 1: V* no longer fits the policy',
    }),
  })
  .readonly()
