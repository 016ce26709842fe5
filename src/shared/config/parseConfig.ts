import { configProblems, crossFieldProblems } from './problems.ts'
import { runConfigSchema } from './schema.ts'
import type { RunConfigValue } from './schema.ts'
import { firstLines } from '../text/plainText.ts'
import { RecheckError } from '../errors/recheckError.ts'

/** The resolved config of a run, deeply readonly; a nested group is a dotted prefix (`vStar.beta`). */
export type RunConfig = RunConfigValue
export type Method = RunConfig['method']

/** How long a run may be said to be; exactly one of them is given. */
export const runLengths = ['steps', 'epochs', 'maxTokens'] as const

/**
 * The only door to a config: checks every field and the rules between them, fills in the defaults.
 *
 * @param value  parsed JSON or YAML; anything
 * @param source what it came from, for the message: a path, `the form`, `preset builtin`
 * @throws RecheckError `config.invalid`, listing every problem with path, expected and got
 */
export function parseConfig(value: unknown, source: string): RunConfig {
  const parsed = runConfigSchema.safeParse(withDefaultLength(value), { reportInput: true })
  const problems = parsed.success
    ? crossFieldProblems(parsed.data)
    : configProblems(parsed.error.issues, value)
  if (parsed.success && problems.length === 0) return parsed.data
  const lines = problems.map((problem) => `${problem.path}: expected ${problem.expected}, got ${problem.got}`)
  throw new RecheckError(
    'config.invalid',
    `${source} is not a valid run config:\n  ${firstLines(lines).join('\n  ')}`,
    {
      problems,
    },
  )
}

/** As many as a form can show; a file that is no config at all has thousands. */

/**
 * Neither steps, epochs nor maxTokens given: one epoch. Written down here, so that the stored config says
 * what ran.
 */
function withDefaultLength(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  const given = value as Readonly<Record<string, unknown>>
  const isOpen = runLengths.every((field) => (given[field] ?? null) === null)
  return isOpen ? { ...given, epochs: 1 } : value
}

/**
 * Steps of one pass over `problems` training problems; an incomplete last batch is left out, as in the
 * paper's code.
 */
export function stepsPerEpoch(config: RunConfig, problems: number): number {
  return Math.max(1, Math.floor(problems / config.problemsPerStep))
}

/**
 * Steps of the whole run on `problems` training problems (after `data.filter`); Infinity where `maxTokens`
 * ends it.
 */
export function totalSteps(config: RunConfig, problems: number): number {
  if (config.maxTokens !== null) return Infinity
  return config.steps ?? Math.max(1, Math.round((config.epochs ?? 1) * stepsPerEpoch(config, problems)))
}

/** Methods that draw `groupSize` rollouts per problem. */
export function isGroupMethod(method: Method): boolean {
  return comparesRollouts(method) || method === 'rejection-sampling'
}

/** Methods whose advantage is one against the other rollouts of a problem. */
export function comparesRollouts(method: Method): boolean {
  return method === 'grpo' || method === 'dr-grpo' || method === 'dapo' || method === 'rloo'
}

/** Runs that need a stage-1 artifact: for the baselines of their loss, or to filter the problems by. */
export function needsVStar({ method, vStar, data }: RunConfig): boolean {
  const isOwn = vStar.baseline === 'running-mean' || vStar.baseline === 'none'
  const needsBaseline = !isGroupMethod(method) && (vStar.attemptBaseline === 'v-star' || !isOwn)
  return needsBaseline || data.filter !== 'none'
}
