import { z } from 'zod'
import { count, field } from './field.ts'

/**
 * Every field of a run, once: its type, default, unit, name and meaning. The form, `--help` and
 * docs/config.md are generated from here (`configFields.ts`). This file has the groups of what is sampled,
 * `configTrainingGroups.ts` those of the update, `configSchema.ts` the whole; `parseConfig` in config.ts is
 * the only door.
 *
 * `vStarInput: true` marks the fields that decide what stage 1 samples: they are part of a V* artifact's
 * hash.
 */
const vStarInput = true
const text = (longest: number) => z.string().max(longest)

const lora = z
  .strictObject({
    rank: field(count(1).default(16), { label: 'Rank', description: 'rank of the adapter’s two factors' }),
    alpha: field(z.number().positive().default(32), {
      label: 'Alpha',
      description: 'the adapter is scaled by alpha ÷ rank',
    }),
    targets: field(
      z
        .array(z.string().min(1))
        .min(1)
        .default(['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj']),
      {
        label: 'Layers with an adapter',
        description: 'linear layers that get an adapter, by the last part of their name',
      },
    ),
    dropout: field(z.number().min(0).lt(1).default(0), {
      label: 'Dropout',
      hint: 'Each input of an adapter is left out of a training pass by this chance. Scores, rollouts and evaluations are without.',
      description: 'share of the adapter’s inputs dropped while training; scores and rollouts are without',
    }),
  })
  .readonly()

export const modelGroup = z
  .strictObject({
    path: field(text(1000).min(1).default('builtin'), {
      vStarInput,
      label: 'Model',
      pathOf: 'folder',
      description:
        'model folder, name of a model (`name` or `org/name`, with `@revision` or without), or `builtin`',
    }),
    reference: field(text(1000).min(1).nullable().default(null), {
      vStarInput,
      label: 'Reference model',
      pathOf: 'folder',
      hint: 'The frozen model that the policy is compared with, and that stage 1 samples.',
      description:
        'reference policy of the same architecture and vocabulary: folder or name of a model; null = the initial policy',
    }),
    baseWeights: field(z.enum(['f32', 'bf16', 'f16', 'int8']).default('f32'), {
      vStarInput,
      label: 'Frozen weights as',
      hint: 'Those of the reference, and with an adapter of the whole model. Norms and biases stay 32-bit floats; products are computed in 32 bits.',
      description: 'how frozen weights are kept in memory; int8 has a scale for each output channel',
    }),
    referenceIn: field(z.enum(['memory', 'files']).default('memory'), {
      label: 'Reference kept in',
      hint: 'files: its weights are read a layer at a time whenever it scores. Saves a copy of the model and costs time. An adapter needs no copy either way.',
      description:
        'where the weights of a reference of its own are while it scores: memory, or its files, read a layer at a time',
    }),
    compute: field(z.enum(['f32', 'bf16']).default('f32'), {
      label: 'Products computed in',
      hint: 'bf16 is mixed precision: faster where the card or processor multiplies in bf16. Weights and their updates, norms, softmax, the residual stream, logits and sampling stay in 32 bits.',
      description:
        'what the products of linear modules are computed in while scoring and training: f32, or bf16 (mixed precision, 32-bit master weights)',
    }),
    lora: field(lora.nullable().default(null), {
      label: 'LoRA adapter',
      hint: 'Low-rank adaptation: the model’s weights stay as they are, and small added matrices are trained. Takes far less memory.',
      description: 'train a low-rank adapter; null = train every parameter',
    }),
  })
  .readonly()

const dataFile = z
  .strictObject({
    path: field(text(1000).min(1), {
      label: 'File',
      pathOf: 'file',
      description: 'JSON, JSONL, CSV or Parquet file',
    }),
    fields: z
      .strictObject({
        question: field(z.string().min(1).default('question'), {
          label: 'Column of the question',
          description: 'holds the text of the problem',
        }),
        answer: field(z.string().min(1).default('answer'), {
          label: 'Column of the answer',
          description: 'holds the known answer',
        }),
        subject: field(z.string().min(1).nullable().default(null), {
          label: 'Column of the subject',
          description: 'to tell subjects apart; none when not set',
        }),
        level: field(z.string().min(1).nullable().default(null), {
          label: 'Column of the level',
          description: 'to tell levels apart; none when not set',
        }),
      })
      .readonly()
      .prefault({}),
  })
  .readonly()

