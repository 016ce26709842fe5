import { useMemo } from 'react'
import type { ReplayedPolicy, ReplaySampling } from '../../../shared/routes/replay.ts'
import { useRouteQueries } from '../data/useRouteQueries.ts'
import { configOf } from '../widgets/run/runConfig.ts'
import { modelOfPolicy, replayedPolicy, runOfPolicy, type PolicyName } from './policyName.ts'
import { samplingOfConfig, usualSampling } from './samplingFields.ts'

export interface KnownPolicies {
  /** Those that can be asked for. */
  readonly asked: readonly ReplayedPolicy[]
  /** For people, one a policy. */
  readonly names: readonly string[]
  /** Of the first run among them. */
  readonly sampling: ReplaySampling
  readonly runId: string | null
}

/** What the chosen names stand for. */
export function usePolicies(policies: readonly PolicyName[]): KnownPolicies {
  const runs = policies.map(runOfPolicy)
  const inputs = runs.map((run) => (run === null ? null : { runId: run.runId }))
  const found = useRouteQueries('run.get', inputs)
  const checkpoints = useRouteQueries('checkpoints.list', inputs)
  const first = found.find((run) => run !== null)
  const sampling = useMemo(() => (first ? samplingOfConfig(configOf(first)) : usualSampling), [first])
  const known = policies.map((name, index) => {
    const isWaiting = runs[index]?.step === '' && checkpoints[index] === null
    // not before it is known which checkpoint is the newest
    return isWaiting ? null : replayedPolicy(name, checkpoints[index] ?? [])
  })
  const names = policies.map((name, index) => {
    const policy = known[index]
    const step = policy !== null && policy !== undefined && 'step' in policy ? policy.step : null
    const place = step === null ? 'before training' : `step ${step}`
    return modelOfPolicy(name) ?? `${found[index]?.name ?? runs[index]?.runId ?? name}, ${place}`
  })
  const runId = runs.find((run) => run !== null)?.runId ?? null
  return { asked: known.filter((policy) => policy !== null), names, sampling, runId }
}
