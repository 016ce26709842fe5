import { z } from 'zod'
import { count, field } from './field.ts'
import { labelText, longestName, longestTag, mostTags, nameText, notesText } from '../text/labels.ts'
import { dataGroup, modelGroup, samplingGroup, vStarGroup } from './groups.ts'
import { alarmsGroup, clipGroup, optimizerGroup, scoreGroup, turnWeightsGroup } from './trainingGroups.ts'
import { warmUpGroup } from './warmUpGroup.ts'

const vStarInput = true

/** The day that Llama 3's chat templates fall back on where they are told none. */
export const defaultTemplateDate = '2024-07-26'

/** The resolved config of a run; a nested group is a dotted prefix (`vStar.beta`). */
export const runConfigSchema = z
  .strictObject({
    name: field(labelText(longestName).default(''), {
      label: 'Name',
      description: 'name of the run; empty = made from its settings',
    }),
    tags: field(z.array(nameText(longestTag)).max(mostTags).readonly().default([]), {
      label: 'Tags',
      description: 'labels to filter by',
    }),
    notes: field(notesText.default(''), { label: 'Notes', description: 'free text' }),
    seed: field(z.int().min(0).max(4_294_967_295).default(0), {
      vStarInput,
      label: 'Seed',
      description: 'every random stream of the run is forked from it',
    }),
    device: field(z.enum(['auto', 'gpu', 'cpu']).default('auto'), {
      label: 'Device',
      description: '`gpu` without a usable card is an error, never a silent CPU',
    }),
    method: field(
      z
        .enum(['a-star-po', 'grpo', 'dr-grpo', 'dapo', 'reinforce', 'rloo', 'rejection-sampling'])
        .default('a-star-po'),
      {
        label: 'Training method',
        hint: 'How the policy learns from rewards. `a-star-po` (A*-PO) fits the log-ratio of policy and reference to the advantage and needs stage 1. `grpo`, `dr-grpo`, `dapo` and `rloo` compare several rollouts of one problem and need no stage 1. `reinforce` is the plain policy gradient. `rejection-sampling` imitates those of its own turns that were correct.',
        description: 'policy loss',
      },
    ),
    turns: field(
      z
        .enum(['single', 'self-correction', 'always-revise', 'never-revise', 'direct-multi-turn'])
        .default('self-correction'),
      {
        label: 'Turns of a rollout',
        hint: 'A rollout is everything the model writes for one problem: an attempt, its own verdict on it, and a revision.',
        description:
          'attempt only; revise where the verdict is wrong; always; verdict but never a revision; a second attempt without a verdict',
      },
    ),
    revisionContext: field(z.enum(['conversation', 'fresh']).default('conversation'), {
      label: 'What a revision sees',
      hint: 'A model that sees its attempt tends to repeat it. In a fresh context the revision is another attempt, made only where the verdict is wrong; it can repeat nothing and learns from no mistake.',
      description:
        '`conversation`: attempt and verdict before it; `fresh`: the problem alone, as if nothing had been tried',
    }),
    model: modelGroup.prefault({}),
    data: dataGroup.prefault({}),
    template: field(z.string().min(1).max(1000).default('auto'), {
      vStarInput,
      label: 'Prompt template',
      description: 'wording of the three turns and answer marker; `auto` = the model’s own',
    }),
    templateDate: field(z.iso.date('a date like 2024-07-26').default(defaultTemplateDate), {
      label: 'Date in the chat template',
      hint: 'Some chat templates write today’s date into the prompt. They are given this one, so that a run’s prompts, and with them V*, are the same on every day.',
      description: 'what a chat template that asks for the date is given, instead of the day of the run',
    }),
    earlierThinking: field(z.enum(['refuse', 'keep']).default('refuse'), {
      label: 'Thinking of earlier turns',
      hint: 'Chat templates of thinking models (Qwen3) strip a thought once another turn follows: the verdict would not see what the attempt thought.',
      description:
        '`keep`: stays in the conversation though the chat template would strip it; `refuse`: such a template is refused',
    }),
    grader: field(z.enum(['math', 'number', 'exact']).default('math'), {
      vStarInput,
      label: 'Grader',
      hint: 'Decides whether an answer is correct. `math` compares by value (1/2 = 0.5), `number` takes plain numbers and fractions only, `exact` compares the text.',
      description: 'when two answers are equal',
    }),
    verdictParser: field(z.enum(['tolerant', 'pag']).default('tolerant'), {
      vStarInput,
      label: 'Verdict parser',
      description: 'how a verdict is read; `pag` wants the exact closing sentence',
    }),
    sampling: samplingGroup.prefault({}),
    warmUp: field(warmUpGroup.nullable().default(null), {
      label: 'Warm-up (stage 0)',
      hint: 'Supervised fine-tuning on example conversations before anything is rewarded: for a model that does not know the form of the three turns yet. Stages 1 and 2 start from its result.',
      description: 'supervised fine-tuning before stage 1; null = none',
    }),
    vStar: vStarGroup.prefault({}),
    onNoSignal: field(z.enum(['stop', 'warn']).default('stop'), {
      label: 'Without signal',
      hint: 'A problem that the reference always or never solves teaches nothing: every rollout earns the same.',
      description:
        'when V* is 0 or 1 for every problem, or the probe before it finds no readable answer; `warn` goes on',
    }),
    policyBeta: field(z.number().min(0).default(0.001), {
      unit: 'reward per nat',
      label: 'Weight of the KL term (β₂)',
      hint: 'KL is the distance of the policy from the reference. A larger β₂ keeps the policy closer. A nat is the unit of natural logarithms.',
      description:
        'β₂: weight of the log-ratio to the reference; KL weight of the other methods (never of `dapo`)',
    }),
    revisionBonus: field(z.number().min(0).default(1), {
      label: 'Revision bonus (α)',
      hint: 'c₁ and c₂ are 1 where attempt and revision are correct, else 0. The bonus pays for a correction and charges for spoiling a correct attempt.',
      description: 'α: a revision earns c₂ + α·(c₂ − c₁)',
    }),
    verdictReward: field(z.enum(['plain', 'balanced']).default('plain'), {
      label: 'Verdict reward',
      description: '`balanced`: weighted by the inverse frequency of correct and wrong attempts',
    }),
    score: field(scoreGroup.nullable().default(null), {
      label: 'Reward in two stages',
      hint: 'SCoRe (arXiv 2409.12917) first teaches the second attempt alone, with the first one held at the reference, so that it does not learn to copy; then it rewards both, with a bonus for what the second one corrects (the revision bonus α).',
      description:
        'with turns direct-multi-turn and method rloo or reinforce; null = every turn rewarded from the start',
    }),
    turnWeights: turnWeightsGroup.prefault({}),
    normalise: field(z.enum(['none', 'scale', 'whiten']).default('none'), {
      label: 'Normalise advantages',
      hint: 'The advantage is the reward minus what was to be expected (V*).',
      description: 'advantages per role: as they are (N0), ÷ deviation (N1), whitened (N2)',
    }),
    runningStatistics: field(z.boolean().default(false), {
      label: 'Running statistics',
      description:
        'with `normalise` on: roles with fewer than 32 turns use a moving average (decay 0.9) of mean and deviation',
    }),
    lossScale: field(z.enum(['paper', 'unit']).default('unit'), {
      label: 'Loss scale',
      description: '`unit` divides A*-PO’s square by 2β₂: same optimum, gradients of ordinary size',
    }),
    entropyBonus: field(z.number().min(0).default(0), {
      unit: 'reward² per nat',
      label: 'Entropy bonus',
      hint: 'Entropy measures how undecided the next token is; the bonus keeps sampling from freezing.',
      description: 'weight of the mean token entropy; the reference code has 0.001',
    }),
    groupSize: field(count(2).default(8), {
      unit: 'rollouts per problem',
      label: 'Group size (G)',
      description: 'G of grpo, dr-grpo, dapo, rloo and rejection-sampling',
    }),
    resampleRounds: field(z.int().min(0).max(64).default(0), {
      unit: 'rounds',
      label: 'Rounds of resampling',
      hint: 'DAPO’s dynamic sampling: a problem whose rollouts are all correct or all wrong teaches a method that compares them nothing. It is put aside and another problem is drawn in its place.',
      description:
        'further rounds of a step at most, until all its problems have correct and wrong attempts; 0 = none; the tokens of what is put aside count as generated',
    }),
    softLengthTokens: field(count(0).default(0), {
      unit: 'tokens',
      label: 'Soft length penalty',
      hint: 'DAPO’s soft over-long punishment: instead of a turn being cut without a warning, its reward falls as it nears the longest completion.',
      description:
        'a turn loses up to 1 of its reward over the last so many tokens before sampling.maxCompletionTokens; 0 = none',
    }),
    clip: clipGroup.prefault({}),
    steps: field(count(1).nullable().default(null), {
      unit: 'steps',
      label: 'Steps',
      hint: 'One step draws a batch of rollouts and updates the policy with it.',
      description: 'rollout batches; exactly one of steps, epochs and maxTokens is given',
    }),
    epochs: field(z.number().positive().nullable().default(null), {
      unit: 'passes over the training problems',
      label: 'Epochs',
      description: '1 when neither steps, epochs nor maxTokens is given',
    }),
    maxTokens: field(count(1).nullable().default(null), {
      unit: 'generated tokens',
      label: 'Token budget',
      hint: 'Runs of different methods are compared fairly at equal generated tokens. Attempts of stage 1, which some methods need and others do not, are counted.',
      description:
        'training ends with the step in which stages 1 and 2 together have generated so many tokens; in the place of steps and epochs',
    }),
    problemsPerStep: field(count(1).default(192), {
      unit: 'problems',
      label: 'Problems per step (B)',
      description: 'B: without replacement within an epoch',
    }),
    miniBatches: field(z.int().min(1).max(64).default(1), {
      unit: 'updates per step',
      label: 'Mini-batches',
      hint: 'Each batch of rollouts is split into this many updates. From the second on, the policy is no longer the one that sampled.',
      description: 'at most 2 without a ratio correction',
    }),
    microBatch: field(z.union([count(1), z.enum(['auto'])]).default('auto'), {
      unit: 'rows',
      label: 'Micro-batch',
      hint: 'Rows that are in memory at once. It changes memory and speed, not the result: gradients are added up.',
      description: 'rows per forward pass; `auto` = up to 64, fewer the larger model and rows are',
    }),
    optimizer: optimizerGroup.prefault({}),
    capture: field(z.boolean().default(true), {
      label: 'Captured graph',
      description: 'train from one captured TensorFlow graph; false = op by op, slower, for comparison',
    }),
    sampler: field(z.enum(['auto', 'onnx', 'graph']).default('auto'), {
      label: 'Sampler',
      hint: 'What draws the rollouts. On a card the sampler is part of the training graph and uses its weights; on a processor ONNX Runtime is faster.',
      description:
        '`graph`: functions of the training graph, on its own weights; `onnx`: ONNX Runtime on the processor, on a copy of them; `auto`: graph on a card, onnx on a processor',
    }),
    xla: field(z.enum(['auto', 'on', 'off']).default('auto'), {
      label: 'Compile the sampler (XLA)',
      hint: 'XLA makes fewer and larger operations of the sampler’s graph. Compiling takes seconds to minutes for each shape; what is compiled is kept for later runs.',
      description:
        'with the graph sampler: `on` compiles before it samples, and is an error where XLA cannot; `auto` compiles on a card where it can, and samples node by node until that is done',
    }),
    recompute: field(z.enum(['auto', 'on', 'off']).default('auto'), {
      label: 'Recompute layers',
      hint: 'Keeps the input of each layer alone, and computes the layer again in the backward pass: a third more time, a tenth of the activations.',
      description:
        'compute layers again in the backward pass: less memory, more time; `auto` = where two rows would take too much without',
    }),
    evalEvery: field(z.union([count(1), z.enum(['never'])]).default(20), {
      unit: 'steps',
      label: 'Evaluate every',
      description: 'evaluation on the validation split',
    }),
    evalSamples: field(count(1).default(1), {
      unit: 'rollouts per problem',
      label: 'Samples per evaluated problem',
      description: 'in an evaluation',
    }),
    checkpointEvery: field(z.union([count(1), z.enum(['auto'])]).default('auto'), {
      unit: 'steps',
      label: 'Checkpoint every',
      description: '`auto` = by the size of the model; the end is always kept',
    }),
    keep: field(count(1).default(2), {
      unit: 'checkpoints',
      label: 'Checkpoints kept',
      description: 'newest checkpoints kept, beside the one best on validation',
    }),
    alarms: alarmsGroup.prefault({}),
  })
  .readonly()

export type RunConfigValue = z.output<typeof runConfigSchema>
