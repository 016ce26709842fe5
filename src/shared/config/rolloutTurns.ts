import type { RunConfigValue } from './schema.ts'

/** The turns that a rollout can have. */
export const turnsOf: Readonly<
  Record<RunConfigValue['turns'], readonly (keyof RunConfigValue['turnWeights'])[]>
> = {
  single: ['attempt'],
  'never-revise': ['attempt', 'verdict'],
  'self-correction': ['attempt', 'verdict', 'revision'],
  'always-revise': ['attempt', 'verdict', 'revision'],
  'direct-multi-turn': ['attempt', 'revision'],
}
