import { vStarConfigInputs } from '../../../shared/config/fields.ts'
import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import { referenceTurns } from '../../rollout/selfCorrection.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'

/**
 * Raised when a reward rule changes, or which answers count as correct, so that estimates made under the old
 * rule are refused. 2: spellings of answers, numbers behind `####` read whole, thinking blocks left out.
 */
const rewardVersion = '2'

/** Absent in estimates whose revisions were counted over all verdicts alone. */
const countedInput = 'revisions counted'

/** Absent in estimates of all three turns. */
const sampledInput = 'turns sampled'

/** Absent in estimates whose revisions saw the whole conversation. */
const contextInput = 'context of revisions'

/** Versions of what a config only names; the host hashes the files. */
export interface VStarParts {
  readonly templateVersion: string
  /** Of what asks for a second attempt, which only direct multi-turn rollouts see. */
  readonly retryVersion: string
  /** Hash of the reference policy's weights and tokenizer. */
  readonly referenceHash: string
  /** Hash of the training problems. */
  readonly problemsHash: string
  /** Ids that end a completion, beside the one that the template writes after a turn. */
  readonly furtherEndIds: readonly number[]
}

/** Everything an estimate depends on, part by part; `inputHash` is the hash of its canonical JSON. */
export function vStarInputs(config: RunConfig, parts: VStarParts): Readonly<Record<string, string>> {
  return {
    ...vStarConfigInputs(config),
    'hash of the template': parts.templateVersion,
    'hash of the reference': parts.referenceHash,
    'hash of the problems': parts.problemsHash,
    // absent where there are none, so that estimates from before this input was recorded still fit
    ...(parts.furtherEndIds.length === 0 ? {} : { 'further end ids': parts.furtherEndIds.join(', ') }),
    [countedInput]: 'by verdict',
    ...sampledTurns(config, parts),
    'version of the rewards': rewardVersion,
  }
}

/** A single attempt needs no estimate of later turns, and stage 1 does not pay for them. */
function sampledTurns(
  { turns, revisionContext }: Pick<RunConfig, 'turns' | 'revisionContext'>,
  { retryVersion }: Pick<VStarParts, 'retryVersion'>,
): Readonly<Record<string, string>> {
  switch (referenceTurns(turns)) {
    case 'single':
      return { [sampledInput]: attemptsOnly }
    case 'direct-multi-turn':
      return { [sampledInput]: `attempts and second attempts, asked for by ${retryVersion}` }
    case 'always-revise':
      return revisionContext === 'conversation' ? {} : { [contextInput]: revisionContext }
  }
}

const attemptsOnly = 'attempts'

/** Whether the estimate was made before revisions were counted by verdict. */
export function isPooledEstimate({ inputs }: { readonly inputs: Readonly<Record<string, string>> }): boolean {
  return inputs[countedInput] === undefined
}

/**
 * Like `checkVStarInputs`, for a run that has begun: a complete estimate whose revisions were not counted by
 * verdict stays the one that the run's baselines rest on, so that a resumed run ends as it would have ended
 * without the stop.
 *
 * @throws RecheckError `vstar.mismatch` naming each part that differs
 */
export function checkResumedVStarInputs(
  artifact: Parameters<typeof checkVStarInputs>[0] & { readonly complete: boolean },
  wanted: Readonly<Record<string, string>>,
): void {
  if (!artifact.complete || !isPooledEstimate(artifact)) return checkVStarInputs(artifact, wanted)
  const { [countedInput]: _counted, ...others } = wanted
  checkVStarInputs(artifact, others)
}

/**
 * Refuses an estimate made from other inputs than this run's.
 *
 * @throws RecheckError `vstar.mismatch` naming each part that differs
 */
export function checkVStarInputs(
  artifact: { readonly vStarId: string; readonly inputs: Readonly<Record<string, string>> },
  wanted: Readonly<Record<string, string>>,
): void {
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(artifact.inputs)])]
  // an estimate of all three turns has the attempts that are wanted, drawn alike
  const isMore = wanted[sampledInput] === attemptsOnly && artifact.inputs[sampledInput] === undefined
  const differing = names.filter(
    (name) =>
      artifact.inputs[name] !== wanted[name] && !(isMore && (name === sampledInput || name === contextInput)),
  )
  if (differing.length === 0) return
  const lines = differing.map(
    (name) =>
      `  ${name}: the estimate has ${artifact.inputs[name] ?? 'nothing'}, this run has ${wanted[name] ?? 'nothing'}`,
  )
  throw new RecheckError(
    'vstar.mismatch',
    `V* estimate ${artifact.vStarId} does not fit this run:\n${lines.join('\n')}\nRun stage 1 again with this config, or restore the settings above.`,
    { differing },
  )
}
