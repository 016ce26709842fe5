import { parseConfig } from './parseConfig.ts'
import type { RunConfig } from './parseConfig.ts'
import { mergeConfigs } from './layers.ts'
import type { ConfigLayer } from './layers.ts'
import { comparedMethods, methodLayer } from './methods.ts'
import { RecheckError } from '../errors/recheckError.ts'

export interface Preset {
  readonly name: string
  readonly description: string
  /** Only what differs from the defaults. */
  readonly config: ConfigLayer
}

const qwenAdapter = { rank: 16, alpha: 32 }

const builtin = {
  data: { train: 2048, validation: 256, test: 1000 },
  vStar: { samples: 4 },
  verdictReward: 'balanced',
  steps: 80,
  problemsPerStep: 192,
  optimizer: { learningRate: 5e-5 },
  evalEvery: 20,
}

const ownPresets: readonly Preset[] = [
  {
    name: 'builtin',
    description:
      'built-in model on arithmetic, both stages in minutes on two cores: what `npm run demo` runs',
    config: builtin,
  },
  {
    name: 'builtin-study',
    description:
      'built-in model, 400 steps on 8,192 problems: what it can learn, in about twenty minutes on two idle cores',
    config: mergeConfigs(builtin, {
      data: { train: 8192 },
      vStar: { beta: 'mean' },
      revisionBonus: 0,
      steps: 400,
      optimizer: { learningRate: 1e-4, schedule: 'linear' },
      evalEvery: 100,
      evalSamples: 4,
    }),
  },
  {
    name: 'builtin-from-scratch',
    description:
      'the built-in model made anew: warm-up from random weights (`recheck sft` stops there), then both stages',
    config: {
      data: { train: 2048, validation: 256, test: 1000 },
      warmUp: {
        weights: 'random',
        problems: 12_000,
        steps: 900,
        conversationsPerStep: 64,
        learningRate: 3e-3,
        schedule: 'cosine',
        riseSteps: 50,
        validation: 128,
        evalEvery: 100,
      },
      vStar: { samples: 4 },
      verdictReward: 'balanced',
      steps: 80,
      problemsPerStep: 192,
      optimizer: { learningRate: 5e-5 },
      evalEvery: 20,
    },
  },
  {
    name: 'gpt2-demo',
    description: 'GPT-2, which cannot do the task: shows the warnings of a run without signal',
    config: {
      model: { path: 'openai-community/gpt2' },
      data: { train: 64, validation: 16, test: 32 },
      sampling: { maxCompletionTokens: 64 },
      vStar: { samples: 4 },
      onNoSignal: 'warn',
      steps: 5,
      problemsPerStep: 4,
      optimizer: { learningRate: 1e-5 },
    },
  },
  {
    name: 'notebook',
    description:
      'the values of the notebook this method was first tried in: 50 problems, 10 epochs, 4 a step',
    config: {
      model: { path: 'Qwen/Qwen2.5-1.5B-Instruct' },
      data: { source: 'math', fallback: 'arithmetic', train: 50, validation: 20, test: 50 },
      sampling: { maxCompletionTokens: 512 },
      vStar: { samples: 8, beta: 0.5 },
      policyBeta: 0.001,
      onNoSignal: 'warn',
      epochs: 10,
      problemsPerStep: 4,
      optimizer: { learningRate: 1e-6 },
    },
  },
  {
    name: 'qwen2.5-0.5b-gsm8k',
    description: 'Qwen2.5-0.5B-Instruct in full on GSM8K',
    config: {
      model: { path: 'Qwen/Qwen2.5-0.5B-Instruct' },
      data: { source: 'gsm8k', train: 7000, validation: 256, test: 1319 },
      grader: 'number',
      sampling: { maxCompletionTokens: 320 },
      problemsPerStep: 64,
      optimizer: { learningRate: 1e-6, beta2: 0.999 },
    },
  },
  {
    name: 'qwen2.5-1.5b-math',
    description:
      'A*-PO’s settings on MATH: N 8, 256 problems a step, 2 mini-batches, 1e-6, 1,024 tokens a turn',
    config: {
      model: { path: 'Qwen/Qwen2.5-1.5B-Instruct' },
      data: { source: 'math', train: 7000, validation: 256, test: 500 },
      sampling: { maxCompletionTokens: 1024 },
      vStar: { samples: 8, beta: 0.5 },
      policyBeta: 0.001,
      epochs: 25,
      problemsPerStep: 256,
      miniBatches: 2,
      optimizer: { learningRate: 1e-6, beta2: 0.999, weightDecay: 0.01 },
    },
  },
  {
    name: 'qwen2.5-1.5b-math-8bit-lora',
    description: 'the same with an 8-bit base and an adapter, for cards of 16 GB',
    config: {
      model: { path: 'Qwen/Qwen2.5-1.5B-Instruct', baseWeights: 'int8', lora: qwenAdapter },
      data: { source: 'math', train: 7000, validation: 256, test: 500 },
      sampling: { maxCompletionTokens: 1024 },
      vStar: { samples: 8, beta: 0.5 },
      epochs: 5,
      problemsPerStep: 64,
      recompute: 'on',
      optimizer: { learningRate: 1e-5, beta2: 0.999 },
    },
  },
  {
    name: 'smollm2-arithmetic',
    description:
      'SmolLM2-135M-Instruct in full: warm-up, then both stages, on two-digit arithmetic and linear equations',
    config: {
      model: { path: 'smollm2-135m-instruct' },
      template: 'builtin',
      data: { train: 256, validation: 0, test: 500 },
      sampling: { maxCompletionTokens: 48 },
      warmUp: {
        problems: 4096,
        steps: 100,
        conversationsPerStep: 8,
        learningRate: 1e-4,
        schedule: 'linear',
        riseSteps: 5,
        validation: 32,
        evalEvery: 25,
      },
      vStar: { samples: 4, beta: 'mean' },
      verdictReward: 'balanced',
      // with β₁ = 0.5 and a bonus of 1 nearly every revision is pushed down, whatever it says: docs/results/smollm2.md
      revisionBonus: 0,
      steps: 16,
      problemsPerStep: 32,
      optimizer: { learningRate: 2e-5 },
      evalEvery: 'never',
      evalSamples: 4,
      checkpointEvery: 8,
      keep: 1,
    },
  },
  {
    name: 'grpo-baseline',
    description:
      'GRPO with TRL’s defaults on the built-in model: 8 rollouts a problem, no KL, token-mean loss',
    config: {
      method: 'dapo',
      turns: 'single',
      policyBeta: 0,
      groupSize: 8,
      clip: { low: 0.2, high: 0.2 },
      data: { train: 2048, validation: 256, test: 1000 },
      steps: 40,
      problemsPerStep: 24,
      optimizer: { learningRate: 5e-5, beta2: 0.999, schedule: 'linear' },
    },
  },
]

/** Methods to compare with, over the built-in model's settings; `a-star-po-pag` is `builtin` itself. */
const methodPresets: readonly Preset[] = comparedMethods.slice(1).map((method) => ({
  name: method.name,
  description: `\`builtin\` by another method: ${method.description}`,
  config: mergeConfigs(builtin, methodLayer(method, builtin.problemsPerStep)),
}))

/** Named starting points; each is checked by `parseConfig` in the tests. */
export const presets: readonly Preset[] = ownPresets.concat(methodPresets)

/** @throws RecheckError `config.preset` naming the presets there are */
export function findPreset(name: string): Preset {
  const preset = presets.find((each) => each.name === name)
  if (preset === undefined) {
    const names = presets.map((each) => each.name).join(', ')
    throw new RecheckError('config.preset', `no preset "${name}"; expected one of ${names}`)
  }
  return preset
}

/** The resolved config of a preset, with further layers (a file, `--set`) on top. */
export function presetConfig(name: string, ...layers: readonly ConfigLayer[]): RunConfig {
  return parseConfig(mergeConfigs(findPreset(name).config, ...layers), `preset ${name}`)
}
