import { z } from 'zod'
import { count, field } from './field.ts'

const turnWeight = (turn: string) =>
  field(z.number().min(0).default(1), {
    label: `Weight of the ${turn}`,
    description: `λ of the ${turn}’s loss`,
  })

export const turnWeightsGroup = z
  .strictObject({
    attempt: turnWeight('attempt'),
    verdict: turnWeight('verdict'),
    revision: turnWeight('revision'),
  })
  .readonly()

/** SCoRe's two stages; a group of its own, null where it is left out. */
export const scoreGroup = z
  .strictObject({
    firstStageSteps: field(count(1).default(20), {
      unit: 'steps',
      label: 'Steps of the first stage',
      description:
        'the second attempt alone is rewarded, without bonus; the first one is held at the reference',
    }),
    attemptBeta: field(z.number().min(0).default(0.1), {
      unit: 'reward per nat',
      label: 'KL weight of the first attempt',
      description: 'in that stage, in the place of policyBeta',
    }),
  })
  .readonly()

export const clipGroup = z
  .strictObject({
    low: field(z.number().gt(0).lt(1).default(0.2), {
      label: 'Clip below',
      hint: 'The ratio compares the policy now with the one that sampled; clipping it bounds one update.',
      description: 'lowest ratio is 1 − low; of grpo, dr-grpo, dapo and rloo',
    }),
    high: field(z.number().gt(0).default(0.28), {
      label: 'Clip above',
      description: 'highest ratio is 1 + high; of the same methods',
    }),
  })
  .readonly()

export const optimizerGroup = z
  .strictObject({
    learningRate: field(z.number().positive().default(5e-5), {
      unit: 'per update',
      label: 'Learning rate',
      hint: 'Size of an update. AdamW scales it for each weight by the gradients of late.',
      description: 'AdamW’s peak; 5e-5 built-in model, 1e-6 for 1.5B in full, 1e-5 with an adapter',
    }),
    beta1: field(z.number().min(0).lt(1).default(0.9), {
      label: 'AdamW β₁',
      description: 'decay of the first moment',
    }),
    beta2: field(z.number().min(0).lt(1).default(0.95), {
      label: 'AdamW β₂',
      description: 'decay of the second moment',
    }),
    epsilon: field(z.number().positive().default(1e-8), {
      label: 'AdamW ε',
      description: 'added to the root of the second moment',
    }),
    weightDecay: field(z.number().min(0).default(0), {
      label: 'Weight decay',
      description: 'decoupled; never on norms and biases',
    }),
    schedule: field(z.enum(['constant', 'linear', 'cosine']).default('constant'), {
      label: 'Schedule',
      description: 'course of the learning rate after the warm-up; linear and cosine end at 0',
    }),
    warmupSteps: field(count(0).default(0), {
      unit: 'steps',
      label: 'Warm-up',
      description: 'linear rise from 0',
    }),
    clipNorm: field(z.number().positive().nullable().default(1), {
      label: 'Gradient clipping',
      hint: 'The gradient of all weights together is shortened to at most this length.',
      description: 'largest global gradient norm; null = no clipping',
    }),
    moments: field(z.enum(['f32', 'bf16']).default('f32'), {
      label: 'AdamW’s moments',
      hint: 'Two numbers that AdamW keeps for each weight. In 16 bits they take half the memory, and are rounded by chance so that they are kept on average.',
      description: 'how both moments are kept: f32, or bf16 (stochastically rounded) for half the memory',
    }),
  })
  .readonly()

const share = z.number().min(0).max(1)

export const alarmsGroup = z
  .strictObject({
    enabled: field(z.boolean().default(true), {
      label: 'Alarms',
      description: 'report the signs of a run going wrong',
    }),
    attemptFallBeyond: field(share.default(0.05), {
      label: 'Accuracy of attempts falls by more than',
      hint: 'Share of correct first attempts in the last steps, against stage 1’s, or the first steps’ where there is none. Only a fall that cannot be chance counts.',
      description:
        'share of correct first attempts below that of stage 1 (of the first steps, without one): training does harm',
    }),
    changeRatioBelow: field(share.default(0.5), {
      label: 'Answer change ratio below',
      hint: 'Of the revisions of wrong attempts, the share whose answer differs from the attempt’s. Close to 0 the model copies itself.',
      description: 'answer change ratio of wrong attempts: revisions copy them (collapse)',
    }),
    wrongRecallBelow: field(share.default(0.05), {
      label: 'Recall of wrong below',
      hint: 'Of the wrong attempts, the share that the verdict calls wrong.',
      description: 'verdict always “correct”',
    }),
    correctRecallBelow: field(share.default(0.2), {
      label: 'Recall of correct below',
      hint: 'Of the correct attempts, the share that the verdict calls correct.',
      description: 'verdict always “wrong”',
    }),
    unparsedAbove: field(share.default(0.2), {
      label: 'Unparsed verdicts above',
      description: 'share of verdicts that name no judgement',
    }),
    truncatedAbove: field(share.default(0.2), {
      label: 'Truncated turns above',
      description: 'share of turns cut at the token limit',
    }),
    klAbove: field(z.number().positive().default(0.5), {
      unit: 'nats per token',
      label: 'KL above',
      hint: 'Distance of the policy from the reference per token, in nats (the unit of natural logarithms).',
      description: 'distance from the reference',
    }),
    entropyBelow: field(z.number().min(0).default(0.002), {
      unit: 'nats per token',
      label: 'Entropy below',
      description: 'sampling freezes',
    }),
    lengthGrowthAbove: field(z.number().gt(1).default(2), {
      label: 'Length growth above',
      description: 'mean turn length ÷ that of the first step with such turns',
    }),
    staleVStarBeyond: field(share.default(0.3), {
      label: 'Stale V* beyond',
      description:
        'share of correct ones in a later turn’s class, now against stage 1: V* no longer fits the policy',
    }),
    noSpreadAbove: field(share.default(0.5), {
      label: 'Groups without spread above',
      hint: 'A group is the rollouts of one problem. Where all of them earn the same reward, there is nothing to compare.',
      description: 'share of groups with one and the same reward; methods that compare rollouts of a problem',
    }),
  })
  .readonly()
