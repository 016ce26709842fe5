import type { z } from 'zod'
import { shortened } from '../text/shortened.ts'
import type { RunConfigValue } from './schema.ts'
import { turnsOf } from './rolloutTurns.ts'

/** One thing wrong with a config, in words. */
export interface ConfigProblem {
  /** Dotted; `(top level)` for the whole. */
  readonly path: string
  readonly expected: string
  readonly got: string
}

type Issue = z.core.$ZodIssue

/** Every problem zod found, one line each. */
export function configProblems(issues: readonly Issue[], value: unknown): ConfigProblem[] {
  return issues.flatMap((issue) => {
    const branch = issue.code === 'invalid_union' ? intendedBranch(issue.errors) : null
    if (branch !== null)
      return configProblems(
        branch.map((each) => within(each, issue.path)),
        value,
      )
    if (issue.code !== 'unrecognized_keys') {
      return [
        { path: dotted(issue.path), expected: expectation(issue), got: shown(valueAt(value, issue.path)) },
      ]
    }
    return issue.keys.map((key) => ({
      path: dotted([...issue.path, key]),
      expected: 'a known field',
      got: 'an unknown one' + (issue.path.length === 0 ? '' : ` in ${dotted(issue.path)}`),
    }))
  })
}

/**
 * The branch of a union that fits but for its inner fields: a group was meant, and something within it is
 * wrong.
 */
function intendedBranch(branches: readonly Issue[][]): readonly Issue[] | null {
  const fits = (issues: readonly Issue[]): boolean =>
    issues.every((each) => each.path.length > 0 || each.code === 'unrecognized_keys')
  return branches.find(fits) ?? null
}

function within(issue: Issue, path: readonly PropertyKey[]): Issue {
  return { ...issue, path: [...path, ...issue.path] }
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'int' ? 'an integer' : `a value of type ${issue.expected}`
    case 'too_small':
      if (issue.minimum === 1 && issue.inclusive && issue.origin === 'string') return textExpected(issue)
      if (issue.minimum === 1 && issue.inclusive && issue.origin === 'array') return 'at least one'
      return `${issue.origin === 'string' || issue.origin === 'array' ? 'length' : 'a number'} ${issue.inclusive ? '≥' : '>'} ${issue.minimum}`
    case 'too_big':
      return `${issue.origin === 'string' || issue.origin === 'array' ? 'length' : 'a number'} ${issue.inclusive ? '≤' : '<'} ${issue.maximum}`
    case 'invalid_value':
      return `one of ${issue.values.map((each) => String(each)).join(', ')}`
    case 'invalid_union':
      return [...new Set(issue.errors.map((branch) => branch.map(expectation).join(' and ')))].join(', or ')
    case 'unrecognized_keys':
      return `no ${issue.keys.join(', ')}`
    default:
      return issue.message
  }
}

/** What an empty text of these fields is asked for. */
const pathsOf: Readonly<Record<string, string>> = {
  'data.source.path': 'the path of a file or folder',
  'warmUp.source.path': 'the path of a file',
}

function textExpected(issue: Issue): string {
  return pathsOf[dotted(issue.path)] ?? 'some text'
}

function dotted(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '(top level)' : path.map((part) => shortened(String(part))).join('.')
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      inner !== null && typeof inner === 'object' ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  )
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  // JSON would call them null
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  const json = JSON.stringify(value)
  return json.length > 80 ? `${json.slice(0, 80)}…` : json
}

/** The rules between fields, which no single field can state. */
export function crossFieldProblems(config: RunConfigValue): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  const refuse: Refuse = (path, expected, got) => void problems.push({ path, expected, got: shown(got) })
  refuseLength(config, refuse)
  if (config.method === 'a-star-po' && config.policyBeta === 0) {
    refuse('policyBeta', 'a number > 0 with method a-star-po (β₂ = 0 has no optimum)', 0)
  }
  if ((config.method === 'a-star-po' || config.method === 'reinforce') && config.miniBatches > 2) {
    refuse(
      'miniBatches',
      `a number ≤ 2 with method ${config.method} (no ratio corrects for stale rollouts)`,
      config.miniBatches,
    )
  }
  if (config.miniBatches > config.problemsPerStep) {
    refuse('miniBatches', `a number ≤ problemsPerStep (${config.problemsPerStep})`, config.miniBatches)
  }
  refuseGroups(config, refuse)
  refuseScore(config, refuse)
  refuseFreshContext(config, refuse)
  refuseWarmUp(config, refuse)
  const trained = turnsOf[config.turns]
  if (trained.every((turn) => config.turnWeights[turn] === 0)) {
    refuse(
      'turnWeights',
      `at least one weight > 0 among ${trained.join(', ')}, the turns of a rollout with turns ${config.turns}`,
      config.turnWeights,
    )
  }
  return problems
}

type Refuse = (path: string, expected: string, got: unknown) => void