export const dataGroup = z
  .strictObject({
    source: field(z.union([z.enum(['arithmetic', 'math', 'gsm8k']), dataFile]).default('arithmetic'), {
      vStarInput,
      label: 'Data source',
      description: '`arithmetic`, `math`, `gsm8k`, or a file with a field map `{ path, fields }`',
    }),
    levels: field(
      z
        .array(z.enum(['easy', 'starter', 'hard']))
        .min(1)
        .readonly()
        .default(['starter']),
      {
        vStarInput,
        label: 'Arithmetic levels',
        description: 'of `arithmetic`: `starter` is what the built-in model was trained on',
      },
    ),
    fallback: field(z.enum(['none', 'arithmetic']).default('none'), {
      label: 'Fallback',
      description:
        '`arithmetic`: used when the source is missing; the run is then stored as one of arithmetic, and says so',
    }),
    train: field(count(1).default(4096), {
      vStarInput,
      unit: 'problems',
      label: 'Training problems',
      description: 'training split',
    }),
    validation: field(count(0).default(256), {
      unit: 'problems',
      label: 'Validation problems',
      description: 'validation split',
    }),
    test: field(count(0).default(1000), {
      unit: 'problems',
      label: 'Test problems',
      description: 'test split, used at start and end',
    }),
    filter: field(z.enum(['none', 'drop-all-wrong', 'drop-no-signal']).default('none'), {
      label: 'Filter by V*',
      hint: 'V* is what the reference can be expected to earn on a problem; stage 1 estimates it.',
      description: 'drop training problems by V*: never solved (0), or without signal (0 or 1)',
    }),
  })
  .readonly()

export const samplingGroup = z
  .strictObject({
    temperature: field(z.number().min(0).max(10).default(1), {
      vStarInput,
      label: 'Temperature',
      hint: 'Logits are divided by it before a token is drawn: below 1 the likely tokens gain, above 1 the unlikely ones.',
      description: '1 as a rule; the log-probs of policy and reference are divided by it alike; 0 = greedy',
    }),
    topP: field(z.number().gt(0).max(1).default(1), {
      vStarInput,
      label: 'Top-p',
      hint: 'Draws only from the likeliest tokens that together have this share.',
      description: '1 = off; training needs 1',
    }),
    topK: field(count(0).default(0), {
      vStarInput,
      label: 'Top-k',
      hint: 'Draws only from the k likeliest tokens.',
      description: '0 = off; training needs 0',
    }),
    maxCompletionTokens: field(count(1).default(64), {
      vStarInput,
      unit: 'tokens per turn',
      label: 'Longest completion',
      hint: 'A token is a piece of text as the model reads it: a character, part of a word, or a word.',
      description: 'a turn that reaches it is cut and counts as wrong',
    }),
  })
  .readonly()

export const vStarGroup = z
  .strictObject({
    samples: field(count(1).default(8), {
      vStarInput,
      unit: 'attempts per problem',
      label: 'Attempts per problem (N)',
      description: 'N: attempts of the reference policy, each with one verdict and one forced revision',
    }),
    beta: field(z.union([z.number().positive(), z.enum(['mean', 'max'])]).default(0.5), {
      unit: 'reward',
      label: 'Temperature of V* (β₁)',
      hint: 'V* is what the reference can be expected to earn on a problem. A small β₁ leans to the best of the N attempts, a large one to their mean.',
      description: 'β₁ of V* = β₁·ln mean exp(r/β₁); `mean` is its limit at infinity, `max` at 0',
    }),
    attemptBaseline: field(z.enum(['v-star', 'running-mean', 'none']).default('v-star'), {
      label: 'Baseline of attempts',
      hint: 'What an attempt is expected to earn; the advantage is the reward minus it.',
      description:
        'V of attempts in a-star-po and reinforce: V* of the problem, the policy’s own moving share of correct attempts, or 0; stage 1 is left out where neither this nor the baseline of later turns needs it',
    }),
    baseline: field(
      z.enum(['class-conditional', 'global', 'running-mean', 'none']).default('class-conditional'),
      {
        label: 'Baseline of later turns',
        hint: 'What a verdict or a revision is expected to earn; the advantage is the reward minus it.',
        description:
          'V of verdicts and revisions in a-star-po and reinforce: per problem and class of attempt, per class, on-line, or 0',
      },
    ),
    shrinkage: field(z.number().min(0).default(4), {
      unit: 'pseudo-samples',
      label: 'Shrinkage (κ)',
      description: 'κ: how strongly a problem’s share is drawn to the share of its class',
    }),
  })
  .readonly()
