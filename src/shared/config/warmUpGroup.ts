import { z } from 'zod'
import { count, field } from './field.ts'

const conversationsFile = z
  .strictObject({
    path: field(z.string().min(1).max(1000), {
      label: 'File of conversations',
      pathOf: 'file',
      description:
        'JSON or JSONL; a row holds `messages`, or a dialogue: `question`, `attempt`, `verdict`, `revision`',
    }),
  })
  .readonly()

/**
 * Stage 0, supervised fine-tuning before anything is rewarded. A group of its own, null where it is left out.
 */
export const warmUpGroup = z
  .strictObject({
    source: field(z.union([z.enum(['arithmetic']), conversationsFile]).default('arithmetic'), {
      label: 'Conversations of the warm-up',
      hint: 'What the model imitates. Only what the assistant says is learned; a wrong attempt is shown and never learned.',
      description:
        '`arithmetic`: dialogues made from training problems, of `data.levels`; or a file of conversations `{ path }`',
    }),
    problems: field(count(1).nullable().default(null), {
      unit: 'problems',
      label: 'Problems of the warm-up',
      description: 'of `arithmetic`: training problems that dialogues are made from; null = `data.train`',
    }),
    wrongShare: field(z.number().min(0).max(1).default(0.5), {
      label: 'Share of wrong attempts',
      description:
        'of `arithmetic`: share of dialogues with a wrong attempt, which is then judged and revised',
    }),
    weights: field(z.enum(['model', 'random']).default('model'), {
      label: 'Weights at the start',
      description: '`random`: only the shape and the tokenizer of the model are used; drawn from the seed',
    }),
    steps: field(count(1).default(80), {
      unit: 'steps',
      label: 'Steps of the warm-up',
      description: 'optimizer updates of stage 0',
    }),
    conversationsPerStep: field(count(1).default(8), {
      unit: 'conversations',
      label: 'Conversations per step',
      description: 'without replacement within an epoch',
    }),
    packing: field(z.boolean().default(false), {
      label: 'Pack short conversations',
      hint: 'Conversations share a row, up to the length of the longest one, instead of being padded to it. None sees another, and the loss stays the same.',
      description:
        'short conversations share a row of the longest one’s length, attention blocked between them: same loss, faster where lengths differ; not for models with learned positions (GPT-2)',
    }),
    learningRate: field(z.number().positive().default(1e-4), {
      unit: 'per update',
      label: 'Learning rate of the warm-up',
      description: 'AdamW’s peak in stage 0; its other settings are those of `optimizer`',
    }),
    schedule: field(z.enum(['constant', 'linear', 'cosine']).default('constant'), {
      label: 'Schedule of the warm-up',
      description: 'course of the learning rate after its rise; linear and cosine end at 0',
    }),
    riseSteps: field(count(0).default(0), {
      unit: 'steps',
      label: 'Rise of the learning rate',
      description: 'linear rise from 0 at the start of stage 0',
    }),
    validation: field(count(0).default(64), {
      unit: 'conversations',
      label: 'Held-out conversations',
      description: 'never trained on; their loss is the validation loss of stage 0',
    }),
    evalEvery: field(count(1).default(20), {
      unit: 'steps',
      label: 'Validation loss every',
      description: 'also before the first step and after the last',
    }),
  })
  .readonly()

export type WarmUpConfig = z.output<typeof warmUpGroup>