function refuseLength({ steps, epochs, maxTokens, optimizer }: RunConfigValue, refuse: Refuse): void {
  const given = Object.entries({ steps, epochs, maxTokens }).filter(([, value]) => value !== null)
  const [first] = given
  if (given.length > 1 && first !== undefined) {
    refuse(first[0], 'exactly one of steps, epochs and maxTokens', Object.fromEntries(given))
  }
  if (steps !== null && optimizer.warmupSteps >= steps) {
    refuse('optimizer.warmupSteps', `a number < steps (${steps})`, optimizer.warmupSteps)
  }
  if (maxTokens !== null && optimizer.schedule !== 'constant') {
    refuse(
      'optimizer.schedule',
      'constant with maxTokens (how many steps the rate would fall over is not known)',
      optimizer.schedule,
    )
  }
}

/** What has a meaning with rollouts that are compared, and what has none. */
function refuseGroups(config: RunConfigValue, refuse: Refuse): void {
  const { method, sampling, softLengthTokens } = config
  const isAlone = method === 'a-star-po' || method === 'reinforce'
  if (!isAlone && config.normalise !== 'none') {
    const why =
      method === 'rejection-sampling' ? 'which has no advantages' : 'which normalises within its groups'
    refuse('normalise', `none with method ${method}, ${why}`, config.normalise)
  }
  if (!isAlone && method !== 'rejection-sampling') {
    if (softLengthTokens > sampling.maxCompletionTokens) {
      const most = `a number ≤ sampling.maxCompletionTokens (${sampling.maxCompletionTokens})`
      refuse('softLengthTokens', most, softLengthTokens)
    }
    return
  }
  const comparing = `0 with method ${method}; grpo, dr-grpo, dapo and rloo compare rollouts`
  if (config.resampleRounds > 0) refuse('resampleRounds', comparing, config.resampleRounds)
  if (softLengthTokens > 0) refuse('softLengthTokens', comparing, softLengthTokens)
}

/** SCoRe has two attempts and the KL in the reward. */
function refuseScore({ score, turns, method }: RunConfigValue, refuse: Refuse): void {
  if (score === null) return
  if (turns !== 'direct-multi-turn') refuse('turns', 'direct-multi-turn with score', turns)
  if (method !== 'rloo' && method !== 'reinforce') refuse('method', 'rloo or reinforce with score', method)
}

/**
 * A fresh context is offered to revisions after a verdict; a warm-up teaches them within their conversations.
 */
function refuseFreshContext({ revisionContext, turns, warmUp }: RunConfigValue, refuse: Refuse): void {
  if (revisionContext === 'conversation') return
  if (turns !== 'self-correction' && turns !== 'always-revise') {
    refuse('revisionContext', `conversation with turns ${turns}`, revisionContext)
  }
  if (warmUp !== null)
    refuse('revisionContext', 'conversation with a warm-up, which teaches revisions there', revisionContext)
}

/** The reference of stages 1 and 2 is what the warm-up made: there is no place for another. */
function refuseWarmUp({ warmUp, model }: RunConfigValue, refuse: Refuse): void {
  if (warmUp === null) return
  if (model.reference !== null) {
    refuse('model.reference', 'null with a warm-up, whose result is the reference', model.reference)
  }
  if (warmUp.riseSteps >= warmUp.steps) {
    refuse('warmUp.riseSteps', `a number < warmUp.steps (${warmUp.steps})`, warmUp.riseSteps)
  }
}

/**
 * What training needs of the sampler beyond a valid config. Log-probs of both models are divided by the
 * temperature alike, but a policy whose tail is cut off is another one than the one that is trained.
 */
export function trainingProblems(config: RunConfigValue): ConfigProblem[] {
  const { temperature, topP, topK } = config.sampling
  const problems: ConfigProblem[] = []
  if (temperature === 0) {
    problems.push({
      path: 'sampling.temperature',
      expected: 'a number > 0 while training (1 as a rule)',
      got: '0',
    })
  }
  if (topP !== 1) problems.push({ path: 'sampling.topP', expected: '1 while training', got: shown(topP) })
  if (topK !== 0) problems.push({ path: 'sampling.topK', expected: '0 while training', got: shown(topK) })
  return problems
}

/**
 * What a config can say and the trainer cannot do yet.
 *
 * @returns each such field with the value that works
 */
export function unsupportedFields(
  config: RunConfigValue,
): { readonly path: string; readonly reason: string }[] {
  const { lora, baseWeights } = config.model
  return [
    ...(config.capture || config.optimizer.moments === 'f32'
      ? []
      : [{ path: 'optimizer.moments', reason: 'op by op, moments are 32-bit floats; set it to f32' }]),
    ...(config.warmUp === null || lora === null || baseWeights === 'f32'
      ? []
      : [
          {
            path: 'model.baseWeights',
            reason:
              'what an adapter learns in a warm-up is merged into the weights, and rounding those would undo part of it; set ' +
              'it to f32, or run the warm-up by itself first',
          },
        ]),
  ]
}
